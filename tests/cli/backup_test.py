"""backup, restore and check: a journal put away and brought back, and nothing half done."""

import fcntl
import hashlib
import json
import os
import random
import signal
import sqlite3
import stat
import subprocess

from harness import DEADLINE, PROGRAM, Case, Terminal
from hostile_test import small_files

HEADER = 64
PIECE = 64 * 1024 + 17


def content(path):
    with open(path, "rb") as file:
        return file.read()


class BackupCase(Case):
    def setUp(self):
        super().setUp()
        self.file = self.path("journal.backup")
        self.secret = self.path("secret")
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write("correct horse\n")

    def fill(self, count):
        """A journal of some size: its rows go past the program, which takes one message a time."""
        self.write("the first one")
        connection = sqlite3.connect(self.database())
        connection.executemany("INSERT INTO message (created, offset, text, probability) "
                               "VALUES (?, 0, ?, 0.5)",
                               [(1_700_000_000_000 + i, f"message {i} " + "word " * 20)
                                for i in range(count)])
        connection.commit()
        connection.close()

    def seal(self, path=None, code=0):
        return self.emotrack("backup", path or self.file, "--passphrase-file", self.secret,
                             code=code)

    def restore(self, *arguments, path=None, code=0, **options):
        return self.emotrack("restore", path or self.file, "--yes", *arguments, code=code,
                             **options)

    def data_files(self):
        return sorted(os.listdir(os.path.dirname(self.database())))


class BackupTest(BackupCase):
    def test_round_trip(self):
        self.write("I love this so much", "so sad")
        self.emotrack("rate", "1", "wrong", "fear")
        before = self.emotrack("export", "--format", "jsonl").out
        guess = self.emotrack("predict", "--json", "I love this so much").out
        self.emotrack("backup", self.file)
        self.emotrack("forget", "1")
        self.emotrack("edit", "2", input="something else\n")
        self.restore()
        self.assertEqual(self.emotrack("export", "--format", "jsonl").out, before)
        self.assertEqual(self.emotrack("predict", "--json", "I love this so much").out, guess)
        self.check_database()
        self.emotrack("check")

    def test_sealed_round_trip(self):
        self.fill(2000)
        before = self.emotrack("export").out
        self.seal()
        self.assertNotIn(b"message 7", content(self.file))
        self.assertGreater(os.path.getsize(self.file), 2 * PIECE)
        self.emotrack("forget", "--all", "--yes")
        self.restore("--passphrase-file", self.secret)
        self.assertEqual(self.emotrack("export").out, before)

    def test_permission_and_place(self):
        self.write("x")
        self.emotrack("backup", self.file)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(os.listdir(self.folder).count("journal.backup"), 1)
        self.assertEqual(self.data_files(), ["default.db", "default.sync"])
        for path in (self.database("other"), self.database(), "/dev/null", self.folder,
                     self.path("no", "folder")):
            with self.subTest(path=path):
                self.emotrack("backup", path, code=1)

    def test_a_file_that_is_there_is_kept(self):
        self.write("x")
        for name in ("plain", "link"):
            with open(self.path("plain"), "wb") as file:
                file.write(b"mine")
            os.chmod(self.path("plain"), 0o644)
            if name == "link":
                os.symlink(self.path("plain"), self.path("link"))
            self.emotrack("backup", self.path(name), code=1)
            self.assertEqual(content(self.path("plain")), b"mine")
            self.emotrack("backup", self.path(name), "--force")
            self.assertTrue(content(self.path("plain")).startswith(b"SQLite format 3"))
            self.assertEqual(stat.S_IMODE(os.stat(self.path("plain")).st_mode), 0o600)

    def test_a_link_that_leads_nowhere(self):
        self.write("x")
        os.symlink(self.path("nowhere"), self.file)
        self.emotrack("backup", self.file, code=1)
        self.assertFalse(os.path.exists(self.path("nowhere")))

    def test_nothing_to_back_up(self):
        self.emotrack("backup", self.file, code=1)
        self.assertFalse(os.path.exists(self.file))

    def test_a_full_disk(self):
        self.fill(3000)
        whole = os.path.getsize(self.database())
        for size in (0, 20_000, whole // 2):
            with self.subTest(size=size):
                self.emotrack("backup", self.file, code=1, preexec_fn=small_files(size))
                self.assertFalse(os.path.exists(self.file))
                self.assertEqual([name for name in os.listdir(self.folder)
                                  if name.startswith("journal.backup")], [])
        self.emotrack("backup", self.file)

    def test_killed_in_the_middle(self):
        self.fill(20_000)
        chance = random.Random(5)
        self.emotrack("backup", self.file)
        whole = content(self.file)
        for _ in range(10):
            child = subprocess.Popen([PROGRAM, "backup", self.file, "--force"], env=self.env,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                child.wait(chance.random() / 10)
            except subprocess.TimeoutExpired:
                child.kill()
            child.wait(DEADLINE)
            self.assertEqual(len(content(self.file)), len(whole))
        self.emotrack("backup", self.file, "--force")
        self.assertEqual(self.data_files(), ["default.db", "default.sync"])


class WaitingTest(BackupCase):
    """While another program syncs, backs up or restores the profile."""

    def wait_in_vain(self, *arguments, **env):
        """Gives up waiting; what the other one has written so far stays."""
        parts = [self.path("data", "emotrack", f"default.{act}.part")
                 for act in ("backup", "restore")]
        for part in parts:
            with open(part, "wb") as file:
                file.write(b"of the other one")
        with open(self.path("data", "emotrack", "default.sync"), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            terminal = Terminal(self, *arguments, env=env)
            terminal.expect(b"waiting for another program")
            os.kill(terminal.pid, signal.SIGINT)
            code, said = terminal.finish()
            self.assertEqual((code, b"interrupted" in said), (1, True), said)
            self.assertEqual([content(part) for part in parts], [b"of the other one"] * 2)
        for part in parts:
            os.remove(part)

    def test_each_act_can_be_given_up(self):
        self.fill(10)
        self.seal(self.path("other"))
        self.emotrack("backup", self.path("plain"))
        self.wait_in_vain("backup", self.file)
        self.assertFalse(os.path.exists(self.file))
        self.wait_in_vain("restore", "--yes", self.path("plain"))
        self.wait_in_vain("encrypt", EMOTRACK_PASSPHRASE_FILE=self.secret)
        self.emotrack("check")


class PassphraseTest(BackupCase):
    def test_wrong(self):
        self.write("x")
        self.seal()
        with open(self.path("other"), "w", encoding="utf-8") as file:
            file.write("correct horsf\n")
        done = self.restore("--passphrase-file", self.path("other"), code=1)
        self.assertIn("the passphrase does not open", done.err.decode())
        self.assertEqual(self.data_files(), ["default.db", "default.sync"])

    def test_missing(self):
        self.write("x")
        self.seal()
        self.assertIn("--passphrase-file", self.restore(code=1).err.decode())
        self.emotrack("backup", self.path("b"), "--passphrase", code=2)
        for bad in (b"", b"\n", b"x" * 1025 + b"\n"):
            with open(self.secret, "wb") as file:
                file.write(bad)
            self.seal(self.path("b"), code=1)
        self.emotrack("backup", self.path("b"), "--passphrase-file", self.path("none"), code=1)
        self.assertFalse(os.path.exists(self.path("b")))

    def test_from_a_descriptor(self):
        self.write("x")
        self.seal()
        done = subprocess.run(["sh", "-c", 'echo "correct horse" | "$E" restore "$F" --yes '
                               '--passphrase-file /dev/stdin'], capture_output=True, check=False,
                              env={**self.env, "E": PROGRAM, "F": self.file}, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_asked_twice_without_an_echo(self):
        self.write("x")
        terminal = Terminal(self, "backup", self.file, "--passphrase")
        terminal.expect(b"without it): ")
        terminal.send(b"open sesame\n")
        terminal.expect(b"The same again: ")
        terminal.send(b"open sesame\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 0, seen)
        self.assertNotIn(b"sesame", seen)
        terminal = Terminal(self, "restore", self.file)
        terminal.expect(b"Passphrase of the file: ")
        terminal.send(b"open sesame\n")
        terminal.expect(b"[y/N] ")
        terminal.send(b"y\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 0, seen)
        self.assertIn(b"restored 1 message", seen)

    def test_two_that_differ(self):
        self.write("x")
        terminal = Terminal(self, "backup", self.file, "--passphrase")
        terminal.expect(b"without it): ")
        terminal.send(b"one\n")
        terminal.expect(b"The same again: ")
        terminal.send(b"other\n")
        self.assertEqual(terminal.finish()[0], 1)
        self.assertFalse(os.path.exists(self.file))


class RestoreTest(BackupCase):
    def unchanged(self):
        """What the journal holds, in short."""
        return hashlib.sha256(self.emotrack("export", "--format", "jsonl").out).hexdigest()

    def test_what_was_there_is_kept(self):
        self.write("first")
        self.emotrack("backup", self.file)
        self.write("second")
        done = self.restore()
        kept = os.path.join(os.path.dirname(self.database()), "default.kept")
        self.assertIn(kept, done.out.decode())
        self.assertEqual(len(self.history()), 1)
        self.assertIn("--force", self.restore(code=1).err.decode())
        os.rename(kept, self.path("kept"))
        self.restore(path=self.path("kept"))
        self.assertEqual(len(self.history()), 2)
        self.restore("--force")
        self.assertEqual(len(self.history()), 1)

    def test_an_empty_profile_keeps_nothing(self):
        self.write("first")
        self.emotrack("backup", self.file)
        self.emotrack("profile", "new", "new")
        self.restore("--profile", "new")
        self.assertNotIn("new.kept", self.data_files())
        self.emotrack("--profile", "none", "restore", self.file, "--yes", code=1)

    def test_deleting_the_profile_deletes_what_is_kept(self):
        self.emotrack("profile", "new", "work")
        self.emotrack("--profile", "work", "write", input="a secretword\n")
        self.emotrack("--profile", "work", "backup", self.file)
        self.restore("--profile", "work")
        self.emotrack("profile", "rename", "work", "office")
        self.assertIn("office.kept", self.data_files())
        self.emotrack("profile", "delete", "office", "--yes")
        self.assertEqual(self.files_with("secretword"), [])

    def test_asks(self):
        self.write("first")
        self.emotrack("backup", self.file)
        self.emotrack("restore", self.file, code=2)
        self.write("second")
        for answer in (b"n\n", b"\n", b"\x03"):
            terminal = Terminal(self, "restore", self.file)
            terminal.expect(b"[y/N] ")
            terminal.send(answer)
            _, seen = terminal.finish()
            self.assertIn(b"nothing was restored", seen)
        self.assertEqual(len(self.history()), 2)
        self.assertEqual(self.data_files(), ["default.db", "default.sync"])

    def test_truncated_anywhere(self):
        self.fill(2000)
        self.seal()
        before, whole = self.unchanged(), content(self.file)
        cut = self.path("cut")
        for length in (0, 1, 7, 8, HEADER - 1, HEADER, HEADER + 16, HEADER + 17, HEADER + PIECE - 1,
                       HEADER + PIECE, HEADER + PIECE + 1, HEADER + 2 * PIECE, len(whole) - 17,
                       len(whole) - 1):
            with self.subTest(length=length):
                with open(cut, "wb") as file:
                    file.write(whole[:length])
                self.restore("--passphrase-file", self.secret, path=cut, code=1)
        with open(cut, "wb") as file:
            file.write(whole + b"\0")
        self.restore("--passphrase-file", self.secret, path=cut, code=1)
        self.assertEqual(self.unchanged(), before)
        self.assertEqual(self.data_files(), ["default.db", "default.sync"])

    def test_any_byte_changed(self):
        self.fill(2000)
        self.seal()
        whole = content(self.file)
        places = [8, 12, 16, 20, 24, 39, 40, 63, 64, HEADER + PIECE + 5, len(whole) - 1]
        for place in places:
            with self.subTest(place=place):
                changed = bytearray(whole)
                changed[place] ^= 0x01
                with open(self.path("bad"), "wb") as file:
                    file.write(changed)
                self.restore("--passphrase-file", self.secret, path=self.path("bad"), code=1)

    def test_a_header_that_asks_for_too_much(self):
        self.write("x")
        self.seal()
        whole = content(self.file)
        for place in (12, 16, 20):
            changed = whole[:place] + b"\xff\xff\xff\x7f" + whole[place + 4:]
            with open(self.path("greedy"), "wb") as file:
                file.write(changed)
            done = self.restore("--passphrase-file", self.secret, path=self.path("greedy"), code=1)
            self.assertIn("damaged", done.err.decode())

    def test_pieces_in_another_order(self):
        self.fill(3000)
        self.seal()
        whole = content(self.file)
        first, second = (whole[HEADER + at * PIECE:HEADER + (at + 1) * PIECE] for at in (1, 2))
        with open(self.path("mixed"), "wb") as file:
            file.write(whole[:HEADER + PIECE] + second + first + whole[HEADER + 3 * PIECE:])
        self.restore("--passphrase-file", self.secret, path=self.path("mixed"), code=1)

    def test_what_is_no_backup(self):
        self.write("kept")
        self.emotrack("backup", self.file)
        before = self.unchanged()
        other = sqlite3.connect(self.path("other"))
        other.execute("CREATE TABLE message (id)")
        other.commit()
        other.close()
        for name, text in (("empty", b""), ("words", b"hello\n" * 100),
                           ("start", b"SQLite format 3\0" * 100),
                           ("cut", content(self.file)[:9000])):
            with open(self.path(name), "wb") as file:
                file.write(text)
        newer = sqlite3.connect(self.file)
        newer.execute("PRAGMA user_version = 9999")
        newer.close()
        for path in (self.path("empty"), self.path("words"), self.path("start"), self.path("cut"),
                     self.path("other"), self.file, self.folder, "/dev/null", self.path("none")):
            with self.subTest(path=path):
                self.restore(path=path, code=1)
                self.assertEqual(self.unchanged(), before)

    def test_killed_in_the_middle(self):
        self.fill(10_000)
        self.emotrack("backup", self.file)
        self.write("one more")
        sizes = {10_001, 10_002}
        chance = random.Random(7)
        for _ in range(10):
            child = subprocess.Popen([PROGRAM, "restore", self.file, "--yes", "--force"],
                                     env=self.env, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            try:
                child.wait(chance.random() / 5)
            except subprocess.TimeoutExpired:
                child.kill()
            child.wait(DEADLINE)
            count = len(self.emotrack("export", "--format", "jsonl").out.splitlines())
            self.assertIn(count, sizes)
            self.check_database()
        self.restore("--force")
        self.assertEqual([name for name in self.data_files() if name.endswith(".part")], [])

    def test_a_full_disk(self):
        self.fill(3000)
        self.emotrack("backup", self.file)
        self.write("one more")
        before = self.unchanged()
        for size in (0, 30_000, os.path.getsize(self.file) // 2):
            self.restore(code=1, preexec_fn=small_files(size))
            self.assertEqual(self.unchanged(), before)

    def test_another_program_has_it_open(self):
        self.write("first")
        self.emotrack("backup", self.file)
        holder = sqlite3.connect(self.database(), isolation_level=None)
        holder.execute("SELECT count(*) FROM message").fetchall()
        done = self.restore()
        self.assertIn("another program has the journal open", done.err.decode())
        self.assertEqual(holder.execute("SELECT text FROM message").fetchall(), [("first",)])
        holder.close()


class CheckTest(BackupCase):
    def test_sound(self):
        self.assertIn("nothing was written yet", self.emotrack("check").out.decode())
        self.write("I love this", "x")
        self.emotrack("rate", "1", "wrong", "fear")
        done = self.emotrack("check")
        self.assertEqual(len(done.lines), 3)
        found = json.loads(self.emotrack("check", "--json").out)
        self.assertTrue(found["sound"])
        self.assertEqual([item["subject"] for item in found["findings"]],
                         ["model", "journal", "layer"])

    def test_a_damaged_page(self):
        self.fill(2000)
        with open(self.database(), "r+b") as file:
            file.seek(20 * 4096)
            file.write(b"\xff" * 4096)
        done = self.emotrack("check", code=1)
        self.assertIn("WRONG", done.out.decode())
        found = json.loads(self.emotrack("check", "--json", code=1).out)
        self.assertFalse(found["sound"])
        self.emotrack("backup", self.file, code=1)
        self.assertFalse(os.path.exists(self.file))

    def test_a_layer_that_is_not_what_the_ratings_teach(self):
        texts = ["I love this", "so sad", "what a day", "never again"] * 8
        for identity in self.write(*texts):
            self.emotrack("rate", str(identity), "wrong", "fear")
        self.emotrack("write", input="x\n")
        connection = sqlite3.connect(self.database())
        kept = connection.execute("SELECT upto FROM layer").fetchall()
        self.assertEqual(len(kept), 1)
        connection.execute("UPDATE rating SET label = 'anger' WHERE id = 1")
        connection.commit()
        connection.close()
        self.assertIn("what was learnt  WRONG", self.emotrack("check", code=1).out.decode())

    def test_a_bad_model(self):
        with open(self.path("bad.model"), "wb") as file:
            file.write(b"no model")
        done = self.emotrack("--model", self.path("bad.model"), "check", code=1)
        self.assertIn("the model        WRONG", done.out.decode())
