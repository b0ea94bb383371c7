"""Every screen at every size, in colour and without, in ASCII and on every terminal, against the
golden screens: `make screenshots` takes them anew, and their change is read by eye."""

import os
import re

import pictures

COLOURED = ("xterm-256color", "tmux-256color", "screen", "linux", "xterm-kitty")
COLOUR = re.compile(r"\033\[(?:[0-9;]*;)?(?:3[0-7]|38;5;[0-9]+)(?:;[0-9;]*)?m")


def compare(user, columns, rows, kind, **environment):
    taken = pictures.take(user, columns, rows, **pictures.KINDS[kind], **environment)
    golden = pictures.read_golden(pictures.golden_path(columns, rows, kind))
    assert list(taken) == list(golden)
    for name, text in taken.items():
        assert text == golden[name], (f"{name} at {columns}x{rows} is another:\n{text}\n"
                                      f"---- it was:\n{golden[name]}")


def sizes(user, kind):
    for columns, rows in pictures.SIZES:
        compare(user, columns, rows, kind)


def test_golden_screens_in_colour(user):
    sizes(user, "colour")


def test_golden_screens_without_colour(user):
    sizes(user, "plain")


def test_golden_screens_in_ascii(user):
    sizes(user, "ascii")
    for columns, rows in pictures.SIZES:
        golden = pictures.read_golden(pictures.golden_path(columns, rows, "ascii"))
        for name, text in golden.items():
            ours = text.replace("😀", "").replace("❤", "")  # but for what the writer wrote
            assert ours.isascii(), f"{name}: {[c for c in ours if not c.isascii()]}"


def test_golden_screens_on_terminals_with_colours(user):
    for term in COLOURED:
        compare(user, 80, 24, "colour", TERM=term)


def test_golden_screens_on_a_terminal_without_colours(user):
    compare(user, 80, 24, "plain", TERM="vt100")


def colours(user, **environment):
    """How many of the screens have a colour in them."""
    window = pictures.open_diary(user, **environment)
    window.expect("Enter save")
    count = 0
    for keys, there in pictures.PICTURES.values():
        pictures.press(window, keys)
        window.expect(there)
        count += bool(COLOUR.search(window.text("-e")))
    user.leave()
    return count


def test_colour_only_where_it_may_be(user):
    assert colours(user, TERM="screen") >= 5
    assert colours(user, TERM="vt100") == 0
    assert colours(user, TERM="screen", NO_COLOR="1") == 0


def test_readme_shows_the_program_as_it_is(_user):
    with open(pictures.README, encoding="utf-8") as file:
        document = file.read()
    golden = pictures.read_golden(pictures.golden_path(80, 24, "colour"))
    assert pictures.EMBEDDED.search(document), "README has no picture"
    assert pictures.embed(document, golden) == document, "run make screenshots"


def test_golden_files_are_all_there(_user):
    assert sorted(os.listdir(pictures.GOLDEN)) == sorted(
        f"{columns}x{rows}-{kind}.txt" for columns, rows in pictures.SIZES
        for kind in pictures.KINDS)
