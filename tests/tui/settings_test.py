"""The Settings screen: changing settings and profiles, what is kept, and what it looks like."""

import json
import os
import re
import signal

from suite import wait

COLOURS = re.compile(r"\x1b\[[0-9;]*3[0-7]m")
SIZES = ((80, 24), (200, 60), (40, 12), (24, 6))


def path(user):
    return os.path.join(user.home, "config", "emotrack", "config")


def make(user, text):
    os.makedirs(os.path.dirname(path(user)), exist_ok=True)
    with open(path(user), "w", encoding="utf-8") as file:
        file.write(text)


def kept(user):
    with open(path(user), encoding="utf-8") as file:
        return file.read()


def settings(user, arguments="", **environment):
    screen = user.open(arguments, **environment)
    screen.key("M-5")
    screen.expect(r"\[5 Settings\]")
    return screen


def choose(screen, title):
    """Moves to a row, from the first."""
    screen.key("Home")
    screen.expect("^ > Colour ")
    for _ in range(10):
        if re.search(f"^ > {title} ", screen.text(), re.M):
            return
        before = screen.text()
        screen.key("Down")
        wait(lambda: screen.text() != before, "the choice did not move")
    raise AssertionError(f"there is no row {title}:\n{screen.text()}")


def go_to_profiles(screen):
    choose(screen, "Profile")
    screen.key("Enter")
    screen.expect("^   a new profile|^ > a new profile")


def new_profile(screen, name):
    screen.type("n")
    screen.expect("^ New profile:")
    screen.type(name)
    screen.expect(f"^ New profile: {name}")
    screen.key("Enter")


# ---- values ----

def test_every_setting_has_a_row(user):
    screen = settings(user)
    for row in (r"^ > Colour +auto +auto / none / high-contrast$",
                r"^   Symbols +auto +auto / ascii$", r"^   Mouse +off +off / on$",
                r"^   Week starts +monday +monday / sunday / saturday$",
                r"^   Paste +one +one / lines / ask$", r"^   Profile +default +Enter",
                r"^   Encryption +off +Enter: turn on$",
                r"^ Config file  ~/config/emotrack/config$", r"^ Data folder  ~/emotrack$",
                "^ This is the default.$", "^ Keys on this screen"):
        screen.expect(row)
    assert not os.path.exists(path(user))


def test_a_change_is_kept_with_what_stands_around_it(user):
    make(user, "# mine\nweek-start = sunday  # at home\nfuture = 1\n")
    screen = settings(user)
    screen.expect("config: line 3: 'future' is not a setting; known are colour, symbols")
    choose(screen, "Week starts")
    screen.expect("^ > Week starts +sunday ")
    screen.expect("^ From the configuration file.$")
    screen.key("Enter")
    screen.expect("^ > Week starts +saturday ")
    screen.expect("^ Week starts: saturday. The configuration file has it now.")
    assert kept(user) == "# mine\nweek-start = saturday  # at home\nfuture = 1\n"
    screen.key("Space")
    screen.expect("^ > Week starts +monday ")
    screen.key("Left")
    screen.expect("^ > Week starts +saturday ")
    screen.key("Right")
    screen.expect("^ > Week starts +monday ")
    assert "week-start = monday  # at home" in kept(user)
    choose(screen, "Paste")
    screen.key("Left")
    screen.expect("^ > Paste +ask ")
    assert json.loads(user.run("config", "--json"))["paste"]["value"] == "ask"


def test_colours_come_and_go_with_the_setting(user):
    user.run("write", input="I love this\nI am so angry at you\n")
    screen = settings(user, TERM="screen-256color")
    for colour in ("none", "high-contrast", "auto"):
        screen.key("Enter")
        screen.expect(f"^ > Colour +{colour} ")
        screen.key("2")
        screen.expect("2 of 2")
        assert bool(COLOURS.search(screen.text("-e"))) == (colour == "auto"), colour
        if colour == "high-contrast":
            assert re.search(r"\x1b\[1m(anger|joy)", screen.text("-e")), "no label is bold"
            assert re.search(r"\x1b\[[0-9;]*7", screen.text("-e")), "no row is reversed"
        screen.key("5")
        screen.expect(r"\[5 Settings\]")


def test_symbols_change_at_once(user):
    screen = settings(user)
    screen.expect("^─+$")
    choose(screen, "Symbols")
    screen.key("Enter")
    screen.expect("^ > Symbols +ascii ")
    screen.expect("^-+$")
    assert all(ord(sign) < 128 for sign in screen.text()), screen.text()
    screen.key("Enter")
    screen.expect("^─+$")


def test_the_mouse_is_taken_and_given_back(user):
    screen = settings(user)
    flag = ("display-message", "-p", "#{mouse_any_flag}")
    assert screen.tmux(*flag).strip() == "0"
    choose(screen, "Mouse")
    for wanted in ("1", "0"):
        screen.key("Enter")
        wait(lambda: screen.tmux(*flag).strip() == wanted, f"the mouse is not {wanted}")


def test_clicks_choose_and_change(user):
    screen = settings(user, "--mouse on")
    row = screen.text().split("\n").index(screen.expect("^   Paste .*")[0].rstrip()) + 1
    for shown in ("^ > Paste +one ", "^ > Paste +lines "):
        screen.send(b"\033[<0;5;%dM\033[<0;5;%dm" % (row, row))
        screen.expect(shown)
    screen.send(b"\033[<64;5;5M")
    screen.expect("^ > Week starts ")


def test_what_is_not_the_files_to_change(user):
    screen = settings(user, NO_COLOR="1")
    screen.expect("^ > Colour +none +auto / none / high-contrast  [$]NO_COLOR$")
    screen.expect("^ From [$]NO_COLOR: a change here counts when that is gone. Without it: auto.$")
    screen.key("Left")
    screen.expect("^ The configuration file says colour = high-contrast now; [$]NO_COLOR counts")
    screen.expect("^ > Colour +none ")
    screen.expect(r"Without it:\s+high-contrast.$")
    assert kept(user) == "colour = high-contrast\n"
    screen.resize(40, 12)
    screen.expect("^ > Colour +none  [$]NO_COLOR$")
    screen = settings(user, "--week-start saturday")
    choose(screen, "Week starts")
    screen.expect("^ > Week starts +saturday .* the command line$")


def test_a_file_that_cannot_be_written_is_told(user):
    os.makedirs(path(user))
    screen = user.open()
    screen.expect_words("is a folder, not a file; the defaults hold")
    screen.key("M-5")
    screen.expect("^ > Colour +auto ")
    screen.key("Enter")
    screen.expect_words("^ '/[^']*/config/emotrack/config' is a folder, not a file$")
    screen.expect("^ > Colour +auto ")


def test_slash_searches_all_keys(user):
    screen = settings(user)
    screen.type("/")
    screen.expect("^ / .* keys$")


# ---- profiles ----

def test_a_new_profile_and_back(user):
    screen = user.open()
    screen.type("a draft of the default")
    screen.expect("> a draft of the default")
    screen.key("M-5")
    screen.expect(r"\[5 Settings\]")
    new_profile(screen, "alex")
    screen.expect("^ This is the profile 'alex', now and from the next start on.$")
    screen.expect(r"\[1 Write\].* alex$")
    screen.expect_not("a draft of")
    screen.type("a draft of alex")
    screen.expect("> a draft of alex")
    assert kept(user) == "profile = alex\n"
    screen.key("M-5")
    go_to_profiles(screen)
    screen.expect(r"^ > alex  \(this one\)$")
    screen.key("Down")
    screen.expect("^ > default$")
    screen.key("Enter")
    screen.expect("^ This is the profile 'default', now")
    screen.expect(r"\[1 Write\].* default$")
    screen.expect("> a draft of the default$")
    screen.key("C-d")
    screen.expect("exit code 0")
    screen = user.open("--profile alex")
    screen.expect("> a draft of alex$")


def test_the_next_start_opens_the_profile(user):
    screen = settings(user)
    new_profile(screen, "alex")
    screen.expect(r"\[1 Write\].* alex$")
    screen.key("C-d")
    screen.expect("exit code 0")
    screen = user.open()
    screen.expect(r"\[1 Write\].* alex$")
    assert user.run("config", "get", "profile") == "alex\n"


def test_a_profile_that_the_environment_names_is_left_for_now(user):
    user.run("profile", "new", "alex")
    user.run("profile", "new", "work")
    screen = settings(user, EMOTRACK_PROFILE="alex")
    go_to_profiles(screen)
    screen.key("Down")
    screen.expect("^ > (default|work)$")
    screen.key("End")
    screen.expect("^ > a new profile$")
    screen.key("Up")
    screen.expect("^ > work$")
    screen.key("Enter")
    screen.expect("^ This is the profile 'work'; [$]EMOTRACK_PROFILE still names the one")


def test_names_that_are_none(user):
    screen = settings(user)
    new_profile(screen, "no way")
    screen.expect("'no way' cannot be a profile's name: use 1 to 64 letters")
    screen.key("C-u")
    screen.type("default")
    screen.key("Enter")
    screen.expect("there is a profile 'default' already")
    screen.key("C-u")
    screen.key("Enter")
    screen.expect("'' cannot be a profile's name")
    screen.key("Escape")
    screen.expect("^ > Colour ")
    go_to_profiles(screen)
    screen.key("Enter")
    screen.expect("This is the profile 'default' already.")
    go_to_profiles(screen)
    screen.key("Escape")
    screen.expect("^ > Profile ")


def test_a_profile_that_does_not_open_leaves_the_former(user):
    user.run("profile", "new", "broken")
    screen = settings(user)
    with open(os.path.join(user.home, "emotrack", "broken.db"), "wb") as file:
        file.write(b"no journal " * 1000)
    go_to_profiles(screen)
    screen.key("Home")
    screen.expect("^ > broken$")
    screen.key("Enter")
    screen.expect(r"\[1 Write\].* default$")
    screen.expect_words("broken.db' is ")
    assert not os.path.exists(path(user))
    screen.type("it goes on")
    screen.key("Enter")
    screen.expect("Saved on this device")
    assert [m["text"] for m in user.history()] == ["it goes on"]


# ---- encryption ----

def turn(screen, shown):
    choose(screen, "Encryption")
    screen.expect(f"^ > Encryption +{shown} ")
    screen.key("Enter")


def answer(screen, question, text):
    screen.expect(question)
    screen.type(text)
    screen.key("Enter")


def database(user, name="default"):
    with open(os.path.join(user.home, "emotrack", name + ".db"), "rb") as file:
        return file.read()


def test_encryption_is_turned_on_and_off(user):
    user.run("write", input="a secret about elephants\n")
    assert b"elephants" in database(user)
    screen = settings(user)
    turn(screen, "off")
    answer(screen, "^New passphrase:", "tall grass")
    answer(screen, "^The same again:", "tall weeds")
    screen.expect(r"\[1 Write\]")
    screen.expect("the same")
    screen.type("a draft")
    screen.expect("> a draft")
    screen.key("M-5")
    turn(screen, "off")
    answer(screen, "^New passphrase:", "tall grass")
    answer(screen, "^The same again:", "tall grass")
    screen.expect("^ The texts are encrypted now; backups and exports of earlier are not.")
    screen.expect("> a draft")
    screen.key("M-2")
    screen.expect("a secret about elephants")
    assert b"elephants" not in database(user)
    screen.key("5")
    turn(screen, "on")
    answer(screen, r"\[y/N\]", "n")
    screen.expect("^ Nothing was changed.")
    screen.key("M-5")
    turn(screen, "on")
    answer(screen, r"\[y/N\]", "y")
    screen.expect("^ The texts are no longer encrypted.")
    assert [m["text"] for m in user.history()] == ["a secret about elephants"]


def test_an_interrupted_question_is_no_end(user):
    """It can be asked again, and a signal ends the program as ever."""
    user.run("write", input="I love this\n")
    screen = user.open()
    for confirmed in (False, True):
        screen.key("M-5")
        turn(screen, "off")
        answer(screen, "^New passphrase:", "secret")
        screen.expect("^The same again:")
        if not confirmed:
            screen.key("C-c")
            screen.expect("it was interrupted; nothing was changed")
    answer(screen, "^The same again:", "secret")
    screen.expect("The texts are encrypted now")
    os.kill(screen.pid("emotrack"), signal.SIGTERM)
    screen.expect(f"exit code {128 + signal.SIGTERM}")


def test_an_encrypted_profile_asks_before_it_is_there(user):
    user.run("profile", "new", "alex")
    key = os.path.join(user.home, "key")
    with open(key, "w", encoding="utf-8") as file:
        file.write("tall grass\n")
    user.run("encrypt", "--profile", "alex", "--passphrase-file", key)
    screen = settings(user)
    asked = 0
    for tries, profile in ((["a", "b", "c"], "default"), (["tall weeds", "tall grass"], "alex")):
        go_to_profiles(screen)
        screen.key("Home")
        screen.expect("^ > alex")
        screen.key("Enter")
        for passphrase in tries:
            asked += 1  # those of before stand on the shell's screen still
            wait(lambda: screen.text().count("assphrase of the journal 'alex'") == asked,
                 "no question")
            screen.type(passphrase)
            screen.key("Enter")
        screen.expect(rf"\[1 Write\].* {profile}$")
        screen.key("M-5")
        screen.expect(r"\[5 Settings\]")


# ---- windows ----

def test_settings_fit_every_window(user):
    screen = settings(user)
    choose(screen, "Profile")
    for columns, rows in SIZES + SIZES[::-1]:
        screen.resize(columns, rows)
        screen.expect("^ > Profile +default")
        screen.key("Enter")
        screen.expect("^ > default")
        screen.key("n")
        screen.expect("^ New profile:")
        screen.key("Escape")
        screen.expect("^ > Profile +default")
    screen.resize(24, 6)
    screen.key("Home")
    screen.expect("^ > Colour +auto")
