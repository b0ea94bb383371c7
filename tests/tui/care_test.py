"""The Sync screen's care for the data: backing up, restoring, exporting, deleting."""

import fcntl
import os
import sqlite3
import subprocess

from user import PROGRAM, write

SECRET = "Zanzibarium"


def sync_screen(user, arguments="", **size):
    screen = user.start(arguments, **size)
    screen.expect("Enter save")
    screen.key("M-4")
    screen.expect(r"\[4 Sync\]|^ Sync ")
    return screen


def answer(screen, prompt, text):
    """Types an answer in the place of the one that stands there."""
    screen.expect(prompt)
    screen.key("C-u")
    screen.type(text)
    screen.key("Enter")


def files(user):
    return sorted(os.path.relpath(os.path.join(folder, name), user.home)
                  for folder, _, names in os.walk(user.home) for name in names)


def messages(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT count(*) FROM message").fetchone()[0]
    finally:
        connection.close()


def test_backup_and_restore_from_the_screen(user):
    user.run("write", input="I love this\nso sad\n")
    backup = os.path.join(user.home, "put away.backup")
    screen = sync_screen(user)
    screen.expect("b backup  r restore  x export  D delete my data")
    screen.type("b")
    screen.expect("Back up to: emotrack-default.backup")
    answer(screen, "Back up to:", backup)
    screen.expect_words("^ 2 messages are in [^.]*put away")
    assert messages(backup) == 2
    assert os.stat(backup).st_mode & 0o777 == 0o600
    user.run("write", input="what came later\n")
    screen.type("r")
    answer(screen, "Restore from:", backup)
    screen.expect(r"is sound. It\s+holds\s+2\s+messages\s+and\s+0\s+ratings")
    screen.expect(r"place\s+of\s+the\s+3\s+messages\s+of")
    screen.expect("kept in")
    screen.type("n")
    screen.expect("Nothing was restored")
    assert len(user.history()) == 3
    screen.type("r")
    answer(screen, "Restore from:", backup)
    screen.expect(r"^ y restore")
    screen.type("y")
    screen.expect("2 messages are restored; what was there is kept in")
    screen.expect(r"\[1 Write\]")
    assert len(user.history()) == 2
    assert messages(os.path.join(user.home, "emotrack", "default.kept")) == 3


def test_what_is_typed_is_not_lost_by_a_restore(user):
    screen = user.open()
    write(screen, "the first one")
    screen.type("a draft of the backup")
    screen.key("C-d")
    screen.expect("exit code 0")
    backup = os.path.join(user.home, "b")
    screen = sync_screen(user)
    screen.type("b")
    answer(screen, "Back up to:", backup)
    screen.expect("^ 1 message is in")
    screen.key("M-1")
    screen.expect("a draft of the backup")
    screen.key("C-u")
    screen.type("another draft")
    screen.key("M-4")
    screen.type("r")
    answer(screen, "Restore from:", backup)
    screen.expect("^ y restore")
    screen.type("y")
    screen.expect("restored")
    screen.key("Escape")
    screen.expect(r"\? help")
    screen.type("q")
    screen.expect("exit code 0")
    connection = sqlite3.connect(os.path.join(user.home, "emotrack", "default.db"))
    drafts = [bytes(text).decode() for text, in connection.execute(
        "SELECT CAST(text AS BLOB) FROM draft WHERE text NOT NULL")]
    connection.close()
    assert sorted(drafts) == ["a draft of the backup", "another draft"], drafts


def test_a_file_that_is_there_is_replaced_when_asked_for_twice(user):
    user.run("write", input="I love this\n")
    for key, prompt in (("b", "Back up to:"), ("x", "Export all to:")):
        path = os.path.join(user.home, "there")
        with open(path, "w", encoding="utf-8") as file:
            file.write("mine")
        screen = sync_screen(user)
        screen.type(key)
        answer(screen, prompt, path)
        screen.expect_words("is there already: Enter again replaces it")
        with open(path, encoding="utf-8") as file:
            assert file.read() == "mine"
        screen.key("Enter")
        screen.expect("^ 1 message is in")
        with open(path, "rb") as file:
            assert file.read() != b"mine"


def test_what_cannot_be_restored_says_why(user):
    user.run("write", input="I love this\n")
    sealed = os.path.join(user.home, "sealed")
    word = os.path.join(user.home, "word")
    with open(word, "w", encoding="utf-8") as file:
        file.write("open sesame\n")
    user.run("backup", sealed, "--passphrase-file", word)
    screen = sync_screen(user)
    for path, words in ((sealed, r"sealed with a passphrase: .emotrack restore. asks for"),
                        (word, "no backup of EmoTrack"), (word + "s", "no such file|not|No such")):
        screen.type("r")
        answer(screen, "Restore from:", path)
        screen.expect_words(words)
    assert len(user.history()) == 1


def test_a_backup_with_a_passphrase_of_its_own_says_where_it_is_asked_for(user):
    user.run("write", input="I love this\n")
    word = os.path.join(user.home, "word")
    with open(word, "w", encoding="utf-8") as file:
        file.write("open sesame\n")
    backup = os.path.join(user.home, "b")
    user.run("encrypt", "--passphrase-file", word)
    user.run("--passphrase-file", word, "backup", backup)
    user.run("--passphrase-file", word, "decrypt", "--yes")
    screen = sync_screen(user)
    screen.type("r")
    answer(screen, "Restore from:", backup)
    screen.expect(r"encrypted\s+with\s+another\s+passphrase:\s+.emotrack\s+restore.\s+asks")
    assert len(user.history()) == 1
    assert not [name for name in files(user) if name.endswith(".part")], files(user)


def test_export_of_everything(user):
    user.run("write", input="I love this\nso sad\n")
    path = os.path.join(user.home, "all.jsonl")
    screen = sync_screen(user)
    screen.type("x")
    answer(screen, "Export all to:", path)
    screen.expect_words("^ 2 messages are in [^.]*all.jsonl")
    with open(path, encoding="utf-8") as file:
        assert len(file.readlines()) == 2


def test_deleting_everything(user):
    user.run("write", input=f"{SECRET}\nanother\n")
    screen = sync_screen(user)
    screen.type("D")
    screen.expect("Deleting the profile 'default' deletes:")
    screen.expect("2 messages")
    answer(screen, "Type default to delete it:", "Default")
    screen.expect("not the profile's name: nothing was deleted")
    screen.type("D")
    screen.expect("Type default")
    screen.key("C-c")
    screen.expect("D delete my data")
    assert len(user.history()) == 2
    screen.type("D")
    answer(screen, "Type default to delete it:", "default")
    screen.expect("Deleted, of the profile 'default':")
    screen.expect("2 messages")
    screen.expect("default.db, .* overwritten")
    screen.expect("exit code 0")
    assert files(user) == [], files(user)
    screen = user.open()
    screen.expect("nothing leaves this device|Nothing leaves this device")


def test_deleting_a_journal_in_use_is_refused_and_goes_on(user):
    user.run("write", input="I love this\n")
    screen = sync_screen(user)
    with subprocess.Popen([PROGRAM, "write"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env={**os.environ, **user.environment}) as other:
        other.stdin.write(b"from the other\n")
        other.stdin.flush()
        other.stdout.readline()
        screen.type("D")
        answer(screen, "Type default to delete it:", "default")
        screen.expect("Nothing was deleted: another program has")
        screen.expect(r"\[1 Write\]")
        other.stdin.close()
    assert len(user.history()) == 2


def test_care_in_a_small_window(user):
    user.run("write", input="I love this\n")
    screen = sync_screen(user, columns=40, rows=12)
    screen.expect(r"^ j join a server.*\? help")
    screen.type("D")
    screen.expect("Deleting the profile")
    screen.key(*["Down"] * 9)
    screen.expect("backs it up")
    screen.key("C-c")
    screen.expect("^ j join")
    screen.type("b")
    screen.expect("^ Back up to: emotrack-default.backup")
    screen.expect("^ Enter back up  Esc back  F1 help")


def test_a_backup_that_waits_for_another_program_is_stopped(user):
    user.run("write", input="I love this\n")
    backup = os.path.join(user.home, "b")
    screen = sync_screen(user)
    with open(os.path.join(user.home, "emotrack", "default.sync"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for key in ("Escape", "C-c"):
            screen.type("b")
            answer(screen, "Back up to:", backup)
            screen.expect("waiting for another program")
            screen.key(key)
            screen.expect("stopped; nothing was changed")
    assert not os.path.exists(backup)
    screen.type("b")
    answer(screen, "Back up to:", backup)
    screen.expect("^ 1 message is in")


def test_paths_are_typed_as_in_a_shell(user):
    user.run("write", input="I love this\n")
    home = os.path.join(user.home, "her home")
    os.mkdir(home)
    screen = sync_screen(user, HOME=home)
    for key, prompt in (("b", "Back up to:"), ("x", "Export all to:")):
        screen.type(key)
        answer(screen, prompt, f"~/{key}")
        screen.expect_words("^ 1 message is in [^.]*her home")
        assert os.path.exists(os.path.join(home, key))
    screen.type("r")
    answer(screen, "Restore from:", "~/b")
    screen.expect("is sound")
    screen.type("n")
    screen.key("M-2")
    screen.expect("I love this")
    screen.type("x")
    answer(screen, "Export to:", "~/shown.csv")
    screen.expect_words("^ 1 message is in [^.]*shown.csv")
    assert os.path.exists(os.path.join(home, "shown.csv"))
