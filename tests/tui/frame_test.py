"""The frame around the screens: the mouse on the title, the wheel in what is read."""

import re


def mouse(screen, button, row, column):
    """Places count from 0; button 0 is the left one, 64 and 65 are the wheel."""
    screen.send(f"\033[<{button};{column + 1};{row + 1}M".encode())


def click_title(screen, name):
    mouse(screen, 0, 0, screen.text().split("\n")[0].index(name))


def test_a_click_on_the_title_goes_there(user):
    screen = user.open(EMOTRACK_MOUSE="on")
    for number, name in ((2, "History"), (4, "Sync"), (3, "Insights"), (1, "Write")):
        click_title(screen, name)
        screen.expect(rf"\[{number} {name}\]")
    screen.type("typed behind a click")
    screen.expect("typed behind a click")


def test_a_click_elsewhere_in_the_frame_changes_nothing(user):
    screen = user.open(EMOTRACK_MOUSE="on")
    for row, column in ((0, 2), (0, 79), (23, 3), (23, 40)):
        mouse(screen, 0, row, column)
    screen.type("still in the text")
    screen.expect("still in the text")
    screen.expect(r"\[1 Write\]")


def test_without_the_setting_the_mouse_is_the_terminals(user):
    screen = user.open()
    assert screen.tmux("display-message", "-p", "#{mouse_any_flag}").strip() == "0"
    screen = user.open(EMOTRACK_MOUSE="on")
    assert screen.tmux("display-message", "-p", "#{mouse_any_flag}").strip() == "1"


def test_the_wheel_scrolls_the_help_and_a_page(user):
    user.run("write", input="I love this\n")
    screen = user.open(EMOTRACK_MOUSE="on")
    screen.key("F1")
    screen.expect("^ Help: the keys of Write")
    first = screen.text().split("\n")[3]
    for _ in range(9):
        mouse(screen, 65, 5, 5)
    screen.expect_not(re.escape(first.strip()))
    for _ in range(9):
        mouse(screen, 64, 5, 5)
    screen.expect(re.escape(first.strip()))
    screen.key("C-c")
    screen.key("M-4")
    screen.expect(r"\[4 Sync\]")
    screen.type("l")
    screen.expect("Nothing was ever uploaded")
    mouse(screen, 65, 5, 5)
    mouse(screen, 0, 5, 5)
    screen.expect("Nothing was ever uploaded")
    screen.key("C-c")
    screen.expect(r"\[4 Sync\]")


def test_a_click_chooses_what_the_search_has_found(user):
    screen = user.open(EMOTRACK_MOUSE="on")
    screen.key("F1")
    screen.type("/leave the server")
    screen.expect("^  Sync +L +leave the server")
    mouse(screen, 0, 2, 5)
    screen.expect(r"\[4 Sync\]")
