"""import: what export writes comes back byte for byte, and what others write is read."""

import os
import random
import signal
import subprocess

from harness import DEADLINE, PROGRAM, Case, Terminal, csv_rows
from hostile_test import small_files
from export_test import TEXTS

OWN = "id,created_at,text,guess,probability,rating,label,model\r\n"
DAYLIO = "\ufefffull_date,date,weekday,time,mood,activities,note_title,note\n"


class ImportCase(Case):
    def file(self, name, text):
        with open(self.path(name), "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def take(self, name, text, *arguments, code=0, **options):
        return self.emotrack("import", self.file(name, text), *arguments, code=code, **options)

    def texts(self):
        return [entry["text"] for entry in self.history()][::-1]


class RoundTripTest(ImportCase):
    def setUp(self):
        super().setUp()
        self.write(*["x"] * len(TEXTS))
        for identity, text in enumerate(TEXTS, 1):
            self.emotrack("edit", str(identity), input=text + "\n")
        self.emotrack("rate", "2", "wrong", "fear")
        last = self.write("I love this so much", "I hate this so much")
        self.emotrack("rate", str(last[0]), "right")
        self.emotrack("rate", str(last[1]), "wrong")
        self.emotrack("forget", "5")
        self.emotrack("write", input="far away\n", env={"TZ": "UTC+3:30"})
        self.emotrack("profile", "new", "new")

    def test_byte_for_byte(self):
        for name, arguments in (("a.jsonl", []), ("a.csv", []), ("b.csv", ["--raw"])):
            with self.subTest(name=name):
                self.emotrack("profile", "new", "in" + name)
                self.emotrack("export", "--output", self.path(name), *arguments)
                self.emotrack("--profile", "in" + name, "import", self.path(name), *arguments)
                self.emotrack("--profile", "in" + name, "export", "--output",
                              self.path("again-" + name), *arguments)
                with open(self.path(name), "rb") as one, \
                        open(self.path("again-" + name), "rb") as two:
                    self.assertEqual(one.read(), two.read())
                self.check_database("in" + name)
                self.emotrack("--profile", "in" + name, "check")

    def test_what_is_there_is_not_taken_twice(self):
        self.emotrack("export", "--output", self.path("a.jsonl"))
        before = self.emotrack("export").out
        done = self.emotrack("import", self.path("a.jsonl"))
        self.assertIn(f"imported 0 messages; {len(TEXTS) + 2} were there", done.out.decode())
        self.assertEqual(self.emotrack("export").out, before)

    def test_into_a_journal_that_is_used(self):
        self.emotrack("--profile", "new", "write", input="mine\n")
        self.emotrack("export", "--output", self.path("a.csv"))
        self.emotrack("--profile", "new", "import", self.path("a.csv"))
        rows = csv_rows(self.emotrack("--profile", "new", "export").out)
        self.assertEqual(len(rows), len(TEXTS) + 3)
        self.assertEqual(len({row["id"] for row in rows}), len(rows))

    def test_by_standard_input(self):
        out = self.emotrack("export", "--format", "jsonl").out
        self.emotrack("--profile", "new", "import", "-", "--format", "jsonl", input=out)
        self.assertEqual(self.emotrack("--profile", "new", "export", "--format", "jsonl").out, out)

    def test_it_learns(self):
        self.emotrack("export", "--output", self.path("a.csv"))
        self.emotrack("--profile", "new", "import", self.path("a.csv"))
        guess = self.emotrack("predict", "--json", TEXTS[1]).out
        self.assertEqual(self.emotrack("--profile", "new", "predict", "--json", TEXTS[1]).out,
                         guess)


class LinesTest(ImportCase):
    GOOD = "1,2026-11-21T23:41:05.250+01:00,good,joy,0.5,right,,v1\r\n"
    BAD = ["x,yesterday,no time,joy,0.5,,,v1", "2,,no time,,,,,", "2,2026-02-30T00:00:00Z,t,,,,,",
           "2,2026-11-21T23:41:05Z,,,,,,", "2,2026-11-21T23:41:05Z,t,joy,1.5,,,v1",
           "2,2026-11-21T23:41:05Z,t,joy,nan,,,v1", "2,2026-11-21T23:41:05Z,t,joy,0.5,maybe,,v1",
           "2,2026-11-21T23:41:05Z,t,,0.5,right,,v1",
           "2,2026-11-21T23:41:05Z,t,joy,0.5,right,fear,v1",
           "2,2026-11-21T23:41:05Z,\"t\"t,joy,0.5,,,v1", "2,2026-11-21T25:41:05Z,t,joy,0.5,,,v1",
           "2,2026-11-21T23:41:05+99:00,t,joy,0.5,,,v1", "2,2026-11-21T23:41:05Z,t,,,right,,",
           "2,2026-11-21T23:41:05Z," + "x" * 200_000 + ",joy,0.5,,,v1", "2"]

    def test_bad_lines_are_named_and_the_rest_is_kept(self):
        for line in self.BAD:
            with self.subTest(line=line[:60]):
                self.emotrack("forget", "--all", "--yes")
                done = self.take("a.csv", OWN + line + "\r\n" + self.GOOD)
                self.assertRegex(done.err.decode(), r"\Aemotrack: line 2 was left out: .{10}")
                self.assertIn("imported 1 message; 0 were there already, 1 line left out",
                              done.out.decode())
                self.assertEqual(self.texts(), ["good"])

    def test_strict_keeps_nothing(self):
        for line in self.BAD:
            done = self.take("a.csv", OWN + self.GOOD + line + "\r\n", "--strict", code=1)
            self.assertIn("line 3 was left out", done.err.decode())
            self.assertEqual(self.texts(), [])
        self.take("a.csv", OWN + self.GOOD, "--strict")
        self.assertEqual(self.texts(), ["good"])

    def test_a_dry_run_keeps_nothing(self):
        done = self.take("a.csv", OWN + self.GOOD + "x\r\n", "--dry-run")
        self.assertIn("would import 1 message", done.out.decode())
        self.assertEqual(self.texts(), [])

    def test_bad_json(self):
        good = '{"created_at":"2026-11-21T23:41:05Z","text":"good"}\n'
        for line in ("{", "[]", "null", "3", '"x"', "{}", '{"text":1}', good.strip() + " x",
                     '{"created_at":"2026-11-21T23:41:05Z","text":null}',
                     '{"created_at":3,"text":"x"}', "[" * 5000,
                     '{"created_at":"2026-11-21T23:41:05Z","text":"x","guess":{}}',
                     '{"created_at":"2026-11-21T23:41:05Z","text":"x","probability":"high"}'):
            with self.subTest(line=line[:60]):
                self.emotrack("forget", "--all", "--yes")
                done = self.take("a.jsonl", line + "\n" + good)
                self.assertIn("line 1 was left out", done.err.decode())
                self.assertEqual(self.texts(), ["good"])

    def test_only_some_columns_in_any_order(self):
        self.take("a.csv", "\ufefftext;x,text,created_at\n1,I love this so much,2026-11-21 23:41\n")
        entry = self.history()[0]
        self.assertEqual((entry["guess"], entry["created_at"]),
                         ("joy", "2026-11-21T23:41:00.000+00:00"))

    def test_no_such_columns(self):
        for text in ("", "a,b\n1,2\n", "text\nx\n", '"', "\0" * 100):
            self.take("a.csv", text, code=1)
        self.emotrack("import", self.path("none"), code=1)
        self.emotrack("import", self.folder, code=1)
        self.emotrack("import", code=2)

    def test_bytes_that_are_no_text(self):
        self.take("a.csv", b"text,created_at\na\xff\x00b,2026-11-21T23:41:05Z\n")
        self.take("a.jsonl", b'{"text":"c\\u0000d \\\\u0000 \xfe",'
                  b'"created_at":"2026-11-22T00:00Z"}\n')
        self.assertEqual(self.texts(), ["a\ufffd\ufffdb", "c\ufffdd \\u0000 \ufffd"])

    def test_a_line_without_an_end_costs_no_memory(self):
        for name, start in (("a.jsonl", '{"text":"'), ("a.csv", OWN + '1,"'),
                            ("a.json", '{"entries":[{"title":"')):
            path = self.file(name, start)
            os.truncate(path, 1_000_000_000)
            with subprocess.Popen([PROGRAM, "import", path], env=self.env,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
                said = program.stdout.read().decode()
                _, program.returncode, used = os.wait4(program.pid, 0)
            self.assertEqual(program.returncode, 0)
            self.assertIn("1 line left out", said)
            self.assertLess(used.ru_maxrss, 400_000)  # KiB


class OthersTest(ImportCase):
    def test_jrnl(self):
        self.take("a.json", """{"tags": {"@work": 1}, "entries": [
            {"title": "A fine day.", "body": "It was @work {and} [more].", "date": "2026-03-01",
             "time": "09:30", "tags": ["@work"], "starred": true},
            {"title": "Only a title", "body": "", "date": "2026-03-02", "time": "21:05",
             "tags": [], "starred": false},
            {"title": "No date"}]}""", env={"TZ": "UTC-1"})
        self.assertEqual(self.texts(), ["A fine day.\nIt was @work {and} [more].", "Only a title"])
        self.assertEqual([entry["created_at"] for entry in self.history()][::-1],
                         ["2026-03-01T09:30:00.000+01:00", "2026-03-02T21:05:00.000+01:00"])
        self.take("a.json", '{"days": []}', code=1)
        self.take("a.json", '{"entries": []}')

    def test_daylio(self):
        rows = ('"2026-01-31","January 31","Saturday","9:15\u202fPM","good","friends | date",'
                '"A title","two\nlines"\n'
                '"2026-01-30","January 30","Friday","00:05","awful","","",""\n'
                '"2026-01-29","January 29","Thursday","12:00 am","meh","sleep","",""\n')
        self.take("a.csv", DAYLIO + rows)
        self.assertEqual(self.texts(), ["meh (sleep)", "awful",
                                        "good (friends | date)\nA title\ntwo\nlines"])
        self.assertEqual([entry["created_at"][11:16] for entry in self.history()][::-1],
                         ["00:00", "00:05", "21:15"])
        self.assertEqual({entry["rating"] for entry in self.history()}, {None})
        self.take("a.csv", DAYLIO + rows, "--format", "daylio")
        self.assertEqual(len(self.texts()), 3)
        self.take("a.csv", OWN, "--format", "daylio", code=1)


class InterruptedTest(ImportCase):
    def large(self, count):
        return self.file("large.csv", OWN + "".join(
            f"{i},2026-11-21T23:{i // 60 % 60:02}:{i % 60:02}.{i % 1000:03}Z,"
            f"message {i} {'w ' * 40},joy,0.5,,,v1\r\n" for i in range(1, count + 1)))

    def test_killed_in_the_middle(self):
        path = self.large(20_000)
        self.write("mine")
        chance = random.Random(3)
        for _ in range(10):
            child = subprocess.Popen([PROGRAM, "import", path], env=self.env,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                child.wait(chance.random() / 10)
            except subprocess.TimeoutExpired:
                child.kill()
            child.wait(DEADLINE)
            self.assertIn(len(self.emotrack("export", "--format", "jsonl").out.splitlines()),
                          (1, 20_001))
            self.check_database()

    def test_interrupted(self):
        reading, writing = os.pipe()
        child = subprocess.Popen([PROGRAM, "import", "-"], env=self.env, stdin=reading,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reading)
        with open(self.large(5000), "rb") as file:
            head = file.read(200_000)
        os.write(writing, head)
        child.send_signal(signal.SIGINT)
        os.write(writing, head[len(OWN):])
        os.close(writing)
        _, err = child.communicate(timeout=DEADLINE)
        self.assertNotEqual(child.returncode, 0)
        self.assertEqual(self.texts(), [], err)

    def test_a_full_disk(self):
        path = self.large(20_000)
        self.write("mine")
        self.emotrack("import", path, code=1, preexec_fn=small_files(2_000_000))
        self.assertEqual(self.texts(), ["mine"])
        self.check_database()

    def test_progress_on_a_terminal(self):
        code, seen = Terminal(self, "import", self.large(20_000)).finish()
        self.assertEqual(code, 0)
        self.assertIn(b"importing", seen)
        self.assertIn(b"imported 20000 messages", seen)
