"""The screen Insights: its numbers equal those that are counted here from the same messages."""

import collections
import datetime
import json
import random
import re

from suite import wait

NOW = datetime.datetime(2026, 11, 22, 21, 30)
LABELS = ["anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"]
LETTERS = dict(zip(LABELS, "adfjsun"))
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December"]
FIRST = 20  # messages below which there is no percentage


class Message:
    def __init__(self, when, guess, rating=None, label=None, east="Z"):
        """`when` and `east` ("+09:00"): the writer's clock."""
        self.when, self.guess, self.rating, self.label = when, guess, rating, label
        self.east = east
        self.day = when.date()
        self.you = guess if rating == "right" else label

    def line(self, number):
        row = {"created_at": self.when.strftime("%Y-%m-%dT%H:%M:%S") + self.east,
               "text": f"text {number}",
               "guess": self.guess, "probability": 0.7, "model": "test"}
        if self.rating:
            row.update(rating=self.rating, label=self.label)
        return json.dumps(row)


def make(count, days, rated, seed=1):
    """Messages of the last days, in the order of time; no two at the same time."""
    source = random.Random(seed)
    times = sorted(NOW - datetime.timedelta(seconds=at)
                   for at in source.sample(range(60, days * 86400), count))
    messages = []
    for when in times:
        guess, said = (source.choices(LABELS, [3, 1, 2, 9, 5, 2, 4])[0] for _ in range(2))
        if source.random() > rated:
            messages.append(Message(when, guess))
        elif said == guess or source.random() < 0.5:
            messages.append(Message(when, guess, "right"))
        else:
            messages.append(Message(when, guess, "wrong", said))
    return messages


def take(user, messages):
    user.environment.update(EMOTRACK_NOW=NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), TZ="UTC")
    lines = [message.line(number) for number, message in enumerate(messages)]
    user.run("import", "--format", "jsonl", "-", input="\n".join(lines) + "\n")
    return messages


def show(user, columns=80, rows=24, **environment):
    screen = user.start(columns=columns, rows=rows, **environment)
    screen.expect(r"Write\b")
    screen.key("M-3")
    screen.expect(r"^ (EmoTrack .*\[3 Insights\]|Insights )")
    return screen


def settled(screen):
    """What is shown when nothing more comes."""
    def look():
        text = screen.text()
        return text == screen.text() and text
    return wait(look, "the screen does not come to rest")


def main_label(messages, source):
    """The most frequent emotion, of equals the one of the latest message."""
    labels = [getattr(message, source) for message in messages if getattr(message, source)]
    counts = collections.Counter(labels)
    return max(counts, key=lambda label: (counts[label],
                                          len(labels) - labels[::-1].index(label)), default=None)


def sign(messages, source):
    label = main_label(messages, source)
    return LETTERS[label] if label else "-" if messages else "."


def days_between(first, end):
    return [first + datetime.timedelta(days=i) for i in range((end - first).days)]


def month_of(year, month):
    return (datetime.date(year, month, 1),
            datetime.date(year + month // 12, month % 12 + 1, 1))


def within(messages, period):
    return [message for message in messages if period[0] <= message.day < period[1]]


def expected_trends(messages, period, before, source):
    """label: (share or count, change or None), as the screen says them."""
    now = collections.Counter(getattr(m, source) for m in within(messages, period))
    then = collections.Counter(getattr(m, source) for m in within(messages, before))
    now.pop(None, None), then.pop(None, None)
    told, told_then = sum(now.values()), sum(then.values())
    trends = {}
    for label, count in now.items():
        share = f"{100 * count / told:.0f}%" if told >= FIRST else str(count)
        change = None
        if told >= FIRST and told_then >= FIRST:
            change = round(100 * (count / told - then[label] / told_then))
        trends[label] = (share, change)
    return trends


TREND = re.compile(r"^[> ] ([a-z]) ([a-z]+) +[.▁-█ ]+? +([0-9]+%?)(?: +([+-]?[0-9]+))?(?:   .*)?$",
                   re.M)


def shown_trends(text):
    return {match[2]: (match[3], int(match[4]) if match[4] else None)
            for match in TREND.finditer(text)}


def close_enough(shown, expected):
    """Halves may be rounded either way."""
    assert shown.keys() == expected.keys(), (shown, expected)
    for label, (share, change) in expected.items():
        said, changed = shown[label]
        assert said.endswith("%") == share.endswith("%"), (label, said, share)
        assert abs(int(said.strip("%")) - int(share.strip("%"))) <= share.endswith("%"), label
        assert (changed is None) == (change is None), (label, changed, change)
        assert change is None or abs(changed - change) <= 1, (label, changed, change)


# ---- numbers ----

def test_insights_of_months(user):
    messages = take(user, make(900, 200, 0.8))
    screen = show(user)
    months = [(2026, 11), (2026, 10), (2026, 9)]
    for index, (year, month) in enumerate(months):
        period, before = month_of(year, month), month_of(year, month - 1)
        screen.expect(f"^ < {MONTHS[month - 1]} {year} >")
        text = settled(screen)
        inside = within(messages, period)
        told = sum(message.you is not None for message in inside)
        assert f"{len(inside)} messages, {told} with an emotion" in text, text
        close_enough(shown_trends(text), expected_trends(messages, period, before, "you"))
        cells = re.findall(r" (?:Mo|Tu|We|Th|Fr|Sa|Su) ([^a-z].*|  .*)$", text, re.M)
        assert len(cells) == 7, text
        lead = period[0].weekday()
        for day in days_between(*period):
            column = (lead + day.day - 1) // 7 * 3 + 1
            today = [message for message in messages if message.day == day]
            assert cells[day.weekday()][column] == sign(today, "you"), (day, text)
        if index == 0:
            assert re.search(r"\[.\]", cells[NOW.weekday()]), text
        screen.type("<")
    screen.type("t")
    screen.expect("^ < November 2026 >")


def test_insights_of_a_year_are_its_days(user):
    messages = take(user, make(700, 500, 0.5))
    screen = show(user)
    for source, words in (("you", "your ratings"), ("guess", "the guesses")):
        screen.expect(f"Source: {words}")
        screen.type("y")
        for year in (2026, 2025):
            screen.expect(f"^ < {year} > ")
            text = settled(screen)
            period = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
            before = datetime.date(year - 1, 1, 1), period[0]
            rows = re.findall(r"^  (?:Mo|Tu|We|Th|Fr|Sa|Su) (.+)$", text, re.M)
            assert len(rows) == 7, text
            for day in days_between(*period):
                column = (period[0].weekday() + (day - period[0]).days) // 7
                written = [message for message in messages if message.day == day]
                assert rows[day.weekday()][column] == sign(written, source), (day, text)
            close_enough(shown_trends(text), expected_trends(messages, period, before, source))
            screen.type("<")
        screen.type("tms")
        screen.expect("^ < November 2026 >")


def test_insights_of_the_model_and_habits(user):
    messages = take(user, make(400, 90, 0.6))
    rated = [message for message in messages if message.rating]
    right = [message.rating == "right" for message in rated]
    screen = show(user, 100, 60)
    percents = [round(100 * sum(part) / len(part)) for part in (right, right[:20], right[-20:])]
    shown = screen.expect(r"right (\d+)% of (\d+) ratings \(first 20: (\d+)%, last 20: (\d+)%\)")
    assert int(shown[2]) == len(rated)
    for said, true in zip((shown[1], shown[3], shown[4]), percents):
        assert abs(int(said) - true) <= 1, (shown[0], percents)
    corrections = collections.Counter((m.guess, m.label) for m in rated if m.label)
    listed = re.findall(r"([a-z]+) -> ([a-z]+) \((\d+)\)", screen.text())
    assert [int(count) for _, _, count in listed] == sorted(corrections.values())[:-6:-1]
    for guess, label, count in listed:
        assert corrections[guess, label] == int(count)
    guessed = collections.Counter(message.guess for message in rated)
    agreed = collections.Counter(m.guess for m in rated if m.rating == "right")
    for label, count in guessed.items():
        part = agreed[label] if count < FIRST else f"{100 * agreed[label] / count:.0f}%"
        assert re.search(rf"^  {LETTERS[label]} {label} +{part} of {count}\b", screen.text(), re.M)
    hours = collections.Counter(message.when.hour for message in messages)
    screen.type("G")
    weekdays = collections.Counter(message.day.weekday() for message in messages)
    for weekday in (6, 5):
        name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
                "Sunday"][weekday]
        label = main_label([m for m in messages if m.day.weekday() == weekday], "you")
        screen.expect(f"^ {name}s: {weekdays[weekday]} messages, mostly {label}")
        screen.type("h")
    screen.type("k")
    hour = int(screen.expect(r"^ (\d\d)-\d\d h: (\d+) message")[1])
    assert hours[hour] == max(hours.values())


def test_insights_of_few_messages_have_no_percentages(user):
    take(user, make(15, 5, 0.5))
    screen = show(user, 80, 40)
    screen.expect(r"Source: the guesses \(\d+ of 20 ratings\)")
    screen.expect("From 20 ratings on this says how often the guesses are right")
    screen.expect("percentages from 20 messages on")
    assert "%" not in screen.text()


def test_insights_of_nothing_say_what_will_be_there(user):
    screen = show(user)
    screen.expect("What your messages add up to will stand here")
    screen.type("jk<>ywdt")
    screen.key("Enter", "Left", "End")
    screen.expect("What your messages add up to will stand here")
    screen.type("1")
    screen.expect(r"\[1 Write\]")


# ---- the entries behind it ----

def lists(screen, line, count):
    """Enter shows so many entries on the History screen, by this filter; back to Insights."""
    screen.key("Enter")
    screen.expect(rf"\[2 History\](?:.|\n)*?^ / {re.escape(line)} +{count} of \d+")
    screen.key("M-3")
    screen.expect(r"\[3 Insights\]")


def test_enter_lists_the_entries_behind_everything(user):
    messages = take(user, make(500, 60, 0.7))
    period = month_of(2026, 11)
    screen = show(user, 100, 50)
    screen.expect("^ < November 2026 >")
    counts = collections.Counter(m.you for m in within(messages, period) if m.you)
    seen = "never"
    for _ in counts:
        label = screen.expect(rf"^> [a-z] (?!(?:{seen}) )([a-z]+)")[1]
        lists(screen, f"after:2026-11-01 before:2026-12-01 you:{label}", counts[label])
        seen += f"|{label}"
        screen.type("j")
    screen.expect(r"^ Sun 22 November 2026 \(today\): ")
    for day, key in ((22, "h"), (15, "k"), (14, "h")):
        written = sum(message.day == datetime.date(2026, 11, day) for message in messages)
        screen.expect(rf"^ S[a-z]+ {day} November 2026.*: {written} message")
        lists(screen, f"after:2026-11-{day:02} before:2026-11-{day + 1:02}", written)
        screen.type(key)
    screen.type("]")
    lists(screen, "rated", sum(m.rating is not None for m in messages))
    screen.type("]")
    label = screen.expect(r"^> [a-z] ([a-z]+) ")[1]
    guessed = sum(m.rating is not None and m.guess == label for m in messages)
    lists(screen, f"rated emotion:{label}", guessed)
    screen.type("]")
    corrected = screen.expect(r"> ([a-z]+) -> ([a-z]+) \((\d+)\)")
    lists(screen, f"emotion:{corrected[1]} you:{corrected[2]}", int(corrected[3]))
    screen.type("]")
    longest = screen.expect(r"> longest +(\d+), from ([0-9-]+)")
    days = {message.day for message in messages}
    first = datetime.date.fromisoformat(longest[2])
    streak = [first + datetime.timedelta(days=i) for i in range(int(longest[1]))]
    assert days.issuperset(streak), longest[0]
    after = streak[-1] + datetime.timedelta(days=1)
    lists(screen, f"after:{first} before:{after}",
          sum(message.day in streak for message in messages))
    screen.type("]")
    hour = screen.expect(r"^ (\d\d)-\d\d h: (\d+) messages")
    lists(screen, f"hour:{int(hour[1])}", int(hour[2]))
    screen.type("]")
    lists(screen, "weekday:Mon", sum(m.day.weekday() == 0 for m in messages))


def test_the_entries_of_travellers_are_those_that_were_counted(user):
    days = [datetime.datetime(2026, 10, 31, 20), datetime.datetime(2026, 11, 1, 0, 30),
            datetime.datetime(2026, 11, 20, 3), datetime.datetime(2026, 11, 20, 23, 59),
            datetime.datetime(2026, 11, 21), datetime.datetime(2026, 11, 21, 23, 59, 59)]
    messages = take(user, [Message(day, "joy", east=east) for day in days
                           for east in ("Z", "-11:00", "+05:45", "+14:00")])
    screen = show(user, TZ="America/New_York")
    screen.expect("^> j joy")
    lists(screen, "after:2026-11-01 before:2026-12-01 emotion:joy", 20)
    screen.type("dh")
    for day in (21, 20):
        screen.expect(f"^ < [A-Z][a-z]+ {day} November 2026 >")
        screen.expect("^> j joy")
        written = sum(message.day == datetime.date(2026, 11, day) for message in messages)
        lists(screen, f"after:2026-11-{day} before:2026-11-{day + 1} emotion:joy", written)
        screen.type("h")


def test_entries_of_emotions_of_any_name(user):
    start = datetime.datetime(2026, 11, 2)
    labels = ["very sad"] * 9 + ["JOY", "Joy"] * 4 + ["a:b c"] * 7
    take(user, [Message(start + datetime.timedelta(hours=i), "fear", "wrong", label)
                for i, label in enumerate(labels)])
    screen = show(user)
    screen.expect("^> . very sad")
    lists(screen, 'after:2026-11-01 before:2026-12-01 you:"very sad"', 9)
    screen.type("j")
    screen.expect("^> . joy")
    lists(screen, "after:2026-11-01 before:2026-12-01 you:joy", 8)
    screen.type("j")
    screen.expect("^> . a:b c")
    lists(screen, 'after:2026-11-01 before:2026-12-01 you:"a:b c"', 7)


def test_what_changes_is_counted_when_the_screen_is_shown_again(user):
    take(user, [Message(datetime.datetime(2026, 11, 2, 8), "joy")])
    screen = show(user)
    screen.expect("1 message, 1 with an emotion")
    screen.key("M-2")
    screen.expect(r"\[2 History\]")
    screen.type("y")
    screen.expect("= right")
    screen.key("M-3")
    screen.expect(r"\(1 of 20 ratings\)")
    screen.key("M-1")
    screen.expect(r"\[1 Write\]")
    user.run("write", input="so happy today\n")  # beside it
    screen.key("M-3")
    screen.expect("2 messages")
    screen.key("M-2")
    screen.expect("2 of 2")


def test_a_day_without_entries_lists_none(user):
    take(user, [Message(datetime.datetime(2026, 11, 2, 8), "joy")])
    screen = show(user)
    screen.expect("joy")
    screen.type("j")
    screen.expect(r"\(today\): no message")
    screen.key("Enter")
    screen.expect("There is no entry behind it")


def test_what_other_programs_write_is_counted(user):
    take(user, make(30, 20, 0))
    screen = show(user)
    screen.expect("30 messages, 30 with an emotion")
    screen.type("]h")
    screen.expect("^ Sun 15 November 2026")
    user.run("write", input="I love this garden\n")
    screen.expect("31 messages, 31 with an emotion")
    screen.expect("^ Sun 15 November 2026")


# ---- periods ----

def test_periods_step_over_borders(user):
    take(user, make(40, 900, 0))
    screen = show(user)
    for keys, title in (
            ("", "November 2026"), (">>", "January 2027"), ("<<<", "October 2026"),
            ("t", "November 2026"), ("w", "16 to 22 November 2026"),
            (">>", "30 November to 6 December 2026"),
            (">>>>", "28 December 2026 to 3 January 2027"), ("td", "Sunday 22 November 2026"),
            ("<", "Saturday 21 November 2026"), ("y", "2026"), ("<<", "2024"),
            ("m", "November 2024"), ("t", "November 2026")):
        screen.type(keys)
        screen.expect(f"^ < {title} >")
    screen.key("PPage")
    screen.expect("^ < October 2026 >")
    screen.key("NPage", "NPage", "Left", "Right")
    screen.expect("^ < December 2026 >")


def test_the_calendar_leads_on_into_other_months(user):
    take(user, make(40, 900, 0))
    screen = show(user)
    screen.expect("^> ")
    screen.type("]")
    screen.expect(r"^ Sun 22 November 2026 \(today\)")
    for key, day in (("h", "15 November 2026"), ("h", "8 November 2026"), ("h", "1 November 2026"),
                     ("h", "25 October 2026"), ("l", "1 November 2026"), ("l", "8 November 2026")):
        screen.type(key)
        screen.expect(f"^ Sun {day}: ")
        screen.expect(f"^ < {' '.join(day.split()[1:])} >")
    screen.type("k")
    screen.expect("^ Sat 7 November 2026: ")


def test_weeks_start_as_they_are_set(user):
    take(user, make(40, 60, 0))
    for word, title, first in (("sunday", "22 to 28 November 2026", "Su Mo"),
                               ("saturday", "21 to 27 November 2026", "Sa Su"),
                               ("monday", "16 to 22 November 2026", "Mo Tu")):
        user.run("config", "set", "week-start", word)
        screen = show(user)
        screen.type("w")
        screen.expect(f"^ < {title} >")
        screen.expect(first)


# ---- every window ----

def chosen(screen):
    """The row and column of the cursor, and what stands there."""
    settled(screen)
    column, row = map(int, screen.tmux("display-message", "-p", "#{cursor_x},#{cursor_y}")
                      .split(","))
    return row, column, screen.text().split("\n")[row][column:]


SECTIONS = (r"[a-z]+: \d+ of \d+", "Sun 22 Nov", r"(You have rated|right) \d+",
            r"[a-z]+: (of )?\d+ (guess|of)", r"\d+ messages?: the", r"\d+ days? in a row",
            r"\d\d-\d\d h: ", "Mondays: ")


def test_every_section_can_be_seen_in_every_window(user):
    take(user, make(300, 100, 0.5))
    for columns, rows in ((200, 60), (80, 24), (40, 12), (24, 6)):
        screen = show(user, columns, rows)
        for number, words in enumerate(SECTIONS):
            screen.type("]" if number else "g")
            line = screen.expect(f"^ {words}")[0]
            row, _, text = chosen(screen)
            said = next(i for i, other in enumerate(screen.text().split("\n"))
                        if other.startswith(line))
            assert text.strip() and 1 < row < said, (columns, screen.text())
            assert text.startswith(">") or not screen.text().count("\n>"), screen.text()
        screen.type("[g")
        screen.expect(f"^ {SECTIONS[0]}")


def test_the_cursor_stands_on_the_day(user):
    messages = take(user, make(200, 300, 0))
    for columns in (200, 80, 40, 24):
        screen = show(user, columns, 24)
        screen.type("y")
        screen.expect(r"^ Sun 22 Nov")
        for _ in range(3):
            day = screen.expect(r"^ [A-Z][a-z][a-z] (\d+) ([A-Z][a-z][a-z])")
            date = datetime.date(2026, [m[:3] for m in MONTHS].index(day[2]) + 1, int(day[1]))
            written = [message for message in messages if message.day == date]
            assert chosen(screen)[2][0] == sign(written, "guess"), (date, screen.text())
            screen.type("h")
            screen.expect_not(rf"^ [A-Z][a-z][a-z] {day[1]} {day[2]}")


def test_resizing_keeps_the_day(user):
    take(user, make(100, 60, 0))
    screen = show(user)
    screen.type("yh")
    screen.expect("^ Sun 15 November 2026: ")
    for columns, rows in ((40, 12), (24, 6), (200, 60), (80, 24)):
        screen.resize(columns, rows)
        screen.expect("^ Sun 15 Nov.*: ")


def test_no_colour_and_ascii_say_the_same(user):
    take(user, make(200, 300, 0))
    screen = show(user, NO_COLOR="1", LANG="C", LC_ALL="C")
    screen.type("y")
    screen.expect("^ < 2026 >")
    screen.type("j")
    screen.expect(r"^> [a-z] [a-z]+ +[_.~^ -]+ +\d+%")
    assert screen.text().isascii()
    assert not re.search(r"\x1b\[(?:\d+;)*3[0-7]m", screen.text("-e"))
    screen = show(user, TERM="screen-256color")
    screen.type("y")
    screen.expect("^ < 2026 >")
    assert re.search(r"\x1b\[(?:\d+;)*3[0-7]m", screen.text("-e"))


# ---- the mouse ----

def click(screen, row, column, button=0):
    screen.send(f"\x1b[<{button};{column + 1};{row + 1}M".encode())


def test_the_mouse_chooses_opens_and_scrolls(user):
    messages = take(user, make(300, 60, 0))
    screen = show(user)
    screen.expect("^> ")
    lines = screen.text().split("\n")
    row = next(i for i, line in enumerate(lines) if "Tu " in line and "Mo Tu" not in line)
    column = lines[row].index("Tu ") + 4
    click(screen, row, column + 3)
    screen.expect("^ Tue 3 November 2026: ")
    click(screen, row, column + 3)
    written = sum(message.day == datetime.date(2026, 11, 3) for message in messages)
    screen.expect(rf"^ / after:2026-11-03 before:2026-11-04 +{written} of 300")
    screen.key("M-3")
    screen.expect("^ Tue 3 November 2026: ")
    click(screen, row, column, 65)
    screen.expect("^ Wed 4 November 2026: ")
    click(screen, row, column, 64)
    screen.expect("^ Tue 3 November 2026: ")
    click(screen, 2, 1)
    screen.expect("^ < October 2026 >")
    year = screen.text().split("\n")[2].index("y year")
    click(screen, 2, year)
    screen.expect("^ < 2026 >")
