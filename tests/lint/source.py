"""What the lints share: which files there are, and C without its comments and strings."""

import os
import re

FOLDERS = ("base", "classifier", "db", "sync", "app", "tests")
TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def files(root, *endings):
    """The project's files with these endings, as paths from the root, sorted."""
    found = []
    for folder in FOLDERS:
        for place, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = [name for name in folders if name not in ("corpus", "__pycache__")]
            found += [os.path.relpath(os.path.join(place, name), root)
                      for name in names if name.endswith(endings)]
    return sorted(found)


def scripts(root):
    """The scripts that go by a name alone."""
    names = (".ci/run", ".ci/setup", "tests/run", "tests/model", "tests/lint/run", "tests/fuzz/run")
    return [name for name in names if os.path.exists(os.path.join(root, name))]


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
        return file.read()


def code(text):
    """The same lines, with comments blank and strings empty; #include lines are kept."""
    def blank(match):
        token = match.group()
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        start = text.rfind("\n", 0, match.start()) + 1
        return token if text[start:match.start()].lstrip().startswith("#include") else token[0] * 2
    return TOKEN.sub(blank, text)
