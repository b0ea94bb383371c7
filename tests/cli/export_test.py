"""export: other programs read back every byte."""

import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import unittest

from harness import DEADLINE, PROGRAM, Case, Terminal, csv_rows

FIELDS = ["id", "created_at", "text", "guess", "probability", "rating", "label", "model"]

TEXTS = [
    "plain", 'with "quotes" in it', '"', '""', ",", "a,b,,c", "two\nlines", "\nfirst line empty",
    "trailing blank ", " leading blank", "\ttab first", "car\rriage", "crlf\r\ninside",
    "=1+1", "+49 30", "-5", "@home", "'quoted", "''twice", "'=1", "=HYPERLINK(\"x\",\"y\")",
    "\U0001F469\u200d\U0001F4BB coding \U0001F600", "\u202eevil\u202c", "אני שמח", "我很高兴",
    "\x1b[31mred", "back\\slash \\n", "semi;colon", "null", "\u2028line", "x" * 60000,
]


class ExportTest(Case):
    def setUp(self):
        super().setUp()
        self.write(*["x"] * len(TEXTS))
        for identity, text in enumerate(TEXTS, 1):
            self.emotrack("edit", str(identity), input=text + "\n")
        self.emotrack("rate", "1", "wrong", "fear")

    def test_csv_read_by_python(self):
        rows = csv_rows(self.emotrack("export").out)
        self.assertEqual(list(rows[0]), FIELDS)
        texts = [row["text"][1:] if row["text"].startswith("'") else row["text"] for row in rows]
        self.assertEqual(texts, TEXTS)
        for row in rows:
            self.assertNotIn(row["text"][:1], tuple("=+-@\t\r"))
        self.assertEqual([row["text"] for row in csv_rows(self.emotrack("export", "--raw").out)],
                         TEXTS)
        self.assertEqual((rows[0]["rating"], rows[0]["label"]), ("wrong", "fear"))
        self.assertEqual((rows[1]["rating"], rows[1]["label"]), ("", ""))

    def test_interrupted_it_leaves_the_file_as_it_was(self):
        path, source = self.path("out.csv"), self.path("many.jsonl")
        with open(source, "w", encoding="utf-8") as file:
            for i in range(30_000):
                file.write(json.dumps({"text": f"{i} " + "x" * 300, "guess": "joy",
                                       "probability": 0.5,
                                       "created_at": f"2026-01-01T00:00:{i // 1000:02}."
                                                     f"{i % 1000:03}Z"}) + "\n")
        self.emotrack("import", source)
        chance = random.Random(5)
        for _ in range(10):
            with open(path, "w", encoding="utf-8") as file:
                file.write("what was there")
            child = subprocess.Popen([PROGRAM, "export", "--output", path], env=self.env,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                child.wait(chance.random() / 10)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGINT)
            child.communicate(timeout=DEADLINE)
            with open(path, "rb") as file:
                kept = file.read()
            if child.returncode == 0:
                self.assertEqual(len(csv_rows(kept)), 30_000 + len(TEXTS))
            else:
                self.assertEqual(kept, b"what was there")
            self.assertEqual([name for name in os.listdir(self.path("."))
                              if name.startswith("out.csv") and name != "out.csv"], [])

    def test_progress_on_a_terminal(self):
        code, seen = Terminal(self, "export", "--output", self.path("out.csv")).finish()
        self.assertEqual(code, 0)
        self.assertIn(b"exporting", seen)
        _, seen = Terminal(self, "export").finish()
        self.assertNotIn(b"exporting", seen)

    def test_csv_form(self):
        out = self.emotrack("export", "--raw").out
        self.assertTrue(out.startswith(",".join(FIELDS).encode() + b"\r\n"))
        self.assertTrue(out.endswith(b"\r\n"))
        self.assertIn(b',"with ""quotes"" in it",', out)
        self.assertIn(b",plain,", out)

    def test_csv_read_by_sqlite(self):
        if not shutil.which("sqlite3"):
            raise unittest.SkipTest("sqlite3 is not installed")
        self.emotrack("export", "--raw", "--output", self.path("out.csv"))
        done = subprocess.run(["sqlite3", ":memory:", f".import --csv {self.path('out.csv')} t",
                               "select hex(text) from t order by cast(id as integer)"],
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, b"")
        self.assertEqual([bytes.fromhex(line).decode() for line in done.stdout.decode().split()],
                         TEXTS)

    def test_json_lines(self):
        out = self.emotrack("export", "--format", "jsonl")
        self.assertEqual([entry["text"] for entry in out.objects], TEXTS)
        self.assertEqual(list(out.objects[0]), FIELDS)
        self.assertEqual((out.objects[1]["rating"], out.objects[1]["label"]), (None, None))
        self.assertRegex(out.objects[0]["created_at"],
                         r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00\Z")
        self.assertEqual(out.objects, self.history()[::-1])

    def test_the_offset_is_the_writers(self):
        for zone, offset in (("UTC+3:30", "-03:30"), ("UTC-5:45", "+05:45")):
            self.emotrack("write", input="far away\n", env={"TZ": zone})
            self.assertTrue(self.history("--limit", "1")[0]["created_at"].endswith(offset))

    def test_filter(self):
        self.assertEqual(len(self.emotrack("export", "--format", "jsonl", "rated").objects), 1)
        self.assertEqual(len(csv_rows(self.emotrack("export", "nothing-like-it").out)), 0)
        self.emotrack("export", "emotion:hangry", code=1)

    def test_files_appear_whole_or_not_at_all(self):
        out = self.path("out.csv")
        self.emotrack("export", "--output", out)
        with open(out, "rb") as file:
            whole = file.read()
        self.assertEqual(whole, self.emotrack("export").out)
        self.assertEqual(whole, self.emotrack("export", "--output", "-").out)
        self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)
        self.emotrack("export", "--output", out, "emotion:hangry", code=1)
        with open(out, "rb") as file:
            self.assertEqual(file.read(), whole)
        self.emotrack("export", "--output", self.path("no", "folder.csv"), code=1)
        self.emotrack("export", "--output", self.folder, code=1)
        self.emotrack("export", "--output", "", code=1)
        self.emotrack("export", "--output", "/dev/full", code=1)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("out.csv")],
                         ["out.csv"])

    def journals(self):
        """What every file of the data folder holds, in short."""
        folder = os.path.dirname(self.database())
        found = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return found

    def test_no_journal_is_written_over(self):
        self.emotrack("profile", "new", "work")
        folder = os.path.dirname(self.database())
        os.symlink(self.database(), self.path("link.csv"))
        os.link(self.database("work"), self.path("hard.csv"))
        os.symlink(folder, self.path("folder"))
        os.rename(self.database("work"), self.path("elsewhere.db"))
        os.symlink(self.path("elsewhere.db"), self.database("work"))
        before = self.journals()
        for path in (self.database(), self.database("work"), self.database() + "-wal",
                     self.database() + "-shm", self.database() + "-journal",
                     self.database("new"), os.path.join(folder, "out.csv"),
                     self.path("link.csv"), self.path("hard.csv"), self.path("elsewhere.db"),
                     self.path("elsewhere.db-wal"), self.path("folder", "default.db"),
                     self.path("folder", "out.csv"), self.path("data", "..", "data", "emotrack",
                                                               "default.db"),
                     os.path.relpath(self.database())):
            for profile in ("default", "work"):
                with self.subTest(path=path, profile=profile):
                    done = self.emotrack("--profile", profile, "export", "--output", path, code=1)
                    self.assertIn(path, done.err.decode())
                    self.assertIn("write to another", done.err.decode())
                    self.assertEqual(self.journals(), before)
        self.emotrack("export", "--output", "default.db", code=1, cwd=folder)
        self.emotrack("export", "--output", "out.csv", code=1, cwd=folder)
        self.assertEqual(self.journals(), before)
        self.emotrack("export", "--output", self.path("data", "out.csv"))
        self.emotrack("export", "--output", "default.db", cwd=self.folder)

    def test_a_terminal_gets_nothing_that_moves_it(self):
        self.write("\x1b[2Jx\u202ey\u0085z\x7f\u2028\u2067", "two")
        self.emotrack("edit", "2", input="first\nsecond\rthird")
        for arguments in (["export"], ["export", "--raw"], ["export", "--format", "jsonl"],
                          ["history", "--json"]):
            with self.subTest(arguments=arguments):
                code, seen = Terminal(self, *arguments, "x").finish()
                self.assertEqual(code, 0)
                for bad in "\x1b\u202e\u0085\x7f\u2028\u2067":
                    self.assertNotIn(bad, seen.decode())
        _, seen = Terminal(self, "export", "second").finish()
        self.assertIn(b',"first\r\nsecond third",', seen)

    def test_json_escapes_what_a_terminal_would_obey(self):
        text = "a\x7f\u0080\u009f\u2028\u2029\u202a\u202e\u2066\u2069\u200f\u00a0\U0001F600z"
        self.write(text)
        for out in (self.emotrack("history", "--json", "--limit", "1"),
                    self.emotrack("predict", "--json", text)):
            self.assertIn(b"a\\u007f\\u0080\\u009f\\u2028\\u2029\\u202a\\u202e\\u2066\\u2069"
                          + "\u200f\u00a0\U0001F600z".encode(), out.out)
            self.assertEqual(out.objects[0]["text"], text)

    def test_the_name_says_the_format(self):
        self.emotrack("export", "--output", self.path("out.jsonl"))
        with open(self.path("out.jsonl"), "rb") as file:
            self.assertEqual(file.read(), self.emotrack("export", "--format", "jsonl").out)
