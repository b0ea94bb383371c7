"""The History screen: filtering and completing, marks, orders, an open message, work beside it."""

import json
import os
import re

from suite import wait

TEXTS = ["the first day at work, I love it", "I love my dog", "work again, so angry",
         "what a surprise at work", "nothing much"]


def fill(user, texts=TEXTS):
    user.run("write", input="".join(text + "\n" for text in texts))


def open_history(user, columns=80, rows=24, **environment):
    screen = user.start("", columns=columns, rows=rows, **environment)
    screen.expect("Write")
    screen.key("M-2")
    screen.expect(r"\[2 History\]| History ")
    return screen


# ---- the filter line ----

def test_tab_completes_keywords_and_names(user):
    fill(user)
    screen = open_history(user)
    screen.expect("5 of 5")
    screen.type("/")
    screen.expect("^   rated not:rated right wrong emotion: you: after: before:")
    screen.type("emo")
    screen.key("Tab")
    screen.expect("^ / emotion: ")
    screen.expect("^   anger disgust fear joy")
    screen.type("s")
    screen.expect("^   sadness surprise$")
    screen.key("Tab")
    screen.expect("^ / emotion:sadness ")
    screen.key("Tab")
    screen.expect("^ / emotion:surprise ")
    screen.key("Tab")
    screen.expect("^ / emotion:sadness ")
    screen.key("C-u")
    screen.type("wr")
    screen.key("Tab")
    screen.expect("^ / wrong ")
    screen.expect("No message passes")
    screen.key("C-u")
    screen.type("zzz:")
    screen.key("Tab")
    screen.expect("Nothing that a filter knows")


def test_tab_completes_dates(user):
    fill(user)
    month = user.history()[0]["created_at"][:7]
    screen = open_history(user)
    screen.type("/after:")
    screen.expect(f"^   today yesterday {month}")
    screen.type("2")
    screen.key("Tab")
    screen.expect(f"^ / after:{month}")
    screen.expect("5 of 5")


def test_a_half_typed_filter_keeps_the_list(user):
    fill(user)
    screen = open_history(user)
    screen.type("/work")
    screen.expect("3 of 5")
    screen.type(" you:")
    screen.expect("The filter awaits the name of an emotion")
    screen.expect("3 of 5")
    screen.expect("so angry")
    screen.key("BSpace", "BSpace", "BSpace", "BSpace", "BSpace")
    screen.type(' "so an')
    screen.expect("The filter awaits the closing quote")
    screen.expect("3 of 5")
    screen.type('"')
    screen.expect("1 of 5")
    screen.key("C-u")
    screen.type("colour:blue")
    screen.expect("'colour:blue' is not known")
    screen.key("Enter")
    screen.expect("Known are: rated")


def test_matches_stand_out_and_are_in_sight(user):
    long = "word " * 60
    fill(user, [long + "Stra\u00dfe " + long, "\u0130stanbul stanbul", "plain"])
    screen = open_history(user)
    screen.type("/strasse")
    screen.expect("1 of 3")
    row = screen.expect("^>.*~.*Stra\u00dfe .*~$")[0]
    assert len(row) == 80, row
    bold = wait(lambda: re.search("\x1b\\[[0-9;]*4m[^\x1b]*Stra\u00dfe\x1b", screen.text("-e")),
                "the match is not underlined")
    assert bold
    screen.key("C-u")
    screen.type("stanbul")
    screen.expect("1 of 3")
    screen.expect("\u0130stanbul stanbul|I\u0307stanbul stanbul")


def test_matches_in_hostile_texts(user):
    fill(user, ["\x1b]0;evil\x07 \u202eevil \x9b1m e\u0301vil \U0001f468\u200d\U0001f469 evil"])
    screen = open_history(user)
    screen.type("/evil")
    screen.expect("1 of 1")
    screen.expect("^>.*evil")
    text = screen.text()
    assert "\u202e" not in text and "\x1b" not in text, text
    screen.key("Enter")
    screen.key("Enter")
    screen.expect("^ Message 1, ")
    assert "\u202e" not in screen.text()


# ---- order ----

def test_the_order_changes_and_the_choice_stays(user):
    fill(user)
    screen = open_history(user)
    screen.expect("^>.*nothing much")
    screen.key("Down")
    screen.expect("^>.*what a surprise")
    for name in ("oldest first", "surest first", "least sure first"):
        screen.type("s")
        screen.expect(name)
        screen.expect("^>.*what a surprise")
    first = screen.expect("message\n(.*)")[1]
    least = min(user.history(), key=lambda m: m["probability"] if m["guess"] else -1)
    assert least["text"] in first, (least, first)
    screen.type("s")
    screen.expect_not("least sure first")
    screen.expect("message\n.*nothing much")


# ---- marks ----

def test_what_is_typed_ahead_is_about_the_filter_typed_before(user):
    fill(user)
    screen = open_history(user)
    screen.expect("5 of 5")
    screen.send(b"/work\r*")
    screen.expect("3 marked")
    screen.send(b"-/\x15dog\ry")
    screen.expect("Message 2 is rated right")



def test_marked_messages_are_rated_in_one_act(user):
    fill(user)
    screen = open_history(user)
    screen.type("/work")
    screen.expect("3 of 5")
    screen.key("Enter")
    screen.type("*")
    screen.expect("3 marked")
    screen.type("n")
    screen.expect("The marked are: 1 anger")
    screen.type("fe")
    screen.expect("3 messages are rated fear")
    assert [m["label"] for m in user.history()] == [None, "fear", "fear", None, "fear"]
    screen.type("u")
    screen.expect("ratings of 3 messages are taken back")
    assert all(m["rating"] is None for m in user.history())
    screen.type("U")
    screen.expect("ratings of 3 messages are back")
    assert [m["label"] for m in user.history()] == [None, "fear", "fear", None, "fear"]
    # Something else was rated since: one by one.
    user.run("rate", "5", "wrong")
    screen.type("u")
    screen.expect("rating of message 5 is taken back")
    screen.type("u")
    screen.expect("rating of message 1 is taken back")


def test_rating_marked_messages_skips_those_without_a_guess(user):
    fill(user, ["I love this", "zorblax qwxyz"])
    assert user.history()[0]["guess"] is None
    screen = open_history(user)
    screen.type("*")
    screen.expect("2 marked")
    screen.type("y")
    screen.expect("1 rated; 1 without a guess left")
    assert [m["rating"] for m in user.history()] == [None, "right"]


def test_marks_come_and_go(user):
    fill(user)
    screen = open_history(user)
    screen.expect("5 of 5")
    screen.type("  ")
    screen.expect("2 marked")
    screen.expect(r"^ \*.*nothing much")
    screen.expect(r"^ \*.*what a surprise")
    screen.expect("^> .*so angry")
    screen.type("/dog")
    screen.expect("1 of 5")
    screen.key("Enter")
    screen.expect("2 marked")
    screen.key("Escape")
    screen.expect_not("marked")
    screen.expect("1 of 5")
    screen.key("Escape")
    screen.expect("5 of 5")


def test_marked_messages_are_deleted_together(user):
    fill(user)
    screen = open_history(user)
    screen.type("/work")
    screen.expect("3 of 5")
    screen.key("Enter")
    screen.type("*d")
    screen.expect("Delete 3 marked messages for good")
    screen.type("n")
    screen.expect("All of them are kept")
    screen.type("dy")
    screen.expect("3 messages are gone, their bytes too")
    screen.key("Escape")
    screen.expect("2 of 2")
    screen.expect_not("marked")
    screen.type(" d")
    screen.expect("Delete 1 marked message for good.*keeps it$")
    screen.type("n")
    screen.expect_not("for good")
    assert [m["text"] for m in user.history()] == ["nothing much", "I love my dog"]
    data = os.path.join(user.home, "emotrack")
    for name in os.listdir(data):
        with open(os.path.join(data, name), "rb") as file:
            assert b"so angry" not in file.read(), name


def test_marked_messages_are_exported(user):
    fill(user)
    path = os.path.join(user.home, "marked.jsonl")
    screen = open_history(user)
    screen.type(" j x")
    screen.expect("Export the marked to: ")
    screen.key("C-u")
    screen.type(path)
    screen.key("Enter")
    screen.expect("2 messages are in")
    screen.expect("2 marked")
    with open(path, encoding="utf-8") as file:
        assert [json.loads(line)["id"] for line in file] == [5, 3]


def test_marks_of_messages_that_are_gone_are_none(user):
    fill(user)
    screen = open_history(user)
    screen.type("  ")
    screen.expect("2 marked")
    user.run("forget", "--yes", "5")
    screen.expect("1 marked")


# ---- an open message ----

def test_reading_one_message_after_the_other(user):
    fill(user)
    screen = open_history(user)
    screen.expect("5 of 5")
    screen.key("Enter")
    screen.expect("^ Message 5, .* 1 of 5$")
    screen.expect("^ nothing much")
    screen.expect("^ Guess then ")
    screen.expect("^ Guess now ")
    screen.expect("^ You said +nothing yet")
    screen.key("Right")
    screen.expect("^ Message 4, .* 2 of 5$")
    screen.type("nfe")
    screen.expect("^ You said +fear")
    screen.expect("Message 4 is rated fear")
    screen.type("u")
    screen.expect("^ You said +nothing yet")
    screen.key("Left")
    screen.expect("^ Message 5, ")
    screen.key("Left")
    screen.expect("no other message")
    screen.type("e")
    screen.expect("Editing message 5")
    screen.key("Escape")
    screen.key("M-2")
    screen.expect("^ Message 5, ")
    screen.type("d")
    screen.expect("Delete message 5 for good")
    screen.type("y")
    screen.expect("Message 5 is gone")
    screen.expect("^>.*what a surprise")
    screen.key("Enter")
    screen.expect("^ Message 4, ")
    screen.key("Escape")
    screen.expect("4 of 4")


def test_a_message_that_leaves_the_list_stays_open(user):
    fill(user)
    screen = open_history(user)
    screen.type("/not:rated")
    screen.expect("5 of 5")
    screen.key("Enter")
    screen.key("Enter")
    screen.expect("^ Message 5, ")
    screen.type("nan")
    screen.expect("^ You said +anger")
    screen.key("Right")
    screen.expect("^ Message 4, .* 1 of 4$")


def test_the_next_message_is_deleted_elsewhere(user):
    fill(user)
    screen = open_history(user)
    screen.expect("5 of 5")
    screen.key("Enter")
    screen.expect("^ Message 5, ")
    user.run("forget", "--yes", "4")
    screen.key("Right")
    screen.expect("there is no message 4|^ Message 3, ")


def test_words_of_an_open_message_say_what_they_do(user):
    fill(user, ["I love this, but I am so angry"])
    screen = open_history(user, NO_COLOR="1")
    screen.key("Enter")
    screen.expect(r"\[\+[^]]+\+\]")
    screen.expect(r"\[-[^]]+-\]")
    screen.expect(r"\[\+word\+\] towards [a-z]+, \[-word-\] away")
    screen.expect("^ Why [a-z]+, word by word")
    screen.key("End")
    screen.expect("words and signs are known")
    screen.key("Escape")
    screen = open_history(user, TERM="screen-256color")
    screen.key("Enter")
    screen.expect("bold: towards")
    assert "[+" not in screen.text()


# ---- work beside the screen ----

def test_the_screen_is_usable_while_much_is_exported(user):
    path = os.path.join(user.home, "much.csv")
    source = os.path.join(user.home, "much.jsonl")
    with open(source, "w", encoding="utf-8") as file:
        for i in range(20000):
            when = f"2026-01-01T00:00:{i // 1000:02}.{i % 1000:03}Z"
            file.write(json.dumps({"text": f"message {i} " + "word " * 50, "guess": "joy",
                                   "probability": 0.5, "created_at": when}) + "\n")
    user.run("import", source)
    with open(path, "w", encoding="utf-8") as file:
        file.write("what was there")
    screen = open_history(user)
    screen.expect("20000 of 20000")
    screen.type("x")
    screen.key("C-u")
    screen.type(path)
    screen.key("Enter")
    screen.expect("there already")
    screen.key("Enter", "Down", "Escape")
    screen.expect("export is stopped|20000 messages are in")
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    assert kept == "what was there" or kept.count("message ") == 20000, len(kept)
    assert not [name for name in os.listdir(user.home) if name.startswith("much.csv.")]


# ---- sizes ----

def test_sizes_of_the_history(user):
    fill(user, TEXTS + ["word " * 300])
    for columns, rows in ((24, 6), (40, 12), (80, 24), (200, 60)):
        screen = open_history(user, columns=columns, rows=rows)
        screen.expect("^>")
        screen.key("Enter")
        screen.expect("Message 6")
        screen.key("End")
        screen.key("Escape")
        screen.type("/wor")
        screen.expect("/ wor")
        screen.key("Tab", "Escape")
        screen.type("*d")
        screen.expect("Delete 6")
        screen.type("n")
        screen.expect("kept")


def test_ascii_alone(user):
    fill(user)
    screen = open_history(user, LANG="C", LC_ALL="C")
    screen.key("Enter")
    screen.expect("^ Message 5, ")
    screen.expect("##")
    assert screen.text().isascii(), screen.text()


# ---- the mouse ----

def mouse(screen, button, row):
    screen.send(f"\x1b[<{button};20;{row + 1}M".encode())


def test_the_mouse_chooses_opens_and_scrolls_messages(user):
    fill(user)
    screen = open_history(user, EMOTRACK_MOUSE="on")
    screen.expect("5 of 5")
    row = next(i for i, line in enumerate(screen.text().split("\n")) if "my dog" in line)
    mouse(screen, 0, row)
    screen.expect("^> .*my dog")
    mouse(screen, 65, row)
    screen.expect("^> .*first day")
    mouse(screen, 64, row)
    screen.expect("^> .*what a surprise")
    mouse(screen, 0, row)
    screen.expect("^> .*my dog")
    mouse(screen, 0, row)
    screen.expect("^ Message 2, ")
    mouse(screen, 65, row)
    screen.key("Escape")
    mouse(screen, 0, 20)
    screen.expect("^> .*my dog")
