"""Files, descriptors and environments that are not as they should be."""

import os
import re
import resource
import signal
import sqlite3
import subprocess
import unittest

from harness import DEADLINE, MODEL, PROGRAM, Case, Terminal, without_privilege

COMMANDS = [["predict", "x"], ["write"], ["history"], ["rate", "1", "right"], ["undo"], ["export"],
            ["show", "1"], ["edit", "1"], ["forget", "1"], ["stats"], ["insights", "--svg", "-"]]


def small_files(size):
    """For preexec_fn: a disk that takes so many bytes a file."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


class ModelTest(Case):
    def fails(self, content, said=""):
        path = self.path("bad.model")
        with open(path, "wb") as file:
            file.write(content)
        done = self.emotrack("--model", path, "predict", "x", code=1)
        self.assertIn(said or path, done.err.decode())
        self.assertEqual(done.out, b"")

    def setUp(self):
        super().setUp()
        with open(MODEL, "rb") as file:
            self.model = file.read()

    def test_missing(self):
        for command in COMMANDS:
            self.emotrack("--model", self.path("none"), *command, input="x\n", code=1)
        done = self.emotrack("predict", "x", env={"EMOTRACK_MODEL": self.path("none")}, code=1)
        self.assertIn(self.path("none"), done.err.decode())
        self.emotrack("--model", self.folder, "predict", "x", code=1)
        self.emotrack("--model", "/dev/null", "predict", "x", code=1)

    def test_truncated(self):
        size = len(self.model)
        for length in (0, 1, 7, 8, 16, 63, 64, 100, 512, 4096, size // 2, size - 4096, size - 8,
                       size - 1):
            with self.subTest(length=length):
                self.fails(self.model[:length])
        self.fails(self.model + b"\0")

    def test_any_byte_changed(self):
        size = len(self.model)
        for place in [*range(0, 64, 3), *range(64, size, size // 40), size - 1]:
            with self.subTest(place=place):
                changed = bytearray(self.model)
                changed[place] ^= 0x40
                self.fails(bytes(changed))

    def test_not_a_model(self):
        for content in (b"hello\n", b"\0" * 4096, b"SQLite format 3\0" * 100, os.urandom(10_000)):
            self.fails(content)


class DatabaseTest(Case):
    def fails_everywhere(self, **options):
        for command in COMMANDS:
            with self.subTest(command=command):
                self.emotrack(*command, input="x\n", code=1, **options)

    def test_no_database(self):
        for content in (b"hello\n" * 1000, b"SQLite format 3\0" + b"\xff" * 5000):
            os.makedirs(os.path.dirname(self.database()), exist_ok=True)
            with open(self.database(), "wb") as file:
                file.write(content)
            self.fails_everywhere()
            with open(self.database(), "rb") as file:
                self.assertEqual(file.read(), content)

    def test_a_folder_in_its_place(self):
        os.makedirs(self.database())
        self.fails_everywhere()

    def test_text_that_is_no_utf8(self):
        self.write("whole", "broken")
        connection = sqlite3.connect(self.database())
        connection.execute("UPDATE message SET text = CAST(x'61ff62c3' AS TEXT), "
                           "guess = CAST(x'80' AS TEXT) WHERE id = 2")
        connection.commit()
        connection.close()
        self.assertEqual(self.history()[0]["text"], "a\ufffdb\ufffd")
        self.assertEqual(self.emotrack("export", "--format", "jsonl").objects[1]["guess"], "\ufffd")
        self.assertIn(",a\ufffdb\ufffd,\ufffd,", self.emotrack("export").out.decode())
        self.assertIn("a\ufffdb\ufffd", self.emotrack("show", "2").out.decode())

    def test_of_a_newer_version(self):
        self.write("keep me")
        connection = sqlite3.connect(self.database())
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("PRAGMA user_version = 99999")
        connection.close()
        self.fails_everywhere()
        connection = sqlite3.connect(self.database())
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        self.assertEqual(self.history()[0]["text"], "keep me")

    def test_read_only(self):
        self.write("keep me")
        try:
            subprocess.run(["true"], preexec_fn=without_privilege, check=True)
        except subprocess.SubprocessError as error:
            raise unittest.SkipTest("root's privilege cannot be dropped here") from error
        os.chmod(self.database(), 0o400)
        os.chmod(os.path.dirname(self.database()), 0o500)
        try:
            for command in (["write"], ["rate", "1", "right"], ["forget", "1"], ["undo"]):
                self.emotrack(*command, input="x\n", code=1, preexec_fn=without_privilege)
            out = self.emotrack("history", "--json", preexec_fn=without_privilege)
            self.assertEqual(out.objects[0]["text"], "keep me")
            self.emotrack("predict", "x", preexec_fn=without_privilege)
        finally:
            os.chmod(os.path.dirname(self.database()), 0o700)
            os.chmod(self.database(), 0o600)

    def test_a_profile_is_made_whole_or_not_at_all(self):
        done = self.emotrack("profile", "new", "work", code=1, preexec_fn=small_files(4096))
        self.assertIn("the profile 'work' was not made: the disk is full", done.err.decode())
        self.assertEqual(self.emotrack("profile", "list").out, b"")
        self.assertEqual(os.listdir(os.path.dirname(self.database())), [])
        self.emotrack("profile", "new", "work")
        self.assertEqual(os.listdir(os.path.dirname(self.database())), ["work.db"])

    def test_a_disk_that_takes_no_more(self):
        lines = "".join(f"message {i} {'word ' * 200}\n" for i in range(2000))
        done = self.emotrack("write", input=lines, code=1, preexec_fn=small_files(400_000))
        acknowledged = [int(line.split("\t")[0]) for line in done.lines]
        self.assertGreater(len(acknowledged), 0)
        self.assertLess(len(acknowledged), 2000)
        saved = [entry["id"] for entry in self.history()]
        self.assertEqual(set(acknowledged) - set(saved), set())
        self.check_database()
        self.write("there is room again")

    def test_a_full_disk_is_told_whatever_fails_after_it(self):
        with open(MODEL, "rb") as file:
            words = sorted(set(re.findall(rb"[a-z]{4,12}", file.read())))
        self.write(*(b" ".join(words[i::300]).decode() for i in range(300)))
        connection = sqlite3.connect(self.database())
        connection.execute("INSERT INTO rating (message, verdict, label)"
                           " SELECT id, 2, 'fear' FROM message")
        connection.commit()
        connection.close()
        done = self.emotrack("write", input="word " * 12_000 + "\n", code=1,
                             preexec_fn=small_files(50_000))
        self.assertIn("the disk is full", done.err.decode())

    def test_waits_for_a_lock(self):
        self.write("first")
        holder = sqlite3.connect(self.database(), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        child = subprocess.Popen([PROGRAM, "rate", "1", "wrong"], env=self.env,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while child.poll() is None and not self.has_open(child.pid):
            pass
        holder.execute("COMMIT")
        holder.close()
        out, err = child.communicate(timeout=DEADLINE)
        self.assertEqual((child.returncode, err), (0, b""))
        self.assertIn(b"wrong", out)

    def has_open(self, pid):
        folder = f"/proc/{pid}/fd"
        try:
            return self.database() in [os.readlink(f"{folder}/{name}")
                                       for name in os.listdir(folder)]
        except OSError:
            return False

    def test_gives_up_on_a_lock_that_stays(self):
        self.write("first")
        holder = sqlite3.connect(self.database(), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        self.assertEqual(self.history()[0]["text"], "first")
        done = self.emotrack("rate", "1", "wrong", code=1)
        self.assertIn("try again", done.err.decode())
        holder.close()
        self.assertIsNone(self.history()[0]["rating"])

    def test_no_place_for_data(self):
        with open(self.path("file"), "wb"):
            pass
        self.emotrack("write", input="x\n", env={"XDG_DATA_HOME": self.path("file")}, code=1)


class DescriptorTest(Case):
    def shell(self, line, code):
        done = subprocess.run(["sh", "-c", line], env={**self.env, "E": PROGRAM},
                              capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr.decode()

    def test_standard_input_closed(self):
        self.write("one")
        for command in ("predict", "write", "edit 1", "", "predict -"):
            self.assertIn("standard input is closed", self.shell(f'"$E" {command} <&-', 1))
        self.shell('"$E" history <&-', 0)
        self.assertEqual(len(self.history()), 1)

    def test_standard_output_full_or_closed(self):
        self.write("one", "two")
        for command in ("predict x", "history", "history --json", "export", "show 1", "stats",
                        "stats --json", "insights --svg -", "profile list", "--help",
                        "predict --help", "--version", "--generate man", "rate 1 wrong", "undo"):
            for target in (">/dev/full", ">&-"):
                with self.subTest(command=command, target=target):
                    self.assertIn("standard output", self.shell(f'"$E" {command} {target}', 1))
        self.shell('echo x | "$E" write >/dev/full', 1)

    def test_no_descriptor_becomes_the_database(self):
        self.shell('echo hello | "$E" write >&- 2>&-', 1)
        self.shell('"$E" rate 7 right <&- >&- 2>&-', 1)
        self.assertEqual(len(self.history()), 1)
        self.check_database()

    def test_input_that_is_a_folder(self):
        self.assertIn("standard input", self.shell('"$E" predict </', 1))

    def test_a_reader_that_leaves(self):
        child = subprocess.Popen(["sh", "-c", 'yes love | "$E" predict | head -n 1'],
                                 env={**self.env, "E": PROGRAM}, stdout=subprocess.PIPE)
        out, _ = child.communicate(timeout=DEADLINE)
        self.assertTrue(out.endswith(b"\tlove\n"))


class EnvironmentTest(Case):
    def test_locales(self):
        self.write("I love this so much")
        plain = self.emotrack("history", "--json").out
        for locale in ("C", "POSIX", "de_DE.UTF-8", "no_SUCH", "en_US.ISO-8859-1", ""):
            done = self.emotrack("history", "--json", env={"LC_ALL": locale})
            self.assertEqual(done.out, plain)

    def test_nothing_is_set(self):
        done = subprocess.run([PROGRAM, "predict", "--no-personal", "I love this so much"], env={},
                              capture_output=True, check=True)
        self.assertTrue(done.stdout.startswith(b"joy\t"))

    def test_no_home(self):
        self.emotrack("write", input="x\n", env={"HOME": self.path("h"), "XDG_DATA_HOME": ""})
        self.assertTrue(os.path.exists(self.path("h", ".local", "share", "emotrack", "default.db")))
        self.emotrack("write", input="x\n", env={"HOME": self.path("h"),
                                                 "XDG_DATA_HOME": "relative"})

    def test_no_colour_on_the_command_line(self):
        self.write("I love this so much")
        for arguments in (["history"], ["show", "1"], ["stats"], ["predict", "x"]):
            _, seen = Terminal(self, *arguments).finish()
            self.assertNotIn(b"\x1b", seen)
