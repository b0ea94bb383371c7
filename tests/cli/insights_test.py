"""stats and insights: every number is counted here again, from what export writes."""

import collections
import datetime
import json
import os
import random
import unittest
import xml.etree.ElementTree

from harness import Case

NOW = "2026-11-22T10:00:00Z"
TODAY = datetime.date(2026, 11, 22)
DAY = datetime.timedelta(days=1)
WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
STARTS = {"sunday": 0, "monday": 1, "saturday": 6}
OLDER = "an older one"  # an emotion that the model does not know
SVG = "{http://www.w3.org/2000/svg}"


def weekday(date):
    """0: Sunday."""
    return date.isoweekday() % 7


class Message:
    """A line of export, on the writer's clock."""

    def __init__(self, line):
        item = json.loads(line)
        when = datetime.datetime.fromisoformat(item["created_at"])
        self.utc = when.astimezone(datetime.timezone.utc)
        self.date, self.hour = when.date(), when.hour
        self.id, self.guess, self.rating = item["id"], item["guess"], item["rating"]
        self.you = self.guess if self.rating == "right" else item["label"]

    def told(self, source):
        return self.you if source == "you" else self.guess


class Span:
    """The days of a period and of its buckets."""

    def __init__(self, span, date, start=1):
        self.span, self.start = span, start
        if span == "day":
            self.first, self.last = date, date
        elif span == "week":
            self.first = date - DAY * ((weekday(date) - start) % 7)
            self.last = self.first + 6 * DAY
        elif span == "month":
            self.first = date.replace(day=1)
            self.last = (self.first + 31 * DAY).replace(day=1) - DAY
        else:
            self.first, self.last = date.replace(month=1, day=1), date.replace(month=12, day=31)

    def before(self):
        return Span(self.span, self.first - DAY, self.start)

    def holds(self, message):
        return self.first <= message.date <= self.last

    def buckets(self):
        """(name, first, last, whether a message of these days is in it)"""
        if self.span == "day":
            for hour in range(0, 24, 3):
                yield (f"{hour:02}-{hour + 3:02} h", self.first, self.first,
                       lambda message, hour=hour: message.hour // 3 == hour // 3)
        elif self.span == "year":
            for month in range(1, 13):
                inside = Span("month", self.first.replace(month=month))
                yield MONTHS[month - 1], inside.first, inside.last, lambda message: True
        else:
            for at in range((self.last - self.first).days + 1):
                date = self.first + at * DAY
                name = str(date.day)
                if self.span == "week":
                    name = WEEKDAYS[weekday(date)][:3] + " " + name
                yield name, date, date, lambda message: True


def main_emotion(labels):
    """The most frequent one, the later one of equals; None: none."""
    counts = collections.Counter(label for label in labels if label)
    last = {label: at for at, label in enumerate(labels)}
    return max(counts, key=lambda label: (counts[label], last[label]), default=None)


def ratio(part, whole):
    return part / whole if whole else None


class Oracle:
    def __init__(self, messages, rated_in_order, names):
        self.messages = sorted(messages, key=lambda message: (message.utc, message.id))
        self.rated = [message for message in rated_in_order if message.rating]
        self.names = names

    def counts(self, messages):
        rated = [message for message in messages if message.rating]
        right = sum(message.rating == "right" for message in rated)
        return {"messages": len(messages), "rated": len(rated), "right": right,
                "accuracy": ratio(right, len(rated))}

    def months(self):
        groups = collections.defaultdict(list)
        for message in self.messages:
            groups[message.date.strftime("%Y-%m")].append(message)
        return [{"month": month, **self.counts(groups[month])} for month in sorted(groups)]

    def period(self, span, source):
        inside = [message for message in self.messages if span.holds(message)]
        told = collections.Counter(filter(None, (message.told(source) for message in inside)))
        before = collections.Counter(
            filter(None, (message.told(source) for message in self.messages
                          if span.before().holds(message))))
        trends = []
        for label in sorted(told, key=lambda label: (-told[label], self.names.index(label))):
            share = told[label] / told.total()
            trends.append({
                "label": label, "count": told[label], "before": before[label], "share": share,
                "change": share - before[label] / before.total() if before else None,
                "buckets": [sum(message.told(source) == label and first <= message.date <= last
                                and fits(message) for message in inside)
                            for _, first, last, fits in span.buckets()]})
        return {"first": str(span.first), "last": str(span.last), "span": span.span,
                "messages": len(inside), "told": told.total(), "told_before": before.total(),
                "buckets": [{"name": name, "first": str(first), "last": str(last)}
                            for name, first, last, _ in span.buckets()],
                "trends": trends}

    def days(self, span, source):
        groups = collections.defaultdict(list)
        for message in filter(span.holds, self.messages):
            groups[message.date].append(message.told(source))
        return [{"date": str(date), "messages": len(labels),
                 "told": sum(label is not None for label in labels),
                 "label": main_emotion(labels)} for date, labels in sorted(groups.items())]

    def agreement(self):
        def end(rated):
            return {"rated": len(rated), "right": sum(one.rating == "right" for one in rated)}

        guessed = collections.Counter(message.guess for message in self.rated)
        right = collections.Counter(message.guess for message in self.rated
                                    if message.rating == "right")
        pairs = collections.Counter((message.guess, message.you) for message in self.rated
                                    if message.rating == "wrong" and message.you)
        place = {None: -1, **{name: at for at, name in enumerate(self.names)}}
        often = sorted(pairs, key=lambda pair: (-pairs[pair], place[pair[0]], place[pair[1]]))
        return {"first": end(self.rated[:20]), "last": end(self.rated[-20:]),
                "labels": [{"label": name, "guessed": guessed[name], "right": right[name]}
                           for name in self.names if guessed[name]],
                "corrections": [{"from": a, "to": b, "count": pairs[a, b]} for a, b in often[:5]]}

    def habits(self, source):
        def group(key, values):
            groups = {value: [] for value in values}
            for message in self.messages:
                groups[key(message)].append(message.told(source))
            return [{"messages": len(groups[value]), "label": main_emotion(groups[value])}
                    for value in values]

        days = {message.date for message in self.messages}
        runs = {}
        for day in sorted(days):
            runs[day] = runs.get(day - DAY, 0) + 1
        longest = max(runs.values())
        end = min(day for day in runs if runs[day] == longest)
        weekdays = group(lambda message: weekday(message.date), range(7))
        return {"streak": runs.get(TODAY, runs.get(TODAY - DAY, 0)), "longest": longest,
                "longest_first": str(end - DAY * (longest - 1)), "days": len(days),
                "hours": group(lambda message: message.hour, range(24)),
                "weekdays": [{"weekday": name, **item} for name, item in zip(WEEKDAYS, weekdays)]}

    def stats(self, span, source):
        return {**self.counts(self.messages), "months": self.months(), "source": source,
                "period": self.period(span, source), "days": self.days(span, source),
                "agreement": self.agreement(), "habits": self.habits(source)}


def random_message(chance, labels):
    """As a line for import; many stand at the edges of days, months and years."""
    date = TODAY - DAY * chance.choice([0, 1, 2, 3, chance.randrange(60), chance.randrange(700)])
    if chance.random() < 0.3:
        date = chance.choice([date.replace(day=1), date.replace(day=1) - DAY,
                              date.replace(month=1, day=1), date.replace(month=12, day=31)])
    time = chance.choice(["00:00:00.000", "23:59:59.999", "02:59:59.999", "03:00:00.000",
                          f"{chance.randrange(24):02}:{chance.randrange(60):02}:00.000"])
    minutes = chance.choice([0, 0, 60, 120, 330, 845, -210, -720])
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    guess = chance.choice([*labels, None])
    item = {"text": f"message {chance.random()}", "created_at": f"{date}T{time}{offset}",
            "guess": guess, "probability": 0.5, "model": "m", "rating": None, "label": None}
    if chance.random() < 0.5:
        item["rating"] = chance.choice(["right", "wrong"]) if guess else "wrong"
        if item["rating"] == "wrong" and (not guess or chance.random() < 0.8):
            item["label"] = chance.choice([label for label in labels if label != guess])
    return item


class InsightsCase(Case):
    def setUp(self):
        super().setUp()
        self.env["EMOTRACK_NOW"] = NOW

    def take(self, items):
        self.emotrack("import", "--format", "jsonl", "-",
                      input="".join(json.dumps(item) + "\n" for item in items))

    def take_random(self, seed, count):
        chance = random.Random(seed)
        labels = self.labels()[:5] + [OLDER]
        items = [random_message(chance, labels) for _ in range(count)]
        self.take(items)

    def oracle(self):
        messages = [Message(line) for line in
                    self.emotrack("export", "--format", "jsonl").out.decode().splitlines()]
        # Import keeps the order of its lines, for messages and for ratings.
        return Oracle(messages, sorted(messages, key=lambda message: message.id),
                      self.labels() + [OLDER])

    def stats(self, *arguments, **options):
        return self.emotrack("stats", "--json", *arguments, **options).objects[0]


class StatsTest(InsightsCase):
    maxDiff = None

    def assert_same(self, got, expected):
        """Equal, numbers up to what a double loses."""
        if isinstance(expected, dict):
            self.assertEqual(got.keys(), expected.keys())
            for key, value in expected.items():
                with self.subTest(key=key):
                    self.assert_same(got[key], value)
        elif isinstance(expected, list):
            self.assertEqual(len(got), len(expected))
            for one, other in zip(got, expected):
                self.assert_same(one, other)
        elif isinstance(expected, float):
            self.assertAlmostEqual(got, expected, places=12)
        else:
            self.assertEqual(got, expected)

    def test_every_number(self):
        for seed in range(3):
            chance = random.Random(seed)
            self.emotrack("profile", "new", f"p{seed}")
            self.env["EMOTRACK_PROFILE"] = f"p{seed}"
            self.take_random(seed, 300)
            oracle = self.oracle()
            for span in ("day", "week", "month", "year"):
                for date in (TODAY, TODAY - DAY, datetime.date(2026, 1, 1),
                             datetime.date(2025, 12, 31)):
                    start, source = chance.choice(list(STARTS)), chance.choice(["you", "guesses"])
                    got = self.stats("--period", span, "--at", str(date), "--source", source,
                                     "--week-start", start)
                    self.assertTrue(got["period"].pop("title"))
                    with self.subTest(seed=seed, span=span, date=date, start=start, source=source):
                        self.assert_same(got, oracle.stats(Span(span, date, STARTS[start]), source))

    def test_what_is_shown_unless_asked(self):
        self.take_random(1, 50)
        got = self.stats()
        self.assertEqual((got["period"]["span"], got["period"]["title"], got["source"]),
                         ("month", "November 2026", "you"))
        self.emotrack("forget", "--yes", *(str(item["id"]) for item in self.history("rated")[19:]))
        self.assertEqual(self.stats()["source"], "guesses")
        self.assertIn("November 2026, by the guesses", self.emotrack("stats").out.decode())
        self.assertIn("by your ratings", self.emotrack("stats", "--source", "you").out.decode())

    def test_an_empty_journal(self):
        self.assertIn("no messages yet; 'emotrack write' takes some. Then this shows",
                      self.emotrack("stats").out.decode())
        got = self.stats("--period", "year")
        self.assertEqual((got["messages"], got["days"], got["period"]["trends"]), (0, [], []))
        self.assertEqual(got["habits"]["longest_first"], None)
        self.assertFalse(os.path.exists(self.path("data")))

    def test_what_is_no_period(self):
        for arguments in (["--period", "decade"], ["--at", "2026-02-30"], ["--at", "soon"],
                          ["--source", "me"], ["--week-start", "friday"], ["2026"]):
            self.emotrack("stats", *arguments, code=2)
        self.assertFalse(os.path.exists(self.path("data")))

    def test_days_far_away(self):
        for date in ("0001-01-01", "9999-12-31"):
            for span in ("day", "week", "month", "year"):
                self.stats("--period", span, "--at", date)
                self.emotrack("stats", "--period", span, "--at", date)


def item_at(when, guess="joy", **more):
    return {"text": f"{when} {guess} {more}", "created_at": when, "guess": guess,
            "probability": 0.5, "model": "m", "rating": None, "label": None, **more}


class WordsTest(InsightsCase):
    def words(self, *arguments, **options):
        return self.emotrack("stats", *arguments, **options).out.decode()

    def test_no_share_of_a_few(self):
        self.take([item_at(f"2026-11-{day:02}T12:00:00.000Z") for day in range(1, 20)])
        self.assertNotRegex(self.words(), r"\d%|share")
        self.assertIn("Percentages show from 20 ratings on", self.words())
        self.take([item_at("2026-11-20T12:00:00.000Z")])
        self.assertRegex(self.words(), r"j joy +20 +100%  ")
        self.assertNotIn("change", self.words())
        self.take([item_at(f"2026-10-{day:02}T12:00:00.000Z", "fear" if day < 6 else "joy")
                   for day in range(1, 21)])
        self.assertRegex(self.words(), r"j joy +20 +100% +\+25  ")

    def test_nothing_is_rated(self):
        self.take([item_at("2026-11-20T12:00:00.000Z")])
        hint = "Rate these messages, or look at their guesses: --source guesses"
        self.assertIn(hint, self.words("--source", "you"))
        self.assertNotIn(hint, self.words())
        self.assertNotIn(hint, self.words("--source", "you", "--at", "1999"))

    def test_the_model_and_you(self):
        for at in range(41):
            right = at % 2 == 0 or at > 30
            self.take([item_at(f"2026-11-20T12:00:{at:02}.000Z", "anger",
                               rating="right" if right else "wrong",
                               label=None if right else "fear")])
        out = self.words()
        self.assertIn("Model vs you: right 63% of 41 ratings (first 20: 50%, last 20: 75%)", out)
        self.assertIn("Most often corrected: anger -> fear (15)", out)
        self.assertRegex(out, r"a anger +41 +26 +63%")

    def test_streaks(self):
        self.take([item_at(f"2026-11-{day}T12:00:00.000Z") for day in (10, 11, 12, 20, 21)])
        self.assertIn("Streak: 2 days in a row (longest: 3, from 2026-11-10; 5 days with a message "
                      "in all)", self.words())
        self.assertIn("Streak: none", self.words(env={"EMOTRACK_NOW": "2026-11-23T10:00:00Z"}))

    def test_bars_in_ascii(self):
        self.take([item_at(f"2026-11-{day:02}T12:0{n}:00.000Z") for day in range(1, 5)
                   for n in range(day)])
        self.assertIn("▂▄▆█.", self.words())
        for env in ({"LC_ALL": "C"}, {"LC_ALL": "", "LANG": "en_US.ISO-8859-1"}):
            self.assertTrue(self.words("--period", "year", env=env).isascii())
        self.assertIn("_-~^.", self.words(env={"LC_ALL": "C"}))
        self.assertIn("_-~^.", self.words("--symbols", "ascii"))

    def test_a_year_in_days(self):
        self.take([item_at("2026-01-01T12:00:00.000Z", "sadness"),
                   item_at("2026-01-31T12:00:00.000Z", "surprise"),
                   item_at("2026-02-01T12:00:00.000Z", None),
                   item_at("2026-12-31T12:00:00.000Z", "joy")])
        for start, first in STARTS.items():
            lines = self.words("--period", "year", "--week-start", start).splitlines()
            head = next(at for at, line in enumerate(lines) if line.strip().startswith("Jan "))
            rows = {line[:3]: line[5:].ljust(54) for line in lines[head + 1:head + 8]}
            self.assertEqual(list(rows), [WEEKDAYS[(first + i) % 7][:3] for i in range(7)])
            expected = {"2026-01-01": "s", "2026-01-31": "u", "2026-02-01": "-", "2026-12-31": "j"}
            date = datetime.date(2026, 1, 1)
            lead = (weekday(date) - first) % 7
            for at in range(365):
                column, day = (lead + at) // 7, date + at * DAY
                self.assertEqual(rows[WEEKDAYS[weekday(day)][:3]][column],
                                 expected.get(str(day), "."), day)
                if day.day == 1:
                    name = MONTHS[day.month - 1]
                    self.assertEqual(lines[head][5 + column:8 + column], name)
            self.assertEqual(sum(len(row.replace(" ", "")) for row in rows.values()), 365)

    def test_names_cannot_move_the_cursor(self):
        name = "a\u202eb\u009b31m\u2028c"
        self.take([item_at("2026-11-22T09:00:00.000Z", "joy", rating="wrong", label=name)])
        for out in (self.words("--source", "you"), self.words("--period", "year"),
                    self.emotrack("stats", "--json", "--source", "you").out.decode(),
                    self.emotrack("insights", "--svg", "-", "--source", "you").out.decode()):
            self.assertNotRegex(out, "[\u202e\u009b\u2028\x1b]")
        self.assertEqual(self.stats("--source", "you")["period"]["trends"][0]["label"], name)


class PictureTest(InsightsCase):
    def picture(self, *arguments, **options):
        return self.emotrack("insights", "--svg", "-", *arguments, **options).out

    def test_it_is_xml_that_names_nothing_outside(self):
        self.take_random(4, 300)
        for span in ("day", "week", "month", "year"):
            for source in ("you", "guesses"):
                picture = self.picture("--period", span, "--source", source)
                root = xml.etree.ElementTree.fromstring(picture)
                self.assertEqual(root.tag, SVG + "svg")
                for element in root.iter():
                    self.assertNotIn(element.tag.removeprefix(SVG),
                                     ("script", "image", "use", "a", "foreignObject"))
                    self.assertFalse([name for name in element.attrib
                                      if "href" in name or name.startswith("on")])
                self.assertNotIn(b"url(", picture)
                self.assertNotIn(b"@import", picture)
                self.assertEqual(picture.count(b"http"), 1)  # the name of the format

    def test_it_shows_the_days(self):
        self.take_random(5, 400)
        stats = self.stats("--period", "year", "--source", "guesses")
        root = xml.etree.ElementTree.fromstring(self.picture("--source", "guesses"))
        titles = {group.find(SVG + "title").text: "".join(group.find(SVG + "text").itertext())
                  for group in root.iter(SVG + "g")}
        self.assertEqual(len(titles), 365)
        letters = {}
        for day in stats["days"]:
            plural = "" if day["messages"] == 1 else "s"
            title = f"{day['date']}: {day['messages']} message{plural}"
            if day["label"]:
                letter = titles.pop(title + ", mostly " + day["label"])
                self.assertEqual(letters.setdefault(day["label"], letter), letter)
            else:
                self.assertEqual(titles.pop(title), "-")
        self.assertEqual(len(set(letters.values())), len(letters))
        self.assertEqual(set(titles.values()), {"\u00b7"})
        shown, told = " ".join(root.itertext()), stats["period"]["told"]
        for trend in stats["period"]["trends"]:
            self.assertIn(f"{int(100 * trend['count'] / told + 0.5)}%", shown)
        self.assertIn("Made on this device by EmoTrack on 2026-11-22", shown)

    def test_the_same_journal_makes_the_same_bytes(self):
        self.take_random(6, 100)
        first = self.picture()
        self.assertEqual(first, self.picture(env={"LC_ALL": "C", "LANG": "de_DE.UTF-8"}))
        self.assertNotEqual(first, self.picture(env={"EMOTRACK_NOW": "2026-11-23T10:00:00Z"}))

    def test_names_are_escaped(self):
        name = "<script>&\"'</text>]]>"
        self.take([item_at("2026-11-22T09:00:00.000Z", "joy", rating="wrong", label=name)] +
                  [item_at("2026-11-22T09:00:01.000Z", None, rating="wrong", label="\u559c\u60a6")])
        root = xml.etree.ElementTree.fromstring(self.picture("--source", "you"))
        self.assertIn("joy \u2192 <script>", "".join(root.itertext()))
        self.assertNotIn(SVG + "script", [element.tag for element in root.iter()])

    def test_a_file_is_not_replaced_unless_told(self):
        self.take_random(7, 10)
        path = self.path("year.svg")
        self.emotrack("insights", "--svg", path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), self.picture())
        with open(path, "w") as file:
            file.write("mine")
        self.assertIn("--force", self.emotrack("insights", "--svg", path, code=1).err.decode())
        with open(path) as file:
            self.assertEqual(file.read(), "mine")
        self.emotrack("insights", "--svg", path, "--force")
        xml.etree.ElementTree.parse(path)

    def test_a_journal_is_never_replaced(self):
        self.take_random(8, 3)
        for path in (self.database(), self.path("data", "emotrack", "new.svg")):
            self.emotrack("insights", "--svg", path, "--force", code=1)
        self.check_database()
        self.assertEqual(len(self.history()), 3)

    def test_nothing_to_draw(self):
        path = self.path("year.svg")
        said = self.emotrack("insights", "--svg", path, code=1).err.decode()
        self.assertIn("no messages yet", said)
        self.assertFalse(os.path.exists(path))
        self.assertFalse(os.path.exists(self.path("data")))
        self.emotrack("insights", code=2)
        self.emotrack("insights", "--svg", path, "--at", "never", code=2)
        self.emotrack("insights", "--svg", self.path("no", "folder.svg"), code=1)

    def test_a_period_without_messages(self):
        self.take_random(9, 3)
        root = xml.etree.ElementTree.fromstring(self.picture("--at", "1999"))
        self.assertIn("0 messages", "".join(root.itertext()))


if __name__ == "__main__":
    unittest.main()
