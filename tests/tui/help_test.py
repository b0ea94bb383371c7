"""The help, its search, and what the last line says of the keys."""

import re

from suite import wait

WORDS = {"Write": "the guess is right", "History": "delete it", "Sync": "join a server"}
SIZES = ((80, 24), (24, 6))


def title(screen, number, name):
    """Goes to a screen, from wherever letters are commands."""
    screen.type(str(number))
    screen.expect(rf"\[{number} {name}\]|^ {name}\b")


def test_the_help_of_a_screen_is_about_its_keys(user):
    screen = user.open(rows=110)
    screen.key("Escape")
    screen.expect("y right")
    for number, name in ((1, "Write"), (2, "History"), (4, "Sync")):
        title(screen, number, name)
        screen.type("?")
        screen.expect(f"^ Help: the keys of {name}$")
        assert WORDS[name] in re.sub(r"\s+", " ", screen.last), screen.last
        screen.expect("^ On every screen$")
        screen.expect("no diagnosis")
        screen.expect("112 in Europe")
        screen.key("Escape")
        screen.expect(rf"\[{number} {name}\]")


def test_the_search_finds_keys_of_all_screens(user):
    screen = user.open()
    screen.key("F1")
    screen.expect("^ Help: the keys of Write")
    screen.type("/")
    screen.expect("^ / .* keys$")
    screen.type("back jour")
    screen.expect(r"^  Sync +b +back up the journal")
    screen.expect_not("bring back what was cut")
    screen.key("Enter")
    screen.expect(r"\[4 Sync\]")
    screen.expect("^ b: back up the journal")


def test_the_search_finds_a_key_by_its_name(user):
    screen = user.open()
    screen.key("F1")
    screen.type("/^Y")
    screen.expect(r"\A.*\n.*\n  Write +\^Y +bring back what was cut")
    screen.expect_not("save the message")
    for _ in "^Y":
        screen.key("BSpace")
    screen.type("sync L")
    screen.expect(r"\A.*\n.*\n  Sync +L +leave the server")  # before the l that is not its name
    screen.type("zzz")
    screen.expect("No key is found by this")
    screen.key("Enter")
    screen.key("Escape")
    screen.expect("^ Help: the keys of Write")
    screen.key("Escape")
    screen.expect(r"\[1 Write\]")


def test_what_is_found_is_marked(user):
    screen = user.open()
    screen.key("F1")
    screen.type("/cut")
    wait(lambda: "bring back what was \033[1;4mcut" in screen.text("-e"), "the match is not marked")


def test_all_of_the_help_is_reached_at_every_size(user):
    for columns, rows in SIZES:
        screen = user.start("", columns=columns, rows=rows)
        screen.expect("EmoTrack|Write")
        screen.key("F1")
        screen.expect("Help: the keys of Wri")
        seen = []
        for _ in range(200):
            line = int(screen.tmux("display-message", "-p", "#{cursor_y}"))
            seen.append(screen.text().split("\n")[line].strip())
            if "4 Sync)" in seen[-1] or seen[-1] == "Sync).":
                break
            screen.key("j")
            wait_for_move(screen, line, seen[-1])
        text = re.sub(r"\s+", " ", " ".join(seen))
        for part in ("save the message, then rate its guess", "no diagnosis", "On every screen"):
            assert part in text, f"{columns}x{rows}: {part!r} is not in {text!r}"
        screen.key("Escape")


def wait_for_move(screen, line, text):
    """Until the cursor stands on another row or another text."""
    def moved():
        at = int(screen.tmux("display-message", "-p", "#{cursor_y}"))
        return at != line or screen.text().split("\n")[at].strip() != text
    from suite import wait
    wait(moved, "the cursor did not move")


def test_the_last_line_follows_the_mode(user):
    for columns, rows in ((80, 24), (40, 12)):
        screen = user.start("", columns=columns, rows=rows)
        screen.expect("Enter save")
        screen.key("Escape")
        screen.expect(r"^ y.*\? help")
        title(screen, 2, "History")
        screen.expect(r"^ Enter open.*\? help")
        screen.type("/")
        screen.expect("^ .*Enter keep.*F1 help")
        screen.key("Escape")
        title(screen, 4, "Sync")
        screen.expect(r"^ j join.*\? help")
        screen.type("j")
        screen.expect("^ Enter go on.*Esc back")
        screen.key("Escape")
        screen.key("C-c")
        screen.expect("quits")
