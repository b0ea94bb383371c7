"""Texts of every script stand where the program believes them to stand.

What tmux shows is the judge: it measures as most terminals do, character by character with the C
library's table. Where that differs from what a cluster is worth (of a heart with U+FE0F tmux makes
one column, of a thumb with a skin tone four, of a family seven characters in two, and U+1FAE8 it
drops), the program shows what both count alike (app/glyph.h).
"""

import os
import random
import re
import subprocess

from screen import Screen
from suite import wait
from user import LAB, write_only

# A class of text: what a random text is made of.
CLASSES = {
    "ascii": ("a", "word", "~", "$(x)", "#{w}"),
    "latin": ("é", "e\u0301", "ß", "ﬁ"),
    "wide": ("日", "本語", "한", "Ａ", "。", "日\u0301"),
    "jamo": ("\u1112\u1161\u11ab", "\u1161", "\u1112\u1112\u1161", "\u1160\u11ab"),
    "halfwidth": ("ｶ", "±", "①", "—"),
    "emoji": ("❤️", "❤", "☺︎", "⌚︎", "🙂", "\U0001FAE8", "\U0001F6DC"),
    "joined": ("👨‍👩‍👧", "🏳️‍🌈", "👩🏽‍🚀", "👨‍", "\u200d"),
    "tones": ("👍🏽", "🏽", "a🏽", "❤🏽"),
    "flags": ("🇩🇪", "🇩", "🇩🇪🇫", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
    "keycaps": ("1️⃣", "1⃣", "1️", "#️⃣"),
    "selectors": ("a\ufe0f", "日\ufe0e", "葛\U000e0100", "\ufe0f"),
    "marks": ("a" + "\u0301" * 50, "\u0301", "Z͑ͫ̓ͪ̂ͫ̽", "日" + "\u0300" * 9),
    "indic": ("क्षि", "क्‍ष", "হ্যাঁ", "தமிழ்", "ก\u0e33", "ที่นี่"),
    "right to left": ("سلام", "שָׁלוֹם", "\u0600", "ک‌ک"),
    "unseen": ("\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "\u034f"),
    "hostile": ("\u202e", "\u2066", "\x1b[31m", "\x07", "\x9b", "\x08\x08", "\x7f"),
    "unknown": ("\uffff", "\ue000", "\u0378", "\U00100000", "\u2028"),
}
# What terminals measure each in their own way, or obey.
NEVER_SENT = re.compile("[\u202a-\u202e\u2066-\u2069\u200d\ufe0e\ufe0f\u00ad\x00-\x1f\x7f-\x9f]")


def random_texts(seed, count, longest):
    """One of each class, then mixtures."""
    chance = random.Random(seed)
    names = sorted(CLASSES)
    for i in range(count):
        if i < len(names):
            parts = CLASSES[names[i]]
        else:
            parts = [part for name in chance.sample(names, 3) for part in CLASSES[name]]
        yield " ".join("".join(chance.choices(parts, k=chance.randint(1, 4)))
                       for _ in range(chance.randint(1, longest)))


def pasted(text):
    return b"\x1b[200~" + text.replace("\x1b[201~", "").encode("utf-8") + b"\x1b[201~"


def width(screen, text):
    """The columns of a text by tmux's measure, and where tmux's cursor is."""
    answer = screen.tmux("set-option", "-g", "@text", text, ";",
                         "display-message", "-p", "#{w:@text} #{cursor_x}")
    columns, cursor = answer.split()
    return int(columns), int(cursor)


def row_of(screen, mark):
    screen.expect(re.escape(mark))
    return next(row for row in screen.last.split("\n") if mark in row)


def test_the_cursor_of_the_box_is_where_its_text_ends(user):
    screen = user.open()
    for columns in (80, 41, 24):
        screen.resize(columns, 24)
        for i, text in enumerate(random_texts(columns, 24 if columns == 80 else 10, 2)):
            mark = f"|{columns}.{i}"
            screen.send(b"\x15" + pasted(text + mark))
            row = row_of(screen, mark)
            assert not NEVER_SENT.search(row), (ascii(text), ascii(row))
            end = row[:row.index(mark) + len(mark)]
            wait(lambda: len(set(width(screen, end))) == 1,
                 (columns, ascii(text), ascii(end), width(screen, end)))


def test_drawing_all_anew_changes_nothing(user):
    """Rows are drawn change by change, and then at once from their left end to their right: what is
    behind a text would move if the terminal gave it other columns."""
    screen = user.open()
    for i, text in enumerate(random_texts(3, 24, 3)):
        write_only(screen, f"{i}.")
        screen.type("e")
        screen.send(pasted(text.replace("\u2028", "")))
        screen.key("Enter")
        screen.expect(f"Message {i + 1} is changed")
        before = screen.text()
        screen.key("C-l")
        screen.type("s")
        screen.expect("Enter save")
        after = screen.text()
        last = [re.search("^ Last .*", shown, re.M)[0] for shown in (before, after)]
        assert last[0] == last[1], ascii(text)


def write_all(user, texts):
    lines = [f"<{i}>{text}" for i, text in enumerate(texts)]
    user.run("write", input="".join(line.replace("\u2028", "") + "\n" for line in lines))
    return len(lines)


def check_rows(screen, count, columns):
    """Each message has one row, all begin in one column, and none is wider than the window."""
    rows = [row for row in screen.text().split("\n") if re.search(r"<\d+>", row)]
    numbers = [int(re.search(r"<(\d+)>", row)[1]) for row in rows]
    assert numbers == list(range(count - 1, -1, -1)), (columns, numbers)
    starts = set()
    for row in rows:
        whole, _ = width(screen, row)
        start, _ = width(screen, row[:row.index("<")])
        assert whole <= columns, (columns, ascii(row))
        starts.add(start)
    assert len(starts) == 1, (columns, starts)


def test_rows_of_the_history_keep_to_their_columns(user):
    count = write_all(user, random_texts(7, 30, 12))
    screen = user.open()
    screen.resize(80, count + 8)
    screen.key("M-2")
    for columns in (80, 67, 66):
        screen.resize(columns, count + 8)
        screen.expect(f"^.{{{columns - 20},{columns}}}\\b{count} of {count}$")
        screen.expect(f"<{count - 1}>")
        screen.expect("<0>")
        check_rows(screen, count, columns)


def test_emoji_and_cjk_widths_on_the_command_line(user):
    count = write_all(user, random_texts(11, 30, 12))
    for columns in (80, 71, 70):
        screen = user.start("history", columns=columns, rows=count + 6)
        screen.expect("exit code 0")
        check_rows(screen, count, columns)


def test_labels_of_any_script_fill_their_columns(user):
    """Names of labels are cells that others stand behind."""
    labels = ("怒り", "\u2764\ufe0f", "👨‍👩‍👧", "joy")
    data, model = os.path.join(user.home, "wide.tsv"), os.path.join(user.home, "wide.model")
    with open(data, "w", encoding="utf-8") as file:
        file.writelines(f"word{i} of {label}{j}\t{label}\n" for j in range(30)
                        for i, label in enumerate(labels))
    subprocess.run([LAB, "train", "--data", data, "--dev", data, "--output", model], check=True,
                   capture_output=True)
    user.run("--model", model, "write", input="".join(f"<{i}>word{i} of\n" for i in range(4)))
    screen = user.start(f"--model {model} history", columns=100)
    screen.expect("exit code 0")
    check_rows(screen, 4, 100)
    screen.close()
    screen = user.screen = Screen(f"{LAB} eval --model {model} --data {data}", user.environment,
                                  columns=100, rows=50)
    screen.expect("exit code 0")
    rows = re.findall(r"^(\S+(?: \s*|\s+))([01]\.\d{4} .* 30\b)", screen.text(), re.M)
    starts = {width(screen, name)[0] for name, _ in rows}
    assert len(rows) == 2 * len(labels) and len(starts) == 1, screen.text()


def test_a_terminal_without_utf8_in_its_locale(user):
    """The widths are the same whatever locale is asked for, or missing."""
    for locale in ({"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "de_DE.UTF-8"}, {"LC_ALL": "xx"}):
        screen = user.open(**{"LANG": "", **locale})
        screen.send(b"\x15" + pasted("日本 ❤️ ok|"))
        row = row_of(screen, "ok|")
        place = 3 + 4 + 1 + 2 + 1 + 3
        wait(lambda: width(screen, row[:row.index("|") + 1]) == (place, place), (locale, row))
