"""Deleting a profile, and everything: what goes, what is said of it, what is refused."""

import os
import sqlite3

from harness import Case, Terminal, without_privilege

SECRET = "Zanzibarium"


class EraseCase(Case):
    def files(self):
        """Everything below the home, as paths from there."""
        return sorted(os.path.relpath(os.path.join(folder, name), self.folder)
                      for folder, _, names in os.walk(self.folder) for name in names)

    def data(self, *names):
        return self.path("data", "emotrack", *names)

    def make(self, profile):
        self.emotrack("profile", "new", profile)
        self.emotrack("--profile", profile, "write", input=f"{SECRET} {profile}\nanother\n")
        self.emotrack("--profile", profile, "rate", "2", "wrong", "fear")

    def leave(self, name, text=SECRET):
        with open(self.data(name), "w", encoding="utf-8") as file:
            file.write(text)

    def spend(self, profile, *states):
        """Contributions to a server, as a sync would have noted them."""
        connection = sqlite3.connect(self.database(profile))
        with connection:
            for number, state in enumerate(states, 1):
                connection.execute(
                    "INSERT INTO contribution (url, key, round, model_version, mode, noise,"
                    " votes_max, votes, length, digest, created, state, finished, upto,"
                    " revision) VALUES ('https://example.org', zeroblob(32), ?, 1, 'trusted',"
                    " 1.0, 12, 3, 100, zeroblob(32), 1, ?, 2, 1, 1)", (number, state))
        connection.close()

    def busy(self, profile):
        """Another program that has the journal open."""
        terminal = Terminal(self, "--profile", profile, "write")
        terminal.expect(b"> ")
        return terminal


class ProfileDeleteTest(EraseCase):
    def test_nothing_of_it_is_left(self):
        self.make("work")
        for name in ("work.model", "work.model.beside", "work.model.part", "work.backup.part",
                     "work.restore.part-wal", "work.db.4711.new", "work.db.4711.new-wal",
                     "work.model.Ab3dEf", "work.kept", "work.sync"):
            self.leave(name)
        said = self.emotrack("profile", "delete", "work", "--yes").out.decode()
        self.assertEqual(self.files(), [])
        self.assertIn("  2 messages, 1 rating\n", said)
        self.assertRegex(said, r"(?m)^  work\.db, \d+\.\d KB, overwritten$")
        self.assertRegex(said, r"(?m)^  work\.model, 11 bytes$")
        self.assertRegex(said, r"(?m)^  work\.kept, 11 bytes, overwritten$")
        self.assertIn("exports, backups", said)
        self.assertNotIn("contribution", said)

    def test_what_another_profile_owns_stays(self):
        for name in ("work", "work.2", "work.db", "work.model", "wor", "work.db-wal"):
            self.make(name)
        others = [name for name in self.files() if os.path.basename(name) != "work.db"]
        self.emotrack("profile", "delete", "work", "--yes")
        self.assertEqual(self.files(), others)
        self.assertEqual(self.emotrack("profile", "list").lines,
                         ["wor", "work.2", "work.db", "work.db-wal", "work.model"])

    def test_a_deletion_that_was_cut_off_goes_on(self):
        self.make("work")
        os.unlink(self.database("work"))
        self.leave("work.kept")
        self.emotrack("profile", "delete", "work", "--yes")
        self.assertEqual(self.files(), [])
        self.emotrack("profile", "delete", "work", "--yes", code=1)

    def test_a_damaged_journal(self):
        self.make("work")
        with open(self.database("work"), "r+b") as file:
            file.write(b"no database any more")
        said = self.emotrack("profile", "delete", "work", "--yes").out.decode()
        self.assertIn("could not be counted", said)
        self.assertEqual(self.files(), [])

    def test_what_was_sent_is_said(self):
        self.make("work")
        self.spend("work", 1, 1, 3)
        terminal = Terminal(self, "profile", "delete", "work")
        said = terminal.expect(b"[y/N] ")
        self.assertIn(b"Deleting the profile 'work' deletes:", said)
        self.assertIn(b"3 contributions that went to https://example.org: votes", said)
        terminal.send(b"n\n")
        self.assertEqual(terminal.finish()[0], 0)
        self.assertEqual(self.emotrack("profile", "list").lines, ["work"])
        said = self.emotrack("profile", "delete", "work", "--yes").out.decode()
        self.assertIn("The count of your contributions (3) is gone too", said)

    def test_refused_while_another_program_has_it_open(self):
        self.make("work")
        self.leave("work.kept")
        terminal = self.busy("work")
        before = [name for name in self.files()]
        for arguments in (("profile", "delete", "work", "--yes"), ("erase", "--yes")):
            refused = self.emotrack(*arguments, code=1)
            self.assertIn(b"another program has", refused.err)
            self.assertEqual(refused.out, b"")
        self.assertEqual(self.files(), before)
        terminal.send(b"still saved\ns\n\x04")
        terminal.expect(b"> ")
        self.assertEqual(terminal.finish()[0], 0)
        self.assertEqual(len(self.history("--profile", "work")), 3)
        self.emotrack("profile", "delete", "work", "--yes")
        self.assertEqual(self.files(), [])

    def test_a_folder_that_cannot_be_written(self):
        self.make("work")
        os.chmod(self.data(), 0o500)
        self.addCleanup(os.chmod, self.data(), 0o700)
        self.emotrack("profile", "delete", "work", "--yes", code=1,
                      preexec_fn=without_privilege)


class EraseTest(EraseCase):
    def setUp(self):
        super().setUp()
        self.env["XDG_CONFIG_HOME"] = self.path("config")
        os.makedirs(self.path("config", "emotrack"))
        with open(self.path("config", "emotrack", "config"), "w", encoding="utf-8") as file:
            file.write("mouse = on\n")
        self.make("work")
        self.write(SECRET)

    def test_asks_for_the_word(self):
        self.emotrack("erase", code=2)
        before = self.files()
        for answer in (b"y\n", b"yes\n", b"Erase\n", b"erase it\n", b"\n", b"\x04"):
            terminal = Terminal(self, "erase")
            said = terminal.expect(b"as it is: ")
            self.assertIn(b"3 messages, 1 rating", said)
            terminal.send(answer)
            code, said = terminal.finish()
            self.assertEqual(code, 0)
            self.assertIn(b"nothing was deleted", said)
            self.assertEqual(self.files(), before)
        terminal = Terminal(self, "erase")
        terminal.expect(b"as it is: ")
        terminal.send(b"erase\n")
        self.assertEqual(terminal.finish()[0], 0)
        self.assertEqual(self.files(), [])

    def test_nothing_is_left(self):
        self.leave("left.model")
        self.leave("something else")
        said = self.emotrack("erase", "--yes").out.decode()
        for name in ("default.db", "work.db", "left.model", "something else", "config/emotrack"):
            self.assertIn(name, said)
        self.assertEqual(self.files(), [])
        self.assertFalse(os.path.exists(self.data()))
        self.assertFalse(os.path.exists(self.path("config", "emotrack")))
        self.emotrack("erase", "--yes", code=1)
        self.assertEqual(self.files(), [])
        self.write("a fresh start")
        self.assertEqual(len(self.history()), 1)

    def test_one_in_use_keeps_all(self):
        terminal = self.busy("work")
        before = self.emotrack("profile", "list").lines
        self.emotrack("erase", "--yes", code=1)
        self.assertEqual(self.emotrack("profile", "list").lines, before)
        self.assertEqual(len(self.history()), 1)
        terminal.send(b"\x04")
        self.assertEqual(terminal.finish()[0], 0)
