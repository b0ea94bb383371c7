"""A journal whose texts are encrypted: no file holds a word of them, and all else goes on."""

import csv
import glob
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import DEADLINE, PROGRAM, Case, Terminal

MESSAGES = 200
ROUNDS = 4  # of killing

# The tables of version 2, the last before texts could be encrypted.
VERSION_2 = """
CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL,
  offset INTEGER NOT NULL, text TEXT NOT NULL, guess TEXT, probability REAL NOT NULL, model TEXT);
CREATE INDEX message_by_time ON message (created);
CREATE TABLE rating (id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  verdict INTEGER NOT NULL CHECK (verdict IN (1, 2)),
  label TEXT CHECK (label IS NULL OR verdict = 2), undone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX rating_by_message ON rating (message, undone);
CREATE TABLE draft (id INTEGER PRIMARY KEY CHECK (id = 1), text BLOB NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE layer (id INTEGER PRIMARY KEY CHECK (id = 1), upto INTEGER NOT NULL,
  bytes BLOB NOT NULL);
CREATE TABLE purge (wanted INTEGER NOT NULL, done INTEGER NOT NULL);
INSERT INTO purge VALUES (0, 0);
CREATE TABLE revision (ratings INTEGER NOT NULL);
INSERT INTO revision SELECT count(*) FROM rating;
CREATE TRIGGER rating_added AFTER INSERT ON rating
  BEGIN UPDATE revision SET ratings = ratings + 1; END;
CREATE TRIGGER rating_changed AFTER UPDATE ON rating
  BEGIN UPDATE revision SET ratings = ratings + 1; END;
CREATE TRIGGER rating_removed AFTER DELETE ON rating
  BEGIN UPDATE revision SET ratings = ratings + 1; END;
CREATE TRIGGER rated_changed AFTER UPDATE OF text, guess ON message
  WHEN EXISTS (SELECT 1 FROM rating WHERE message = NEW.id)
  BEGIN UPDATE revision SET ratings = ratings + 1; END;
CREATE TABLE membership (id INTEGER PRIMARY KEY CHECK (id = 1), url TEXT NOT NULL,
  key BLOB NOT NULL, authority TEXT, pins TEXT NOT NULL, envelope TEXT NOT NULL,
  sequence INTEGER NOT NULL, joined INTEGER NOT NULL, contacted INTEGER NOT NULL,
  retry_at INTEGER NOT NULL, tries INTEGER NOT NULL, failure TEXT);
CREATE TABLE draw (id INTEGER PRIMARY KEY CHECK (id = 1), round INTEGER NOT NULL,
  lot BLOB NOT NULL, manifest BLOB NOT NULL, revision INTEGER NOT NULL, seed BLOB NOT NULL);
CREATE TABLE contribution (number INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL,
  key BLOB NOT NULL, round INTEGER NOT NULL, model_version INTEGER NOT NULL, mode TEXT NOT NULL,
  noise REAL NOT NULL, votes_max INTEGER NOT NULL, votes INTEGER NOT NULL,
  length INTEGER NOT NULL, digest BLOB NOT NULL, created INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, finished INTEGER NOT NULL DEFAULT 0, answer TEXT,
  upto INTEGER NOT NULL, revision INTEGER NOT NULL, UNIQUE (key, round));
CREATE TRIGGER ledger_kept BEFORE DELETE ON contribution
  BEGIN SELECT raise(ABORT, 'the ledger never shrinks'); END;
CREATE TABLE outbox (number INTEGER PRIMARY KEY REFERENCES contribution, id BLOB NOT NULL,
  body BLOB NOT NULL);
CREATE TABLE source (message INTEGER NOT NULL,
  number INTEGER NOT NULL REFERENCES outbox ON DELETE CASCADE,
  PRIMARY KEY (message, number)) WITHOUT ROWID;
CREATE INDEX source_by_number ON source (number);
CREATE TRIGGER source_removed AFTER DELETE ON message BEGIN
  DELETE FROM outbox WHERE number IN (SELECT number FROM source WHERE message = OLD.id); END;
CREATE TRIGGER source_changed AFTER UPDATE OF text, guess ON message BEGIN
  DELETE FROM outbox WHERE number IN (SELECT number FROM source WHERE message = NEW.id); END;
CREATE TRIGGER outbox_left AFTER DELETE ON outbox BEGIN
  UPDATE contribution SET state = 4,
    finished = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE number = OLD.number AND state = 0; END;
INSERT INTO message VALUES (1, 1760000000000, 0, 'qqfirst words', 'joy', 0.5, 'm1'),
  (7, 1760000001000, 0, 'qqsecond words', NULL, 0.1, 'm1');
INSERT INTO rating VALUES (1, 1, 1, NULL, 0);
INSERT INTO draft VALUES (1, 'qqdraft half');
PRAGMA application_id = 1164799828;
PRAGMA user_version = 2;
"""


class EncryptionCase(Case):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(2026)
        self.words = []
        self.passphrase("right", "q7w3 horse battery")
        self.passphrase("other", "something else")

    def passphrase(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def use(self, name):
        """Opens the journal with that passphrase from now on; None: with none."""
        self.env.pop("EMOTRACK_PASSPHRASE_FILE", None)
        if name:
            self.env["EMOTRACK_PASSPHRASE_FILE"] = self.path(name)

    def word(self):
        """A word that stands nowhere else."""
        self.words.append("".join(self.chance.choices("abcdefghijklmnopqrstuvwxyz", k=12)))
        return self.words[-1]

    def text(self):
        return f"so happy about {self.word()} and {self.word()}"

    def fill(self, count=MESSAGES):
        """Messages, ratings enough that what they taught is kept, and a draft."""
        texts = [self.text() for _ in range(count)]
        self.write(*texts)
        connection = self.sql()
        connection.execute("INSERT INTO rating (message, verdict) SELECT id, 1 FROM message"
                           " WHERE guess IS NOT NULL LIMIT 30")
        connection.execute("INSERT INTO draft (text, changed) VALUES (?, 1)",
                           (self.text().encode(),))
        connection.commit()
        connection.close()
        self.emotrack("write", input=self.text() + "\n")  # which keeps what was learnt
        return texts

    def sql(self):
        return sqlite3.connect(self.database())

    def value(self, sql):
        connection = self.sql()
        value = connection.execute(sql).fetchone()[0]
        connection.close()
        return value

    def leaks(self):
        """The words that stand in any file of the data folder, and where."""
        found = []
        for name in glob.glob(self.path("data", "**"), recursive=True):
            if os.path.isfile(name):
                with open(name, "rb") as file:
                    bytes_ = file.read().lower()
                found += [(word, name) for word in self.words if word.encode() in bytes_]
        return found

    def encrypt(self):
        self.use("right")
        return self.emotrack("encrypt")


class EncryptionTest(EncryptionCase):
    def test_no_word_is_left(self):
        self.fill()
        before = self.emotrack("export").out
        self.assertEqual(self.value("SELECT count(*) FROM layer"), 1)
        self.assertGreater(len(self.leaks()), MESSAGES)
        self.assertIn(b"encrypted the texts of 201 messages", self.encrypt().out)
        self.assertEqual(self.leaks(), [])
        self.assertEqual(self.emotrack("export").out, before)
        self.check_database()

    def test_all_commands_go_on(self):
        self.fill(30)
        self.encrypt()
        first = self.words[0]
        self.assertEqual([entry["id"] for entry in self.history(first)], [1])
        (identity,) = self.write(self.text())
        self.emotrack("rate", str(identity), "wrong", "anger")
        self.emotrack("undo")
        self.emotrack("redo")
        self.assertEqual(len(self.history("wrong")), 1)
        self.emotrack("edit", str(identity), input=self.text())
        self.assertIn(self.words[-1].encode(), self.emotrack("show", str(identity)).out)
        self.emotrack("stats")
        self.emotrack("insights", "--svg", self.path("picture.svg"))
        self.emotrack("predict", input=self.text() + "\n")
        export = self.emotrack("export", "--format", "jsonl").out
        done = self.emotrack("import", "--format", "jsonl", "-", input=export)
        self.assertIn(b"imported 0 messages", done.out)
        line = {"created_at": "2026-01-01T00:00:00+00:00", "text": self.text()}
        self.emotrack("import", "--format", "jsonl", "-", input=json.dumps(line))
        self.assertEqual(len(self.history(self.words[-1])), 1)
        self.emotrack("forget", "2", "3")
        self.emotrack("check")
        self.assertEqual(self.leaks(), [])
        self.emotrack("forget", "--all", "--yes")
        self.assertEqual(self.history(), [])
        self.check_database()

    def test_decrypting(self):
        self.fill(20)
        before = self.emotrack("export").out
        self.encrypt()
        self.assertIn(b"--yes", self.emotrack("decrypt", code=2).err)
        self.emotrack("decrypt", "--yes")
        self.use(None)
        self.assertEqual(self.emotrack("export").out, before)
        self.assertIn(b"not encrypted", self.emotrack("decrypt", "--yes", code=1).err)
        self.assertIn(b"not encrypted", self.emotrack("passphrase", code=1).err)

    def test_what_was_learnt_need_not_be_learnt_again(self):
        self.fill()
        kept = "SELECT count(*) FROM layer"
        self.assertEqual(self.value(kept), 1)
        self.encrypt()
        self.assertEqual((self.value(kept), self.leaks()), (1, []))
        self.emotrack("passphrase", "--new-passphrase-file", self.path("other"))
        self.assertEqual(self.value(kept), 1)
        self.use("other")
        self.emotrack("check")
        self.emotrack("decrypt", "--yes")
        self.assertEqual(self.value(kept), 1)
        self.emotrack("check")

    def test_a_wrong_passphrase(self):
        self.fill(1)
        self.encrypt()
        for name, said in (("other", b"does not open"), ("nowhere", b"No such file"),
                           (None, b"terminal")):
            self.use(name)
            self.assertIn(said, self.emotrack("history", code=1 if name else 2).err)
        self.passphrase("empty", "")
        self.use("empty")
        self.assertIn(b"empty", self.emotrack("history", code=1).err)
        self.use("other")
        done = self.emotrack("--passphrase-file", self.path("right"), "history", "--json")
        self.assertEqual(len(done.objects), 2)

    def test_encrypting_twice(self):
        self.fill(1)
        self.encrypt()
        self.assertIn(b"encrypted already", self.emotrack("encrypt", code=1).err)

    def test_another_passphrase(self):
        self.fill(5)
        self.encrypt()
        salt = self.value("SELECT salt FROM vault")
        wrapped = self.value("SELECT wrapped FROM vault")
        self.assertIn(b"--new-passphrase-file", self.emotrack("passphrase", code=2).err)
        self.emotrack("passphrase", "--new-passphrase-file", self.path("other"))
        self.assertIn(b"does not open", self.emotrack("history", code=1).err)
        self.use("other")
        self.assertEqual(len(self.history()), 6)
        with open(self.database(), "rb") as file:
            bytes_ = file.read()
        self.assertNotIn(salt, bytes_)
        self.assertNotIn(wrapped, bytes_)

    def test_an_older_journal(self):
        os.makedirs(self.path("data", "emotrack"))
        connection = self.sql()
        connection.executescript(VERSION_2)
        connection.close()
        self.words = ["qqfirst", "qqsecond", "qqdraft"]
        self.assertEqual([entry["text"] for entry in self.history()],
                         ["qqsecond words", "qqfirst words"])
        self.encrypt()
        self.assertEqual(self.leaks(), [])
        self.assertEqual([entry["id"] for entry in self.history("words")], [7, 1])
        self.assertEqual(self.value("SELECT ratings FROM revision"), 1)
        self.emotrack("decrypt", "--yes")
        self.assertEqual(self.value("SELECT CAST(text AS TEXT) FROM draft"), "qqdraft half")
        self.check_database()

    def test_one_damaged_text_hides_no_other(self):
        texts = self.fill(3)
        self.encrypt()
        connection = self.sql()
        connection.execute("UPDATE message SET text = zeroblob(length(text)) WHERE id = 2")
        connection.commit()
        connection.close()
        shown = {entry["id"]: entry["text"] for entry in self.history()}
        self.assertEqual((shown[1], shown[3]), (texts[0], texts[2]))
        self.assertIn("damaged", shown[2])
        self.assertIn(b"message 2", self.emotrack("show", "2", code=1).err)
        file = self.path("export.csv")
        for done in (self.emotrack("export", code=1),
                     self.emotrack("export", "--output", file, code=1)):
            self.assertIn(b"exported: 3; left out, since their texts are damaged: 1", done.err)
            self.assertNotIn(b"damaged", done.out)
        with open(file, encoding="utf-8") as written:
            self.assertEqual([row["id"] for row in csv.DictReader(written)], ["1", "3", "4"])
        self.assertIn(b"text of message 2 is damaged", self.emotrack("check", code=1).out)
        self.assertIn(b"damaged", self.emotrack("decrypt", "--yes", code=1).err)
        self.emotrack("edit", "2", input=texts[1])
        self.emotrack("check")
        self.emotrack("decrypt", "--yes")
        self.assertEqual(self.leaks()[:1], [(self.words[0], self.database())])

    def test_a_full_disk(self):
        self.fill()
        before = self.emotrack("export").out
        size = os.stat(self.database()).st_size
        self.use("right")
        outcomes = set()
        for room in (size // 2, size, 2 * size, 3 * size):
            def limit(room=room):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            done = subprocess.run([PROGRAM, "encrypt"], env=self.env, preexec_fn=limit,
                                  capture_output=True, timeout=DEADLINE, check=False)
            said = done.stderr.decode()
            outcomes.add((done.returncode, "not yet overwritten" in said, "full" in said))
            self.assertEqual(self.value("SELECT count(*) FROM vault"), int(done.returncode == 0))
            self.assertEqual(self.emotrack("export").out, before)
            if done.returncode == 0:
                self.assertEqual(self.leaks(), [])
                self.emotrack("decrypt", "--yes")
        # Nothing done; done, with bytes that had to wait for room; done.
        self.assertEqual(outcomes, {(1, False, True), (0, True, True), (0, False, False)})

    def test_while_another_program_has_it_open(self):
        self.fill(1)
        with subprocess.Popen([PROGRAM, "write"], env=self.env, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as other:
            other.stdin.write(b"hello\n")
            other.stdin.flush()
            other.stdout.readline()
            self.use("right")
            self.assertIn(b"another program", self.emotrack("encrypt", code=1).err)
            other.stdin.close()
            self.assertEqual(other.wait(DEADLINE), 0)
        self.encrypt()


class BesideTest(EncryptionCase):
    """What stands in the data folder beside the journal."""

    def file(self, suffix):
        return self.path("data", "emotrack", "default" + suffix)

    def test_a_kept_journal_stands_in_the_way(self):
        self.fill(3)
        self.emotrack("backup", self.path("backup"))
        self.emotrack("restore", "--yes", self.path("backup"))
        self.assertTrue(os.path.exists(self.file(".kept")))
        self.use("right")
        self.assertIn(b"--force", self.emotrack("encrypt", code=1).err)
        self.emotrack("encrypt", "--force")
        self.assertFalse(os.path.exists(self.file(".kept")))
        self.assertEqual(self.leaks(), [])

    def test_an_encrypted_kept_journal_stays(self):
        self.fill(3)
        self.encrypt()
        self.emotrack("backup", self.path("backup"))
        self.emotrack("restore", "--yes", self.path("backup"))
        self.emotrack("decrypt", "--yes")
        self.emotrack("encrypt")
        self.assertTrue(os.path.exists(self.file(".kept")))
        self.assertEqual(self.leaks(), [])

    def test_what_was_cut_off_is_removed(self):
        self.fill(3)
        self.emotrack("backup", self.path("backup"))
        parts = [self.file(".backup.part"), self.file(".restore.part")]
        for encrypted in (False, True):
            for part in parts:
                with open(self.path("backup"), "rb") as file, open(part, "wb") as copy:
                    copy.write(file.read())
            if encrypted:
                self.write(self.text())
            else:
                self.encrypt()
            self.assertFalse(any(map(os.path.exists, parts)))
            self.assertEqual(self.leaks(), [])


class BackupTest(EncryptionCase):
    def test_it_stays_encrypted(self):
        self.fill(5)
        self.encrypt()
        self.emotrack("backup", self.path("plain"))
        self.use(None)
        self.emotrack("--passphrase-file", self.path("right"), "backup", self.path("sealed"),
                      "--passphrase-file", self.path("other"))
        self.use("right")
        for name in ("plain", "sealed"):
            with open(self.path(name), "rb") as file:
                bytes_ = file.read()
            self.assertFalse([word for word in self.words if word.encode() in bytes_])
        before = self.emotrack("export").out
        self.emotrack("profile", "new", "second")
        self.use(None)
        self.assertIn(b"terminal", self.emotrack("--profile", "second", "restore", "--yes",
                                                 self.path("plain"), code=2).err)
        self.use("right")
        self.emotrack("--profile", "second", "restore", "--yes", self.path("plain"))
        self.assertEqual(self.emotrack("--profile", "second", "export").out, before)
        self.emotrack("--profile", "second", "restore", "--yes", self.path("sealed"),
                      "--passphrase-file", self.path("other"))
        self.assertEqual(self.emotrack("--profile", "second", "export").out, before)
        self.assertEqual(self.leaks(), [])

    def test_into_a_journal_in_clear(self):
        self.fill(5)
        self.encrypt()
        self.emotrack("backup", self.path("backup"))
        before = self.emotrack("export").out
        self.emotrack("decrypt", "--yes")
        self.emotrack("forget", "1")
        done = self.emotrack("restore", "--yes", self.path("backup"))
        self.assertIn(b"not encrypted", done.out)
        self.assertEqual(self.emotrack("export").out, before)
        self.assertEqual({name for _, name in self.leaks()},
                         {self.path("data", "emotrack", "default.kept")})

    def test_one_in_clear_into_an_encrypted_journal(self):
        self.fill(5)
        self.emotrack("backup", self.path("backup"))
        before = self.emotrack("export").out
        self.encrypt()
        self.emotrack("forget", "1")
        self.emotrack("restore", "--yes", self.path("backup"))
        self.assertEqual(self.leaks(), [])
        self.assertEqual(self.emotrack("export").out, before)
        self.emotrack("check")

    def test_the_passphrase_of_now_stays(self):
        self.fill(2)
        self.encrypt()
        self.emotrack("backup", self.path("backup"))
        self.emotrack("passphrase", "--new-passphrase-file", self.path("other"))
        self.use("other")
        self.emotrack("restore", "--yes", self.path("backup"))
        self.assertEqual(len(self.history()), 3)


class KillTest(EncryptionCase):
    """kill -9 at any moment: the journal is in clear, whole, or encrypted, and then no word is
    left once it was opened again."""

    def kill_when(self, arguments, condition):
        """Whether it was killed before it had come to its end."""
        with subprocess.Popen([PROGRAM, *arguments], env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            deadline = time.monotonic() + DEADLINE
            while child.poll() is None and not condition():
                self.assertLess(time.monotonic(), deadline)
            child.send_signal(signal.SIGKILL)
            return child.wait() == -signal.SIGKILL

    def wal_size(self):
        try:
            return os.stat(self.database() + "-wal").st_size
        except FileNotFoundError:
            return 0

    def test_while_it_is_encrypted(self):
        texts = self.fill()
        before = self.emotrack("export").out
        killed = 0
        self.use("right")
        for size in (0, 20000, 60000, 120000):
            killed += self.kill_when(["encrypt"], lambda size=size: self.wal_size() > size)
            encrypted = self.value("SELECT count(*) FROM vault")
            self.assertEqual(self.emotrack("export").out, before)
            self.check_database()
            if encrypted:
                self.assertEqual(self.leaks(), [])
                self.emotrack("decrypt", "--yes")
            else:
                self.assertGreater(len(self.leaks()), len(texts))
        self.assertGreater(killed, 0)

    def test_while_it_is_written(self):
        self.fill(5)
        self.encrypt()
        for _ in range(ROUNDS):
            line = self.text()
            with subprocess.Popen(["yes", line], stdout=subprocess.PIPE) as source, \
                    subprocess.Popen([PROGRAM, "write"], env=self.env, stdin=source.stdout,
                                     stdout=subprocess.PIPE) as child:
                for _ in range(self.chance.randint(1, 60)):
                    child.stdout.readline()
                child.kill()
                source.kill()
                child.stdout.read()
            self.assertGreater(self.wal_size(), 0)
            self.assertEqual(self.leaks(), [])
            self.assertGreater(len(self.history(self.words[-1])), 0)
            self.check_database()


class AskingTest(EncryptionCase):
    """At a terminal."""

    def test_on_and_open(self):
        self.fill(1)
        terminal = Terminal(self, "encrypt")
        self.assertIn(b"are lost", terminal.expect(b"New passphrase: "))
        terminal.send(b"secret one\n")
        terminal.expect(b"The same again: ")
        terminal.send(b"secret one\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 0)
        self.assertNotIn(b"secret one", seen)
        terminal = Terminal(self, "history")
        terminal.expect(b"Passphrase of the journal 'default': ")
        terminal.send(b"wrong\n")
        terminal.expect(b"That is not it. Passphrase of the journal 'default': ")
        terminal.send(b"secret one\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 0)
        self.assertIn(self.words[0][:6].encode(), seen)

    def test_two_that_differ(self):
        self.fill(1)
        terminal = Terminal(self, "encrypt")
        terminal.expect(b"New passphrase: ")
        terminal.send(b"one\n")
        terminal.expect(b"The same again: ")
        terminal.send(b"two\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 1)
        self.assertIn(b"not the same", seen)
        self.assertEqual(len(self.history()), 2)

    def test_three_tries(self):
        self.fill(1)
        self.encrypt()
        self.use(None)
        terminal = Terminal(self, "history")
        for _ in range(3):
            terminal.expect(b"Passphrase of the journal 'default': ")
            terminal.send(b"wrong\n")
        code, seen = terminal.finish()
        self.assertEqual(code, 1)
        self.assertIn(b"does not open", seen)

    def test_interrupted(self):
        self.fill(1)
        self.encrypt()
        self.use(None)
        terminal = Terminal(self, "history")
        terminal.expect(b"Passphrase of the journal 'default': ")
        terminal.send(b"\x03")
        code, seen = terminal.finish()
        self.assertEqual(code, 1)
        self.assertIn(b"interrupted", seen)

    def test_a_signal_afterwards_ends_the_command(self):
        self.fill(1)
        self.encrypt()
        self.use(None)
        terminal = Terminal(self, "write")
        terminal.expect(b"Passphrase of the journal 'default': ")
        terminal.send(b"q7w3 horse battery\n")
        terminal.expect(b"> ")
        os.kill(terminal.pid, signal.SIGTERM)
        deadline = time.monotonic() + DEADLINE
        while not os.waitpid(terminal.pid, os.WNOHANG)[0]:
            self.assertLess(time.monotonic(), deadline)
        terminal.pid = 0

    def open_screen(self):
        """The terminal program, once its screen is there."""
        self.use(None)
        terminal = Terminal(self, env={"TERM": "xterm-256color"})
        before = terminal.expect(b"Passphrase of the journal 'default': ")
        self.assertNotIn(b"\x1b[", before)
        terminal.send(b"q7w3 horse battery\n")
        terminal.expect(b"\x1b[?1049h")
        return terminal

    def test_the_screen_opens_after_it(self):
        self.fill(1)
        self.encrypt()
        terminal = self.open_screen()
        terminal.send(b"\x04")
        self.assertEqual(terminal.finish()[0], 0)

    def test_a_draft_outlives_the_program(self):
        self.write(self.text())
        self.encrypt()
        terminal = self.open_screen()
        word = self.word()
        terminal.send(word.encode())
        deadline = time.monotonic() + DEADLINE
        while self.value("SELECT coalesce(max(length(text)), 0) FROM draft") < 24 + len(word) + 16:
            self.assertLess(time.monotonic(), deadline)
        os.kill(terminal.pid, signal.SIGKILL)
        self.assertEqual(terminal.finish()[0], -signal.SIGKILL)
        self.assertEqual(self.leaks(), [])
        terminal = self.open_screen()
        terminal.expect(word.encode())
        terminal.send(b"\x04")
        self.assertEqual(terminal.finish()[0], 0)


if __name__ == "__main__":
    unittest.main()
