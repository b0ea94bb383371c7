"""Writing: the text box, drafts, pastes, and a disk that is slow, broken or somebody else's."""

import os
import random
import re
import shlex
import signal
import sqlite3
import subprocess
import time

from screen import Screen
from suite import wait
from user import PROGRAM, write_only

ROUNDS = 8       # of typing until the program is killed
LOST_MOST = 0.2  # seconds of typing that this may cost
HERE = os.path.dirname(os.path.abspath(__file__))


def database(user):
    return os.path.join(user.home, "emotrack", "default.db")


def drafts(user):
    """The texts of all drafts, the one that was saved last first."""
    connection = sqlite3.connect(f"file:{database(user)}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT text FROM draft ORDER BY changed DESC, id DESC")
        return [bytes(text).decode() for (text,) in rows]
    finally:
        connection.close()


def wait_for_drafts(user, *texts):
    """Until the drafts are these, in any order."""
    wait(lambda: sorted(drafts(user)) == sorted(texts), f"the drafts did not become {texts}")


def choose_paste(user, choice):
    folder = user.environment.get("XDG_CONFIG_HOME", os.path.join(user.home, ".config"))
    os.makedirs(os.path.join(folder, "emotrack"), exist_ok=True)
    with open(os.path.join(folder, "emotrack", "config"), "w") as file:
        file.write(f"paste = {choice}\n")


def texts(user):
    """The messages, oldest first."""
    return [message["text"] for message in reversed(user.history())]


# ---- keys ----

def test_hints_follow_the_mode(user):
    screen = user.open()
    screen.expect("^ Enter save  Alt-Enter new line  Tab rate  Esc commands  .*F1 help")
    write_only(screen, "I love this")
    screen.expect("^ y right  n wrong  s skip  i text  u undo  e edit  w why .* [?] help")
    screen.type("e")
    screen.expect("^ Enter save the change  Alt-Enter new line  Esc leave it as it was  F1 help")
    screen.key("Escape")
    screen.resize(40, 12)
    screen.expect("^ Enter save  Tab rate .*F1 help$")
    screen.key("Tab")
    screen.expect("^ y right  n wrong .*[?] help$")


def test_undo_redo_and_yank(user):
    screen = user.open()
    screen.type("one two three")
    screen.key("C-_")
    screen.expect("> one two *$")
    screen.key("C-_")
    screen.expect("> one *$")
    screen.key("C-r", "C-r")
    screen.expect("> one two three")
    screen.key("C-w", "C-w")
    screen.expect("> one *$")
    screen.key("C-y")
    screen.expect("> one two *$")
    screen.key("C-y")
    screen.expect("> one three")
    screen.key("C-c")
    screen.expect("Cleared")
    screen.key("C-_")
    screen.expect("> one three")


def test_a_saved_text_comes_back_by_undo(user):
    screen = user.open()
    write_only(screen, "saved too early")
    screen.type("i")
    screen.key("C-_")
    screen.expect("> saved too early")
    screen.key("C-r")
    screen.expect_not("> saved too early")
    screen.type("next")
    screen.key("C-_")
    screen.expect_not("> next")
    screen.key("C-_")
    screen.type("!")
    screen.expect("^ > !")


# ---- drafts ----

def test_walking_through_drafts(user):
    screen = user.open()
    screen.type("the first draft")
    screen.key("M-Down")
    screen.expect("A new draft")
    screen.expect("1 unsent draft")
    screen.type("the second draft")
    screen.expect("draft 2 of 2")
    screen.key("M-Up")
    screen.expect("> the first draft")
    screen.expect("[Dd]raft 1 of 2")
    screen.type("!")
    screen.key("M-Up")
    screen.expect("no older draft")
    screen.key("M-Down")
    screen.expect("> the second draft")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("N")
    screen.expect("A new draft")
    screen.type("the third")
    wait_for_drafts(user, "the first draft!", "the second draft", "the third")
    screen.key("Escape")
    screen.expect("i text")
    screen.type("[")
    screen.expect("> the second draft")
    screen.type("]")
    screen.expect("> the third")
    screen.type("[D")
    screen.expect("Delete this draft")
    screen.type("n")
    screen.expect("The draft is kept")
    screen.type("Dy")
    screen.expect("The draft is deleted")
    wait_for_drafts(user, "the first draft!", "the third")
    screen.type("[[")
    screen.expect("> the first draft!")
    screen.type("i")
    screen.key("Enter")
    screen.expect("Saved on this device")
    wait_for_drafts(user, "the third")
    assert texts(user) == ["the first draft!"]


def test_two_windows_have_a_draft_each(user):
    screen = user.open()
    screen.type("in the first window")
    wait_for_drafts(user, "in the first window")
    other = Screen(PROGRAM, user.environment)
    try:
        other.expect(r"\[1 Write\]")
        assert "in the first" not in other.text()
        other.type("in the second")
        wait_for_drafts(user, "in the first window", "in the second")
        screen.type(", still")
        wait_for_drafts(user, "in the first window, still", "in the second")
        other.key("M-Up")
        other.expect("no older draft")
        other.expect("> in the second")
        os.kill(other.pid("emotrack"), signal.SIGKILL)
        other.expect("exit code 137")
        screen.key("M-Down")
        screen.expect("> in the second")
    finally:
        other.close()
    screen.key("Enter")
    screen.expect("Saved on this device")
    wait_for_drafts(user, "in the first window, still")


def test_an_edit_survives_a_kill(user):
    screen = user.open()
    screen.type("my own draft")
    wait_for_drafts(user, "my own draft")
    screen.key("C-a", "C-k")
    write_only(screen, "a message")
    screen.key("Enter")
    screen.type("my own draft")
    screen.key("Tab")
    screen.type("e")
    screen.expect("Editing message 1")
    screen.type(", changed")
    wait_for_drafts(user, "my own draft", "a message, changed")
    os.kill(screen.pid("emotrack"), signal.SIGKILL)
    screen.expect("exit code 137")
    screen = user.open()
    screen.expect("Editing message 1, where it was left off")
    screen.expect("> a message, changed")
    screen.type(" twice")
    wait_for_drafts(user, "my own draft", "a message, changed twice")
    os.kill(screen.pid("emotrack"), signal.SIGKILL)
    screen.expect("exit code 137")
    screen = user.open()
    screen.expect("> a message, changed twice")
    screen.key("Enter")
    screen.expect("Message 1 is changed")
    screen.expect("> my own draft")
    assert texts(user) == ["a message, changed twice"]
    wait_for_drafts(user, "my own draft")


def test_an_edit_is_gone_on_with_from_another_window(user):
    screen = user.open()
    for text in ("one", "two"):
        write_only(screen, text)
        screen.key("Enter")
    other = Screen(PROGRAM, user.environment)
    try:
        other.expect("Last +.two")
        other.key("Tab")
        other.type("e more")
        wait_for_drafts(user, "two more")
        screen.key("Tab")
        screen.type("e")
        screen.expect("Editing message 2:")  # the other window has its edit in hand
        screen.key("Escape")
        screen.expect("as it was")
        os.kill(other.pid("emotrack"), signal.SIGKILL)
        other.expect("exit code 137")
    finally:
        other.close()
    screen.key("Tab")
    screen.type("e")
    screen.expect("Editing message 2, where it was left off")
    screen.key("M-2")
    screen.expect("Enter open")
    screen.type("je")
    screen.expect("Message 2 is being edited")
    screen.expect("> two more")
    user.run("forget", "--yes", "2")
    screen.key("Enter")
    screen.expect("Message 2 is gone")
    wait_for_drafts(user, "two more")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert texts(user) == ["one", "two more"]


def box(screen):
    """What stands in the box, which is one line."""
    found = re.search("^ > (.*?) *$", screen.text(), re.M)
    return found[1] if found else ""


def test_typing_until_killed(user):
    chance = random.Random(5)
    for _ in range(ROUNDS):
        screen = user.open()
        screen.key("C-c")
        wait(lambda: not box(screen) or "Write what" in screen.text(), "the box is not empty")
        seen = []
        end = time.monotonic() + 0.5 + chance.random()
        while time.monotonic() < end:
            screen.type(chance.choice(["a", "e", "t ", "\u00fc"]))
            seen.append((box(screen), time.monotonic()))
            if len(seen[-1][0]) > 60:
                break
        time.sleep(chance.random() * LOST_MOST)  # a kill at any moment after a key
        killed = time.monotonic()
        os.kill(screen.pid("emotrack"), signal.SIGKILL)
        screen.expect("exit code 137")
        before = [text for text, when in seen if when <= killed - LOST_MOST]
        saved = drafts(user)
        expected = (before or [""])[-1]
        assert len(saved) == 1 and saved[0].startswith(expected), (saved, expected)


# ---- pastes ----

def test_a_paste_of_lines_as_one_message(user):
    choose_paste(user, "ask")
    screen = user.open()
    screen.type("before ")
    screen.paste("one\n\ntwo\nthree\n")
    screen.expect(r"3 lines: \[o\]ne message or one a \[l\]ine")
    screen.type("o")
    screen.expect("^ > before one\n\n   two\n   three")
    screen.key("C-_")
    screen.expect("^ > before *$")
    screen.key("C-r")
    screen.expect("three")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert texts(user) == ["before one\n\ntwo\nthree\n"]


def test_a_paste_of_lines_as_messages(user):
    choose_paste(user, "ask")
    screen = user.open()
    screen.type("a draft")
    screen.paste("one\r\n  \ntwo\nthree")
    screen.expect("3 lines")
    wait_for_drafts(user, "a draft", "one\r\n  \ntwo\nthree")
    screen.type("x")
    screen.expect("ne message or one a")
    screen.type("l")
    screen.expect("3 messages saved, one a line")
    assert texts(user) == ["one", "two", "three"]
    wait_for_drafts(user, "a draft")
    screen.type("i")
    screen.paste("dropped\nlines")
    screen.expect("2 lines")
    screen.key("Escape")
    screen.expect("Not pasted")
    screen.key("C-y")
    screen.expect("^ > a draftdropped\n   lines")


def test_thousands_of_lines(user):
    choose_paste(user, "lines")
    screen = user.open()
    screen.expect("Enter save")
    screen.paste("".join(f"line {number}\n" for number in range(3000)))
    screen.expect("3000 messages saved")
    assert texts(user) == [f"line {number}" for number in range(3000)]
    wait_for_drafts(user)


def test_lines_that_are_being_saved_until_killed(user):
    choose_paste(user, "lines")
    chance = random.Random(7)
    lines = [f"line {number}" for number in range(3000)]
    for _ in range(ROUNDS // 2):
        screen = user.open()
        screen.expect("Enter save")
        screen.key("C-c")
        before = len(texts(user))
        screen.paste("\n".join(lines))
        screen.expect("Saving line")
        time.sleep(chance.random() / 5)
        os.kill(screen.pid("emotrack"), signal.SIGKILL)
        screen.expect("exit code 137")
        rest = [line for text in drafts(user) for line in text.split("\n")]
        assert texts(user)[before:] + rest == lines  # each once


def test_what_is_not_saved_of_a_paste_stays(user):
    choose_paste(user, "lines")
    screen = user.open()
    screen.expect("Enter save")
    long_line = "x" * 70000
    screen.paste(f"one\ntwo\n{long_line}\nthree")
    screen.expect("2 of 4 lines are saved")
    screen.expect("goes on")
    screen.key("Escape")
    screen.expect("Not pasted")
    assert texts(user) == ["one", "two"]


# ---- the disk ----

def holder(user):
    """Another program that has the journal until its input ends."""
    program = subprocess.Popen(["sqlite3", database(user)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    program.stdin.write("BEGIN IMMEDIATE;\nSELECT 'held';\n")
    program.stdin.flush()
    assert program.stdout.readline() == "held\n"
    return program


def test_what_waits_for_another_program_is_saved_by_itself(user):
    screen = user.open()
    screen.type("patience")
    wait_for_drafts(user, "patience")
    other = holder(user)
    screen.key("Enter")
    screen.expect("Not saved yet: another program is using the journal")
    screen.expect("> patience")
    other.communicate("COMMIT;\n")
    screen.expect("Saved on this device")
    assert texts(user) == ["patience"]
    wait_for_drafts(user)


def slow_disk(user):
    """The program on a disk that is slow while a file is there, and broken while another is; None
    where another library must come first."""
    if "libasan" in subprocess.run(["ldd", PROGRAM], capture_output=True, text=True).stdout:
        print("SKIPPED (a sanitizer's library comes first)")
        return None
    library = os.path.join(user.home, "slow_disk.so")
    compiler = shlex.split(os.environ.get("CC", "cc"))
    subprocess.run([*compiler, "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", library,
                    os.path.join(HERE, "slow_disk.c")], check=True)
    user.slow = os.path.join(user.home, "slow")
    user.broken = os.path.join(user.home, "broken")
    return user.open(LD_PRELOAD=library, SLOW_DISK=user.slow, BROKEN_DISK=user.broken)


def touch(path):
    with open(path, "w"):
        pass


def test_no_key_waits_for_a_slow_disk(user):
    screen = slow_disk(user)
    if not screen:
        return
    write_only(screen, "the first")
    screen.type("s")
    screen.expect("Enter save")
    touch(user.slow)
    screen.type("I love this")
    screen.expect("Guess: JOY")
    screen.key("Enter")
    screen.expect("Saving [.]{3}")
    screen.type("y")
    screen.expect("Rated right")
    screen.type("typing goes on")
    screen.expect("> typing goes on")
    wait_for_drafts(user, "typing goes on")
    screen.key("M-2")
    screen.expect(r"\[2 History\]")
    screen.expect("^>.*I love this")
    screen.key("M-1")
    screen.key("Enter")
    screen.expect("Saving [.]{3}")
    assert "Nothing was uploaded" not in screen.text()
    assert texts(user) == ["the first", "I love this", "typing goes on"], "in the journal already"
    os.unlink(user.slow)
    screen.expect("Saved on this device. Nothing was uploaded.")


def test_a_disk_that_does_not_keep_is_told(user):
    screen = slow_disk(user)
    if not screen:
        return
    write_only(screen, "the first")
    screen.type("s")
    touch(user.broken)
    screen.type("do not lose me")
    screen.key("Enter")
    screen.expect("The disk has not kept what was saved last")
    screen.expect("> do not lose me")
    os.unlink(user.broken)
    screen.type("i!")
    wait_for_drafts(user, "do not lose me!")
