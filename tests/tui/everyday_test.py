"""The everyday way through the terminal UI: writing, rating, the history, a hostile world."""

import csv
import os
import re
import signal
import subprocess

import mixed_model
from suite import wait
from user import LAB, PROGRAM, write, write_only

SAD = "I can't believe they cancelled it, I was so looking forward to this"


# ---- the main way through ----

def test_guess_rate_history_undo(user):
    screen = user.open()
    screen.expect(r"\[1 Write\] 2 History")
    screen.type(SAD)
    screen.expect("Guess: [A-Z]+ +[0-9]+%")
    screen.expect("^ Why  .*[+]")
    screen.expect("^ +[0-9] +[a-z]+ .* +[0-9]+%$")
    screen.expect("[0-9]+ of [0-9]+ words are not in the model")
    assert user.run("history") == "" or "belie" not in user.run("history"), "saved before Enter"
    screen.key("Enter")
    screen.expect("Saved on this device. Nothing was uploaded.")
    screen.expect(r"^ Last  \"I can.* \[y\]es")
    screen.type("n")
    digit = screen.expect(r"Message 1 is:.* ([0-9]) fear")[1]
    screen.type(digit)
    screen.expect("Rated fear")
    screen.key("M-2")
    row = screen.expect("^>.*")[0]
    guess = user.history()[0]["guess"]
    assert guess in row and "fear" in row and "I can't believe" in row, row
    screen.type("u")
    screen.expect("rating of message 1 is taken back")
    screen.expect(r"^>.* \? +I can't believe")
    screen.type("q")
    screen.expect("exit code 0")
    screen = user.open()
    screen.key("M-2")
    row = screen.expect("^>.*I can't believe.*")[0]
    assert guess in row and "?" in row, row
    assert user.history()[0]["rating"] is None


def test_letters_after_rating_go_into_the_next_message(user):
    screen = user.open()
    screen.type("I love this")
    screen.key("Enter")
    screen.expect("Saved on this device")
    screen.type("y")
    screen.expect("Rated right")
    screen.type("yes, no, sunny")
    screen.expect("> yes, no, sunny")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert [m["text"] for m in user.history()] == ["yes, no, sunny", "I love this"]
    assert [m["rating"] for m in user.history()] == [None, "right"]


def test_wrong_by_first_letters_and_wrong_alone(user):
    screen = user.open()
    for answer, said in ((["sur"], "surprise"), (["Enter"], None)):
        screen.type("I love this")
        screen.key("Enter")
        screen.expect("Saved on this device")
        screen.type("n")
        screen.expect("is: 1 anger")
        if said:
            screen.type(answer[0])
        else:
            screen.key(answer[0])
        screen.expect("Rated " + (said or "wrong"))
        assert user.history()[0]["label"] == said
        assert user.history()[0]["rating"] == "wrong"


def test_letters_that_fit_several_emotions_pick_none(user):
    screen = user.open()
    write_only(screen, "I love this")
    screen.type("ns")
    screen.expect("is: 5 sadness 6 surprise")
    screen.key("Enter")
    screen.expect("More than one emotion begins like this")
    screen.type("ad")
    screen.expect("Rated sadness")


def test_learning_changes_the_next_guess(user):
    screen = user.open()
    screen.type("zorblax")
    screen.expect("I can't tell")
    screen.key("Enter")
    screen.expect("CAN'T TELL")
    screen.type("nj")
    screen.expect("Rated joy")
    screen.type("zorblax")
    screen.expect("Guess: JOY")
    screen.expect(r"model v[0-9]+ \+ your 1 rating")


def test_a_second_emotion_is_shown_where_there_is_room(user):
    model, _ = mixed_model.make(LAB, user.home)
    screen = user.open(f"--model {model}")
    screen.type(mixed_model.MIXED)
    second = r"^ (Guess: )?(JOY [0-9]+%, with some surprise|SURPRISE [0-9]+%, with some joy)\b"
    screen.expect(second)
    for columns, shown in ((60, True), (59, False), (40, False), (80, True)):
        screen.resize(columns, 24)
        screen.expect(second if shown else "^ (JOY|SURPRISE) [0-9]+%( |$)")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("w")
    screen.expect("Guess now   (joy|surprise) [0-9]+%, with some (surprise|joy)[ ,]")
    screen.type("q")
    screen.expect("i text")
    screen.type("i")
    screen.key("C-u")
    screen.type("I hate this garden")
    screen.expect("Guess: ANGER [0-9]+%")
    screen.expect_not("with some")


def test_first_run_says_what_matters(user):
    screen = user.open()
    screen.expect("guesses the emotion, and says why")
    screen.expect(re.escape(os.path.join(user.home, "emotrack", "default.db")[:60]))
    screen.expect("Nothing leaves this device")


def test_title_bar_and_the_digits_agree(user):
    screen = user.open()
    screen.expect(r"EmoTrack  \[1 Write\] 2 History 3 Insights 4 Sync 5 Settings +default")
    for digit, name in enumerate(("Write", "History", "Insights", "Sync", "Settings"), 1):
        screen.key(f"M-{digit}")
        screen.expect(rf"\[{digit} {name}\]")


def test_profiles_are_apart(user):
    user.run("profile", "new", "alex")
    screen = user.open("--profile alex")
    screen.expect(" alex$")
    write(screen, "only alex knows this")
    screen.key("C-d")
    screen.expect("exit code 0")
    screen = user.open()
    screen.key("M-2")
    screen.expect("The messages that you write")


# ---- the box ----

def test_editing_keys(user):
    screen = user.open()
    screen.type("one two three")
    screen.key("C-w")
    screen.expect("> one two$")
    screen.key("C-a")
    screen.type("zero ")
    screen.expect("> zero one two")
    screen.key("C-k")
    screen.expect("> zero$")
    screen.key("C-y")
    screen.expect("> zero one two")
    screen.key("C-u")
    screen.expect_not("one two")
    screen.type("grüße 👍🏽 日本語")
    screen.expect("> grüße")
    screen.key("BSpace", "BSpace", "BSpace", "BSpace")
    screen.type("|👍🏽x")
    screen.key("Left", "BSpace")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert user.history()[0]["text"] == "grüße 👍🏽|x", user.history()[0]["text"]


def test_new_lines(user):
    screen = user.open()
    screen.type("first")
    screen.key("M-Enter")
    screen.type("second")
    screen.key("C-j")
    screen.type("third")
    screen.expect("^ > first\n   second\n   third")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert user.history()[0]["text"] == "first\nsecond\nthird"


def test_paste_is_text(user):
    screen = user.open()
    screen.expect("Enter save")
    screen.paste("first line\nsecond line q\nyns\td")
    screen.expect("second line q")
    assert user.history() == []
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert user.history()[0]["text"] == "first line\nsecond line q\nyns\td"


def test_a_huge_paste_is_refused_or_kept_whole(user):
    screen = user.open()
    screen.expect("Enter save")
    screen.type("kept ")
    screen.expect("> kept")
    screen.paste("words " * 30000)
    screen.expect("larger than the 65536 bytes")
    screen.expect("> kept")


def test_control_c_clears_then_quits(user):
    screen = user.open()
    screen.type("nothing")
    screen.expect("> nothing")
    screen.key("C-c")
    screen.expect_not("> nothing")
    screen.key("C-c")
    screen.expect("again quits")
    screen.key("C-c")
    screen.expect("exit code 0")


def test_escape_leaves_the_box_and_q_quits(user):
    screen = user.open()
    screen.type("a draft")
    screen.expect("a draft")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("i!")
    screen.expect("> a draft!")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("q")
    screen.expect("exit code 0")


def test_draft_survives_kill_nine(user):
    screen = user.open()
    screen.type("half a thought")
    database = os.path.join(user.home, "emotrack", "default.db")
    query = ["sqlite3", "-readonly", database, "select text from draft"]
    wait(lambda: "half a thought" in subprocess.run(query, capture_output=True, text=True).stdout,
         "the draft was not saved")
    os.kill(screen.pid("emotrack"), signal.SIGKILL)
    screen.expect("exit code 137")
    user.start().expect("> half a thought")


def test_keys_without_a_meaning_are_not_letters(user):
    screen = user.open()
    write(screen, "keep me")
    screen.type("words")
    for sequence in ("\033[1;2A", "\033[15;2~", "\033[<0;12;7M", "\033[I", "\033]11;rgb:0/0/0\007",
                     "\033[97;5u", "\033[1;2D"):
        screen.send(sequence.encode())
        screen.type("dying")
        screen.expect("dying")
        screen.key("C-w")
        screen.expect_not("dying")
        screen.type("words")
    assert [m["text"] for m in user.history()] == ["keep me"]


def test_bytes_that_are_not_utf8_lose_nothing(user):
    screen = user.open()
    screen.send(b"caf\xe9 was nice \xff\xfe, really")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert user.history()[0]["text"] == "caf\ufffd was nice \ufffd\ufffd, really"


def test_hanging_up_keeps_the_draft(user):
    for number in (signal.SIGHUP, signal.SIGTERM):
        screen = user.open()
        screen.type(f"not lost with {number}")
        screen.expect(f"not lost with {number}")
        os.kill(screen.pid("emotrack"), number)
        screen.expect(f"exit code {128 + number}")
        screen = user.open()
        screen.expect(f"not lost with {number}")
        screen.key("C-u")
        screen.key("C-d")
        screen.expect("exit code 0")


def test_another_program_holds_the_journal(user):
    screen = user.open()
    write(screen, "the first")
    database = os.path.join(user.home, "emotrack", "default.db")
    holder = subprocess.Popen(["sqlite3", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    holder.stdin.write("BEGIN IMMEDIATE;\nSELECT 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    screen.type("typing goes on")
    screen.expect("> typing goes on")
    screen.expect("the draft is not kept yet")
    screen.type(" and on")
    screen.expect("> typing goes on and on")
    screen.key("Enter")
    screen.expect("another program is using")
    screen.expect("> typing goes on and on")
    holder.communicate("COMMIT;\n")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert [m["text"] for m in user.history()] == ["typing goes on and on", "the first"]


def test_an_edit_is_not_dropped_silently(user):
    screen = user.open()
    write_only(screen, "the first")
    screen.type("e")
    screen.expect("Editing message 1")
    screen.type(", changed")
    screen.key("C-d")
    screen.expect("is being edited")
    screen.key("Escape")
    screen.expect(r"\^Y brings your change back")
    screen.key("C-y")
    screen.expect("> the first, changed")
    screen.key("C-u")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("e")
    screen.expect("Editing message 1")
    screen.type("!")
    user.run("forget", "1")
    screen.key("Enter")
    screen.expect("Message 1 is gone; its text is in the box")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert [m["text"] for m in user.history()] == ["the first!"]


# ---- history ----

def test_filter_edit_delete(user):
    user.run("write", input="the first day at work\nI love my dog\nwork again, so angry\n")
    screen = user.open()
    screen.key("M-2")
    screen.expect("3 of 3")
    screen.type("/")
    screen.type("work")
    screen.expect("2 of 3")
    screen.expect_not("my dog")
    screen.key("Enter")
    screen.type("e")
    screen.expect("Editing message 3")
    screen.type("!")
    screen.key("Enter")
    screen.expect("Message 3 is changed")
    screen.key("M-2")
    screen.expect("so angry!")
    screen.type("d")
    screen.expect("Delete message 3 for good")
    screen.type("x")
    screen.expect("is kept")
    screen.type("dy")
    screen.expect("Message 3 is gone")
    screen.expect("1 of 2")
    screen.key("Escape")
    screen.expect("2 of 2")
    assert [m["id"] for m in user.history()] == [2, 1]


def test_filter_by_rating(user):
    user.run("write", input="I love this\nI am so angry at you\nwow I did not expect that\n")
    user.run("rate", "1", "right")
    user.run("rate", "2", "wrong", "fear")
    screen = user.open()
    screen.key("M-2")
    screen.expect("3 of 3")
    for line, count in (("not:rated", 1), ("rated", 2), ("wrong", 1), ("emotion:joy", 1),
                        ("you:fear", 1), ("after:2020-01-01", 3), ("before:2020-01-01", 0)):
        screen.type("/")
        screen.type(line)
        screen.expect(f"{count} of 3")
        screen.key("Escape")
        screen.expect("3 of 3$")
    screen.type("/")
    screen.type("colour:blue")
    screen.expect("colour")
    screen.expect("understood|not a filter|unknown|not known")


def test_rating_in_the_history(user):
    user.run("write", input="I love this\nI am so angry at you\n")
    screen = user.open()
    screen.key("M-2")
    screen.expect("2 of 2")
    screen.type("jy")
    screen.expect("Message 1 is rated right")
    screen.key("Home")
    screen.type("nfe")
    screen.expect("Message 2 is rated fear")
    screen.type("u")
    screen.expect("rating of message 2 is taken back")
    screen.type("U")
    screen.expect("rating of message 2 is back")
    assert [(m["rating"], m["label"]) for m in user.history()] == [("wrong", "fear"),
                                                                  ("right", None)]


def test_the_choice_stays_on_its_message(user):
    user.run("write", input="I love this\nI am so angry at you\n")
    screen = user.open()
    screen.key("M-2")
    screen.expect("^>.*so angry")
    user.run("write", input="something newer\n")
    screen.expect("something newer")
    screen.expect("^>.*so angry")
    screen.key("M-1")
    screen.key("Tab")
    screen.expect("i text")
    screen.expect("Last .*so angry|Last .*ANGER")
    screen.type("y")
    screen.expect("Rated right")
    assert [m["rating"] for m in user.history()] == [None, "right", None]


def test_a_question_is_about_the_message_it_was_asked_of(user):
    user.run("write", input="one\ntwo\nthree\nfour\n")
    screen = user.open()
    screen.key("M-2")
    screen.expect("4 of 4")
    screen.type("d")
    screen.expect("Delete message 4 for good")
    user.run("forget", "4")
    screen.expect_not("four")
    screen.expect("Delete message 4 for good")
    screen.type("y")
    screen.expect("no message 4")
    screen.type("n")
    screen.expect("Message 3 is: 1 anger")
    user.run("forget", "3")
    screen.expect_not("three")
    screen.type("f")
    screen.expect("no message 3")
    assert [(m["text"], m["rating"]) for m in user.history()] == [("two", None), ("one", None)]


def test_deleting_elsewhere_while_picking(user):
    screen = user.open()
    write_only(screen, "soon gone")
    screen.type("n")
    screen.expect("Message 1 is: 1 anger")
    user.run("forget", "1")
    screen.type("f")
    screen.expect("no message 1")
    screen.expect_not("soon gone")


def test_opening_a_message_shows_the_why(user):
    user.run("write", input="I love this so much\n")
    screen = user.open()
    screen.key("M-2")
    screen.expect("1 of 1")
    screen.key("Enter")
    screen.expect("^ Message 1, [0-9]")
    screen.expect(r"[+][0-9.]+ +love")
    screen.key("Escape")
    screen.expect("1 of 1")


def test_export_from_the_history(user):
    user.run("write", input="=1+1\nI love this\n")
    path = os.path.join(user.home, "out.csv")
    screen = user.open()
    screen.key("M-2")
    screen.expect("2 of 2")
    screen.type("x")
    screen.expect("Export to: emotrack-history.csv")
    screen.key("C-u")
    screen.type(path)
    screen.key("Enter")
    screen.expect("2 messages are in")
    screen.type("x")
    screen.key("Enter")
    screen.expect("Enter again replaces it|there already")
    screen.key("Escape")
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["'=1+1", "I love this"]


def test_what_other_programs_change_shows(user):
    screen = user.open()
    screen.key("M-2")
    screen.expect("messages that you")
    user.run("write", input="from the command line\n")
    screen.expect("from the command line")
    user.run("forget", "1")
    screen.expect("messages that you")


def rate_as_disgust(screen):
    """Once more where another program has held the journal for longer than a key may wait."""
    said = "try again"
    while "try again" in said:
        screen.type("n")
        screen.expect("is: .*[0-9] disgust")
        screen.type("d")
        said = screen.expect("Rated right|Rated disgust|try again")[0]


def test_screen_and_command_line_at_once(user):
    """A screen and three loops of commands write to one profile: nothing is lost, nor refused
    without a word."""
    screen = user.open()
    loop = ("for i in $(seq 40); do printf 'loop %s message %s\\n' $0 $i | {0} write || exit 1; "
            "{0} rate 1 wrong fear >/dev/null || exit 1; done").format(PROGRAM)
    user.run("write", input="the first\n")
    loops = [subprocess.Popen(["sh", "-c", loop, str(n)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True,
                              env={**os.environ, **user.environment}) for n in range(3)]
    typed = 0
    while typed < 10 or any(p.poll() is None for p in loops):
        typed += 1
        screen.type(f"typed number {typed}")
        screen.expect(f"typed number {typed}$")
        screen.key("Enter")
        screen.expect("Saved on this device")
        rate_as_disgust(screen)
    for process in loops:
        out, errors = process.communicate()
        assert process.returncode == 0 and errors == "", errors
        assert len(out.splitlines()) == 40, out
    screen.key("C-d")
    screen.expect("exit code 0")
    texts = [message["text"] for message in user.history()]
    expected = ["the first", *(f"typed number {n + 1}" for n in range(typed)),
                *(f"loop {n} message {i + 1}" for n in range(3) for i in range(40))]
    assert sorted(texts) == sorted(expected)
    said = {m["text"]: m["label"] or m["guess"] for m in user.history() if m["rating"]}
    assert all(said[f"typed number {n + 1}"] == "disgust" for n in range(typed)), said


# ---- the terminal ----

def test_sizes(user):
    screen = user.open()
    screen.type(SAD)
    screen.expect("Guess: ")
    for columns, rows, pattern in ((40, 12, "why|Why"), (20, 5, "Window too small"), (1, 1, ""),
                                   (24, 6, "%"), (200, 50, "Guess: "), (80, 24, "Guess: ")):
        screen.resize(columns, rows)
        screen.expect(pattern)
    screen.key("M-2")
    for columns, rows in ((40, 12), (24, 6), (10, 3), (80, 24)):
        screen.resize(columns, rows)
        screen.expect("Window" if columns < 24 else "guess|0 of 0")
    screen.key("M-1")
    screen.expect("looking forward")
    screen.key("C-d")
    screen.expect("exit code 0")


def test_wide_text_is_cut_between_its_columns(user):
    """Half a character would push the end of its row into the next."""
    screen = user.open()
    for text in ("日本語" * 10, "a" + "日本語" * 10):
        write(screen, text)
        screen.expect(r"^ Last  \"a?(日本語)*日?本?~\"  .*\[e\]dit$")
        screen.expect_not(r"^[\]t]")


def test_no_colour(user):
    for arguments, environment in (("--no-color", {}), ("", {"NO_COLOR": "1"})):
        screen = user.open(arguments, TERM="screen-256color", **environment)
        screen.type("I love this")
        screen.expect("Guess: JOY")
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.text("-e")), arguments
        assert re.search(r"\x1b\[[0-9;]*4[0-9;]*mlove", screen.text("-e")), "no underline"
    screen = user.open(TERM="screen-256color")
    screen.type("I love this")
    screen.expect("Guess: JOY")
    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.text("-e"))


def test_without_utf8_the_bars_are_ascii(user):
    screen = user.open(LANG="C", LC_ALL="C")
    screen.type("I love this")
    screen.expect("joy +#+")
    assert all(ord(c) < 128 for c in screen.text()), screen.text()


def test_help(user):
    screen = user.open()
    screen.key("F1")
    screen.expect("save the message")
    screen.resize(80, 90)
    screen.expect("no diagnosis")
    screen.expect("emergency")
    screen.key("Escape")
    screen.expect(r"\[1 Write\]")


def test_a_broken_journal_says_so(user):
    user.run("write", input="I love this\n")
    folder = os.path.join(user.home, "emotrack")
    database = os.path.join(folder, "default.db")
    with open(database, "r+b") as file:
        file.write(b"not a database at all")
    screen = user.start()
    screen.expect("exit code 1")
    assert "default.db" in screen.text().replace("\n", "")
