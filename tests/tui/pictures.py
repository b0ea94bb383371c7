#!/usr/bin/env python3
"""Pictures of the program in text, taken from the running program: the golden screens of the tests,
and the pictures in README.md.

    tests/tui/pictures.py build/emotrack       takes them anew (make screenshots); look at the diff

A picture is a name, the keys that lead there from the Write screen, and what stands there then, at
any size. A golden file holds all pictures of one size and one kind.
"""

import os
import re
import sys

import diary
import screen  # noqa: F401  (it says where suite.py is)
from user import User

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
README = os.path.join(HERE, "..", "..", "README.md")

SIZES = ((80, 24), (200, 60), (40, 12), (20, 5))
# How the program is told to draw: in colour, without, and with no sign beyond ASCII.
KINDS = {"colour": {"LC_ALL": "C.UTF-8"}, "plain": {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
         "ascii": {"LC_ALL": "C"}}
TOO_SMALL = r"Window too small"

WORDS = "I can't believe they cancelled it again, I was so looking forward to this"

# name: (keys, what stands there then)
PICTURES = {
    "write": (("text:" + WORDS,), r"forward to\s+this"),
    "history": (("C-c", "M-2"), r"Enter open"),
    "filter": (("/", "text:you:joy", "Enter"), r"(?s)54 of 367.*Enter open"),
    "message": (("Enter",), r"Guess now"),
    "insights": (("Escape", "Escape", "M-3"), r"Source: "),
    "year": (("y",), r"< 2026 >"),
    "sync": (("M-4",), r"never been sent|is off"),
    "settings": (("M-5",), r"Week starts"),
    "help": (("?",), r"Esc back"),
}


def press(window, keys):
    for key in keys:
        if key.startswith("text:"):
            window.type(key[len("text:"):])
        else:
            window.key(key)


def open_diary(user, columns=80, rows=24, **environment):
    """The program on the diary, at a moment that does not pass."""
    settings = {"EMOTRACK_NOW": diary.NOW, "TZ": "UTC", **environment}
    user.environment.update(settings)
    if not os.path.exists(os.path.join(user.home, "emotrack")):
        diary.fill(user)
    return user.start(columns=columns, rows=rows)


def take(user, columns, rows, **environment):
    """{name: text} of all pictures; the user's home is called ~."""
    window = open_diary(user, columns, rows, **environment)
    small = columns < 24 or rows < 6
    window.expect(TOO_SMALL if small else "Enter save")
    taken = {}
    for name, (keys, there) in PICTURES.items():
        press(window, keys)
        window.expect(TOO_SMALL if small else there)
        taken[name] = "\n".join(line.rstrip() for line in settled(window).splitlines())
        taken[name] = taken[name].replace(user.home, "~").rstrip()
    user.leave()
    return taken


def settled(window):
    """The screen, once it no longer changes: what is worked out beside it is there then."""
    before = None
    while before != (now := window.text()):
        before = now
    return now


# ---- golden files ----

def golden_path(columns, rows, kind):
    return os.path.join(GOLDEN, f"{columns}x{rows}-{kind}.txt")


def write_golden(path, taken):
    with open(path, "w", encoding="utf-8") as file:
        for name, text in taken.items():
            file.write(f"==== {name}\n{text}\n")


def read_golden(path):
    with open(path, encoding="utf-8") as file:
        parts = re.split(r"^==== (.*)\n", file.read(), flags=re.M)[1:]
    return {name: text.rstrip("\n") for name, text in zip(parts[::2], parts[1::2])}


# ---- README ----

EMBEDDED = re.compile(r"(<!-- picture: (\w+) -->\n```\n)(.*?)(```\n)", re.S)


def embed(document, taken):
    """The document with its pictures as they are now."""
    return EMBEDDED.sub(lambda found: found[1] + taken[found[2]] + "\n" + found[4], document)


def main():
    os.makedirs(GOLDEN, exist_ok=True)
    for columns, rows in SIZES:
        for kind, environment in KINDS.items():
            user = User()
            try:
                taken = take(user, columns, rows, **environment)
            finally:
                user.close()
            write_golden(golden_path(columns, rows, kind), taken)
    with open(README, encoding="utf-8") as file:
        before = file.read()
    after = embed(before, read_golden(golden_path(80, 24, "colour")))
    if after != before:
        with open(README, "w", encoding="utf-8") as file:
            file.write(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
