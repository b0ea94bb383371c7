"""What goes wrong in other terminal programs, and must not here; one row a test, at least.

    seen elsewhere                             here
    emoji and CJK widths break columns         widths_test.py
    stored text attacks the terminal           test_bidi_and_escape_sequences_reach_no_terminal
    paste submits lines and fires keys         test_a_paste_submits_no_lines_and_fires_no_keys
    a crash leaves the tty raw                 test_a_crash_leaves_no_tty_raw,
                                               tests/app/tui/terminal_test.c
    ^Z and fg come back blank, paste mode on   test_suspending_*, test_stopping_*
    a tiny window crashes                      test_no_window_is_too_small_or_too_large
    Esc feels slow                             test_escape_waits_for_no_other_key
    invisible on light themes                  test_no_colour_is_that_of_a_paper
    a keystroke waits on the disk              test_a_keystroke_waits_for_no_lock
    data lost on a crash                       test_a_crash_loses_no_draft
    two programs open the same database        test_two_programs_share_one_journal
    CSV cells run in a spreadsheet             test_no_csv_cell_runs_in_a_spreadsheet
    decimal commas break JSON and CSV          test_decimal_commas_break_no_json_and_no_csv

Beside them: which terminals get a screen, and which are told why they do not.
"""

import csv
import fcntl
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from suite import DEADLINE, wait
from user import PROGRAM, write, write_only

FAMILIES = {  # what xterm-kitty and its like send for F1, by TERM
    "xterm-256color": b"\x1bOP", "tmux-256color": b"\x1bOP", "screen": b"\x1bOP",
    "linux": b"\x1b[[A", "vt100": b"\x1bOP", "rxvt": b"\x1b[11~", "xterm-kitty": b"\x1b[P",
    "xterm-no-such": b"\x1bOP", "foot": b"\x1bOP", "tmux-no-such": b"\x1bOP",
}
REASONS = {"dumb": "TERM says that this terminal is dumb", "": "TERM does not say",
           "garbage": "no description of the terminal that TERM names",
           "../../etc/passwd": "no description"}
MODES = ("alternate_on", "mouse_any_flag", "mouse_sgr_flag", "cursor_flag", "keypad_flag",
         "keypad_cursor_flag", "insert_flag", "wrap_flag", "origin_flag")


class Raw:
    """A program on a bare pty: every byte that it sends is kept."""

    def __init__(self, user, *arguments, **environment):
        self.sent = b""
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 200, 0, 0))
            os.environ.update({**user.environment, "TERM": "xterm-256color", **environment})
            os.execv(PROGRAM, [PROGRAM, *arguments])

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return None
        self.sent += data
        return bool(data) or None

    def expect(self, pattern):
        end = time.monotonic() + DEADLINE
        while not re.search(pattern, self.sent):
            assert self.read(1) is not None and time.monotonic() < end, (pattern, self.sent[-2000:])

    def send(self, data):
        os.write(self.master, data)

    def wait(self):
        """Reads to the end; the status that the program ended with."""
        end = time.monotonic() + DEADLINE
        while self.read(1) is not None:
            assert time.monotonic() < end, self.sent[-2000:]
        return self.hang_up()

    def hang_up(self):
        os.close(self.master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def stty(screen, mark):
    """All the settings of the terminal, as the shell sees them."""
    screen.type(f"clear; stty -a; echo {mark}\n")
    return screen.expect(f"(?s)^(speed.*?)^{mark}$")[1]


def modes(screen):
    return screen.tmux("display-message", "-p", " ".join(f"{m}=#{{{m}}}" for m in MODES)).strip()


# ---- stored text ----

def test_bidi_and_escape_sequences_reach_no_terminal(user):
    hostile = ("red \x1b[31m bell \x07 title \x1b]0;owned\x07 eight \x9b31m bidi \u202eabc\u2066 "
               "mark \u200fx back \x08\x08 del \x7f end")
    user.run("write", input=hostile + "\n")
    for arguments in (["history"], ["history", "--plain"], ["show", "1"], ["stats"],
                      ["export", "--format", "csv"], ["predict", hostile]):
        raw = Raw(user, *arguments)
        assert raw.wait() == 0, (arguments, raw.sent)
        check_harmless(raw.sent, arguments)
    raw = Raw(user)
    raw.expect(rb"EmoTrack")
    raw.send(b"\x1b2")
    raw.expect(rb"1 of 1")
    raw.send(b"\r")
    raw.expect(rb"Message 1")
    raw.send(b"e")
    raw.expect(rb"Editing")
    os.kill(raw.pid, signal.SIGTERM)
    assert raw.wait() == -signal.SIGTERM
    check_harmless(raw.sent, "the screens")


def test_names_of_files_and_profiles_reach_no_terminal_as_they_are(user):
    """Of files and profiles that others have named; a program that reads gets every byte."""
    hostile = "a \x1b[31m bell \x07 title \x1b]0;owned\x07 eight \x9b31m bidi \u202e \x08\x08 del"
    folder = os.path.join(user.home, hostile)
    os.mkdir(folder)
    user.run("write", input="I love this\n")
    user.run("backup", os.path.join(user.home, "kept"))
    here = {"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
    for arguments, environment, code in (
            (["backup", os.path.join(folder, "written")], {}, 0), (["config", "path"], here, 0),
            (["config"], {"EMOTRACK_PROFILE": hostile}, 0), (["restore", folder], {}, 1),
            (["restore", "--yes", os.path.join(user.home, "kept")], here, 0),
            (["import", hostile], {}, 1), ([hostile], {}, 2), (["--" + hostile], {}, 2),
            (["config", "set", "mouse", hostile], {}, 1)):
        raw = Raw(user, *arguments, **environment)
        ended = raw.wait()
        assert ended == code, (arguments, ended, raw.sent)
        check_harmless(raw.sent, arguments)
    path = subprocess.run([PROGRAM, "config", "path"], capture_output=True, text=True, check=True,
                          env={**os.environ, **user.environment, **here}).stdout
    assert path == os.path.join(folder, "emotrack", "config\n"), path


def check_harmless(sent, what):
    for sequence in (b"\x1b[31m bell", b"\x1b]0;", b"\x07", b"\xc2\x9b", "\u202e".encode(),
                     "\u2066".encode(), b"\x08\x08 del", b"\x7f"):
        assert sequence not in sent, (what, sequence)


# ---- keys and pastes ----

def test_a_paste_submits_no_lines_and_fires_no_keys(user):
    """In every place that keys mean something."""
    keys = "y\rn\nd\tq1\x03\x04\x1a\x1b[A\x1b2\x1bOPD"
    screen = user.open()
    write(screen, "the first")
    write_only(screen, "the second")
    for key, shown, clear in ((None, True, "C-c"), (None, True, "C-c"), ("M-2", False, None),
                              ("/", True, "C-u")):
        if key:
            screen.key(key)
        screen.send(b"\x1b[200~" + keys.encode() + b"\x1b[201~")
        if shown:
            screen.expect("q1")
            screen.key(clear)
            screen.expect_not("q1")
    screen.key("Escape")
    screen.expect("2 of 2")
    assert [(m["text"], m["rating"]) for m in user.history()] == [("the second", None),
                                                                  ("the first", None)]


def test_escape_waits_for_no_other_key(user):
    screen = user.open()
    screen.type("a word")
    screen.expect("> a word")
    screen.key("Escape")
    screen.expect("i text")


# ---- the terminal is given back ----

def test_a_crash_leaves_no_tty_raw(user):
    """Nor in any other mode than the shell's, whatever ends the program."""
    screen = user.shell(rows=50)
    before, modes_before = stty(screen, "begin"), modes(screen)
    for name in ("TERM", "HUP", "INT", "QUIT", "SEGV", "ABRT", "BUS", "FPE", "ILL", "USR1", "XCPU"):
        screen.type(f"clear; {PROGRAM}\n")
        screen.expect(r"\[1 Write\]")
        os.kill(screen.pid("emotrack"), getattr(signal, "SIG" + name))
        screen.expect("ready>")
        assert modes(screen) == modes_before, name
        assert stty(screen, "after-" + name) == before, name
    screen.type(f"clear; {PROGRAM}\n")
    screen.expect(r"\[1 Write\]")
    screen.key("C-d")
    screen.expect("ready>")
    assert modes(screen) == modes_before
    assert stty(screen, "at-the-end") == before


def test_suspending_keeps_what_the_user_sets_meanwhile(user):
    """And the mouse is the shell's."""
    user.run("config", "set", "mouse", "on")
    screen = user.shell(rows=50)
    modes_before = modes(screen)
    screen.type(PROGRAM + "\n")
    screen.expect(r"\[1 Write\]")
    screen.type("still here")
    screen.expect("> still here")
    modes_inside = modes(screen)
    assert "mouse_any_flag=1" in modes_inside
    screen.key("C-z")
    screen.expect("ready>")
    assert modes(screen) == modes_before
    screen.type("stty -ixon intr ^X\n")
    changed = stty(screen, "changed")
    assert "intr = ^X" in changed and "-ixon" in changed
    screen.type("fg\n")
    screen.expect("> still here")
    screen.type(" and now")
    screen.expect("> still here and now")
    assert modes(screen) == modes_inside
    screen.key("C-d")
    screen.expect("ready>")
    assert stty(screen, "at-the-end") == changed
    assert modes(screen) == modes_before


def test_stopping_from_outside_and_going_on(user):
    """kill -STOP gives no warning; the modes are taken over again with CONT. A shell that does not
    mend them for itself gets them mended where the program ends in the background."""
    screen = user.shell(rows=50)
    before, modes_before = stty(screen, "begin"), modes(screen)
    screen.type(f"clear; {PROGRAM}\n")
    screen.expect(r"\[1 Write\]")
    screen.type("still here")
    screen.expect("> still here")
    program = screen.pid("emotrack")
    os.kill(program, signal.SIGSTOP)
    screen.expect("Stopped")
    screen.type("fg\n")
    screen.expect("> still here$")
    screen.type(" and now")
    screen.expect("> still here and now")
    os.kill(program, signal.SIGSTOP)
    screen.expect("Stopped")
    os.kill(program, signal.SIGTERM)
    os.kill(program, signal.SIGCONT)
    wait(lambda: not os.path.exists(f"/proc/{program}/exe"), "it does not end in the background")
    screen.type("clear\n")
    screen.expect("^ready>")
    assert modes(screen) == modes_before
    assert stty(screen, "at-the-end") == before


def test_a_suspended_program_can_be_killed(user):
    """It wakes up in the background, where the terminal is the shell's."""
    screen = user.shell(rows=50)
    before, modes_before = stty(screen, "begin"), modes(screen)
    for name, end in (("TERM", "Terminated"), ("SEGV", "Segmentation fault")):
        screen.type(f"clear; {PROGRAM}\n")
        screen.expect(r"\[1 Write\]")
        screen.key("C-z")
        screen.expect("ready>")
        screen.type(f"kill -{name} %1; kill -CONT %1; "
                    "while kill -0 %1; do sleep .05; done 2>/dev/null\n")
        screen.expect(end)
        assert modes(screen) == modes_before, name
        assert stty(screen, "after-" + name) == before, name


def test_a_terminal_that_is_gone_ends_the_program_and_keeps_the_draft(user):
    raw = Raw(user)
    raw.expect(rb"EmoTrack")
    raw.send(b"not lost with the terminal")
    raw.expect(rb"terminal")
    raw.hang_up()
    screen = user.open()
    screen.expect("> not lost with the terminal")
    pid, server = screen.pid("emotrack"), screen.tmux("display-message", "-p", "#{pid}")
    screen.type(" nor with tmux")
    screen.expect("nor with tmux")
    os.kill(int(server), signal.SIGKILL)
    wait(lambda: not os.path.exists(f"/proc/{pid}/exe"), "it goes on without a terminal")
    user.open().expect("> not lost with the terminal nor with tmux")


def encrypt(user):
    path = os.path.join(user.home, "passphrase")
    with open(path, "w", encoding="utf-8") as file:
        file.write("secret\n")
    user.run("write", input="I love this\n")
    user.run("encrypt", "--passphrase-file", path)


def test_the_question_for_a_passphrase_gives_the_echo_back(user):
    """However it ends."""
    encrypt(user)
    screen = user.shell(rows=50)
    before = stty(screen, "begin")
    for name in ("INT", "TERM", "HUP", "QUIT"):
        screen.type(f"clear; {PROGRAM}\n")
        screen.expect("^Passphrase of .*:")
        os.kill(screen.pid("emotrack"), getattr(signal, "SIG" + name))
        screen.expect("^ready>")
        assert stty(screen, "after-" + name) == before, name
    for end in ("C-c", "C-\\", "C-d"):
        screen.type(f"clear; {PROGRAM}\n")
        screen.expect("^Passphrase of .*:")
        screen.key(end)
        screen.expect("^ready>")
        assert stty(screen, "after-a-key") == before, end


def test_the_question_for_a_passphrase_is_asked_again_after_a_stop(user):
    encrypt(user)
    screen = user.shell(rows=50)
    before = stty(screen, "begin")
    screen.type(f"clear; {PROGRAM} history\n")
    screen.expect("^Passphrase of .*:")
    for stop in (signal.SIGTSTP, signal.SIGSTOP):
        os.kill(screen.pid("emotrack"), stop)
        screen.expect("^ready>")
        assert stop == signal.SIGSTOP or stty(screen, "while-stopped") == before
        screen.type("clear; fg\n")
        screen.expect("^Passphrase of .*:")
    screen.type("secret\n")
    screen.expect("I love this")
    assert "secret" not in screen.text()
    assert stty(screen, "at-the-end") == before
    screen.type(f"clear; {PROGRAM} history\n")
    screen.expect("^Passphrase of .*:")
    screen.key("C-z")
    screen.expect("^ready>")
    screen.type("clear; kill %1; kill -CONT %1; wait\n")
    screen.expect("(?s)^ready>.*^ready>|^ready> *$")
    assert stty(screen, "when-killed") == before


# ---- windows ----

def test_no_window_is_too_small_or_too_large(user):
    user.run("write", input="first 日本語\nsecond\n")
    screen = user.open(COLUMNS="33", LINES="9")
    screen.expect("Enter save.*quit")
    sizes = ((500, 200), (24, 6), (23, 6), (24, 5), (2, 2), (1, 1), (1, 50), (500, 1), (80, 24))
    prompts = (([], "Enter save"), (["M-2", "/"], "2 of 2"), (["Escape", "M-2", "d"], "for good"),
               (["n", "n"], r"is: 1 anger"), (["Escape", "F1"], "Help|no diagnosis|keys"))
    for keys, pattern in prompts:
        for key in keys:
            screen.key(key)
        screen.expect(pattern)
        for columns, rows in sizes:
            screen.resize(columns, rows)
            screen.expect(r"\AW" if columns < 24 or rows < 6 else r"\A ?\w")
        screen.expect(pattern)
    screen.key("Escape")
    screen.key("M-1")
    screen.expect(r"\[1 Write\]")
    screen.key("C-c", "C-d")
    screen.expect("exit code 0")


# ---- which terminals ----

def test_every_terminal_gets_a_screen(user):
    for term, help_key in FAMILIES.items():
        screen = user.open(TERM=term)
        screen.type("I love this")
        screen.expect("Guess: JOY")
        screen.send(help_key)
        screen.expect("no diagnosis|Help")
        screen.key("Escape")
        screen.expect(r"\[1 Write\]")
        screen.key("C-c", "C-d")
        screen.expect("exit code 0")


def test_other_terminals_are_told_why_it_goes_line_by_line(user):
    for term, reason in REASONS.items():
        screen = user.start(TERM=term)
        screen.expect(reason)
        screen.expect("^Message:")
        screen.type("I love this\n")
        screen.expect("joy [0-9]+%")
        screen.expect("Right[?]")
        screen.type("y\n")
        screen.expect("joy, right")
        screen.key("C-d")
        screen.expect("exit code 0")
    assert [m["rating"] for m in user.history()] == ["right"] * len(REASONS)


def test_half_a_terminal_is_none(user):
    """Standard input from a pipe, or standard output into one."""
    done = subprocess.run([PROGRAM], input="I love this\n", capture_output=True, text=True,
                          env={**os.environ, **user.environment})
    assert done.returncode == 0 and done.stdout.startswith("1\tjoy\t") and not done.stderr, done
    screen = user.start("| cat")
    screen.expect("standard input or output is not a terminal, so this goes line by line")
    screen.type("I love this too\n")
    screen.expect("Right[?]")
    screen.key("C-d")
    screen.expect("exit code 0")
    assert [m["text"] for m in user.history()] == ["I love this too", "I love this"]


def test_a_terminal_without_a_second_screen_goes_on_below_the_first(user):
    screen = user.shell()
    screen.type(f"clear; TERM=linux {PROGRAM}\n")
    screen.expect(r"\[1 Write\]")
    screen.key("C-z")
    screen.expect("^ready> *$")
    screen.type("fg\n")
    screen.expect_not("ready>")
    screen.key("C-d")
    screen.expect("^ready> *$")


# ---- colours ----

def test_no_colour_is_that_of_a_paper(user):
    """White, black and the fixed ones of 256 vanish on one theme or the other."""
    screen = user.open(TERM="screen-256color")
    write_only(screen, "I love this so much")
    for keys in ([], ["M-2"], ["M-3"], ["M-4"], ["M-5"], ["F1"]):
        for key in keys:
            screen.key(key)
        screen.expect("EmoTrack|Help")
        for sequence in re.findall(r"\x1b\[([0-9;]*)m", screen.text("-e")):
            colours = set(sequence.split(";")) - {"7"}
            assert not colours & {"30", "37", "90", "97", "40", "47", "38", "48"}, (keys, sequence)


# ---- data ----

def test_a_keystroke_waits_for_no_lock(user):
    screen = user.open()
    write(screen, "the first")
    database = os.path.join(user.home, "emotrack", "default.db")
    holder = subprocess.Popen(["sqlite3", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    holder.stdin.write("BEGIN EXCLUSIVE;\nSELECT 'held';\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    screen.type("I love typing")
    screen.expect("> I love typing")
    screen.expect("Guess: JOY")
    screen.key("BSpace")
    screen.expect("> I love typin$")
    holder.communicate("COMMIT;\n")


def test_a_crash_loses_no_draft(user):
    database = os.path.join(user.home, "emotrack", "default.db")
    query = ["sqlite3", "-readonly", database, "select text from draft"]
    for number in (signal.SIGKILL, signal.SIGSEGV):
        screen = user.open()
        screen.key("C-u")
        screen.type(f"before {number}")
        wait(lambda: f"before {number}" in subprocess.run(query, capture_output=True,
                                                          text=True).stdout, "no draft is kept")
        os.kill(screen.pid("emotrack"), number)
        screen.expect(f"exit code {128 + number}")
        user.open().expect(f"> before {number}")


def test_two_programs_share_one_journal(user):
    screen = user.open()
    write(screen, "from the screen")
    user.run("write", input="from the command line\n")
    user.run("rate", "1", "right")
    screen.key("M-2")
    screen.expect("2 of 2")
    screen.expect("right +from the screen")
    screen.type("y")
    screen.expect("Rated|right +from the command")
    user.wait_for_history(lambda found: [m["rating"] for m in found] == ["right", "right"])


def test_no_csv_cell_runs_in_a_spreadsheet(user):
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "plain"]
    user.run("write", input="".join(cell + "\n" for cell in cells))
    for arguments in (["export"], ["export", "--format", "csv"]):
        rows = list(csv.DictReader(io.StringIO(user.run(*arguments))))
        texts = [row["text"] for row in rows]
        assert texts == ["'" + cell for cell in cells[:-1]] + ["plain"], texts


def test_decimal_commas_break_no_json_and_no_csv(user):
    """With such a locale where one can be made, and by its name in any case."""
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8",
                           os.path.join(user.home, "de_DE.UTF-8")], capture_output=True)
    german = {"LC_ALL": "de_DE.UTF-8", "LOCPATH": user.home}
    if made.returncode == 0:
        commas = subprocess.run(["printf", "%.1f", "0,5"], capture_output=True, text=True,
                                env={**os.environ, **german}).stdout
        assert commas == "0,5", commas
    user.environment.update(german)
    user.run("write", input="I love this so much\n")
    assert 0 < user.history()[0]["probability"] <= 1
    rows = list(csv.DictReader(io.StringIO(user.run("export"))))
    assert 0 < float(rows[0]["probability"]) <= 1
    json.loads(user.run("predict", "--json", "I love this"))
    screen = user.open()
    screen.type("I love this")
    screen.expect("Guess: JOY")
