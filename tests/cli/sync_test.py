"""Syncing as far as it needs no server; what needs one is in tests/federation."""

import os
import shutil
import sqlite3

import harness


class Unjoined(harness.Case):
    def test_nothing_to_sync_with(self):
        self.write("one", "two")
        for command in (["sync"], ["sync", "--now"], ["sync", "--dry-run"], ["sync", "--json"],
                        ["sync", "--show"], ["sync", "--use-model"], ["leave", "--yes"]):
            done = self.emotrack(*command, code=1)
            self.assertIn(b"no server is joined", done.err, command)
            self.assertEqual(done.out, b"", command)
        self.assertEqual(os.listdir(self.path("data", "emotrack")), ["default.db"])

    def test_no_uploads(self):
        self.assertEqual(self.emotrack("uploads").lines, ["Nothing was ever sent."])
        self.assertEqual(self.emotrack("uploads", "--json").out, b"")
        self.assertFalse(os.path.exists(self.database()))

    def test_command_lines_that_are_not_understood(self):
        for command, words in (
                (["join"], "URL"),
                (["join", "https://a.example", "https://b.example"], "too much"),
                (["join", "https://a.example"], "--key"),
                (["join", "https://a.example", "--yes"], "--key"),
                (["join", "https://a.example", "--keys", "12"], "--key"),
                (["leave", "it"], "too much"),
                (["sync", "now"], "too much"),
                (["sync", "--output", "x"], "--show"),
                (["sync", "--show", "--now"], "--now"),
                (["sync", "--show", "--dry-run"], "--dry-run"),
                (["sync", "--show", "--json"], "--json"),
                (["sync", "--show", "--use-model"], "--use-model"),
                (["uploads", "all"], "too much")):
            done = self.emotrack(*command, code=2)
            self.assertIn(words, done.err.decode(), command)
        self.assertFalse(os.path.exists(self.database()))

    def test_leaving_asks(self):
        self.assertIn(b"--yes", self.emotrack("leave", code=2).err)
        terminal = harness.Terminal(self, "leave")
        code, seen = terminal.finish()
        self.assertEqual(code, 1, seen)

    def plant_membership(self):
        """A server that was joined, as far as the table goes."""
        self.write("one")
        connection = sqlite3.connect(self.database())
        connection.execute(
            "INSERT INTO membership (id, url, key, pins, envelope, sequence, joined, contacted,"
            " retry_at, tries) VALUES (1, 'https://a.example', zeroblob(32), '{}', '{}', 1, 1, 1,"
            " 0, 0)")
        connection.commit()
        connection.close()

    def test_a_damaged_membership_is_told_and_can_be_left(self):
        self.plant_membership()
        self.assertRegex(self.emotrack("sync", "--now", code=1).err, rb"not valid")
        self.emotrack("leave", "--yes")
        self.assertIn(b"no server is joined", self.emotrack("sync", code=1).err)


class Addresses(harness.Case):
    def test_what_is_no_address(self):
        for url in ("", "a.example", "http://a.example", "ftp://a.example", "https://",
                    "https://user@a.example", "https://a.example/?q", "https://a.example/#f",
                    "https://a.example:99999", "https://a b.example", "https://a.example\n"):
            done = self.emotrack("join", url, "--key", "12", code=1)
            self.assertNotIn(b"terminal", done.err, url)

    def test_a_server_that_is_not_there(self):
        done = self.emotrack("join", "https://127.0.0.1:1", "--key", "12", code=1)
        self.assertIn(b"https://127.0.0.1:1", done.err)
        self.assertFalse(self.emotrack("uploads", "--json").out)

    def test_a_certificate_that_is_none(self):
        path = self.path("ca.pem")
        self.assertIn(path.encode(), self.emotrack("join", "https://127.0.0.1:1", "--key", "12",
                                                   "--ca", path, code=1).err)
        with open(path, "w", encoding="utf-8") as file:
            file.write("not a certificate\n")
        self.assertIn(b"PEM", self.emotrack("join", "https://127.0.0.1:1", "--key", "12", "--ca",
                                            path, code=1).err)

    def test_nothing_is_joined_without_a_key_on_a_terminal_either(self):
        terminal = harness.Terminal(self, "join", "https://127.0.0.1:1")
        code, seen = terminal.finish()
        self.assertEqual(code, 1, seen)


class Models(harness.Case):
    def model(self, *arguments):
        return self.emotrack("predict", "--json", "hello", *arguments).objects[0]["model"]

    def own_model(self, profile="default"):
        return self.path("data", "emotrack", profile + ".model")

    def make_other_model(self):
        """Another model than the shipped one, in the place of a fetched one."""
        self.write("one")
        corpus = self.path("corpus.tsv")
        with open(corpus, "w", encoding="utf-8") as file:
            for i in range(300):
                file.write(["good day\tjoy\n", "bad day\tanger\n", "grey day\tsadness\n"][i % 3])
        harness.subprocess.run([harness.LAB, "train", "--data", corpus, "--output",
                                self.own_model()], check=True, capture_output=True)

    def test_the_profiles_own_model_is_used(self):
        shipped = self.model()
        self.make_other_model()
        other = self.model()
        self.assertNotEqual(other, shipped)
        self.assertEqual(self.model("--no-personal"), other)
        self.assertEqual(self.model("--model", harness.MODEL), shipped)
        self.assertEqual(self.emotrack("predict", "--json", "x", env={
            "EMOTRACK_MODEL": harness.MODEL}).objects[0]["model"], shipped)
        self.write("two")
        self.assertEqual(self.history()[0]["model"], other)
        self.emotrack("profile", "new", "ann")
        self.assertEqual(self.model("--profile", "ann"), shipped)

    def test_a_damaged_model_is_told_and_passed_over(self):
        shipped = self.model()
        self.make_other_model()
        for content in (b"", b"not a model", None):
            if content is None:
                shutil.copy(harness.MODEL, self.own_model())
                with open(self.own_model(), "r+b") as file:
                    file.seek(100000)
                    file.write(b"damage")
            else:
                with open(self.own_model(), "wb") as file:
                    file.write(content)
            done = self.emotrack("predict", "--json", "hello")
            self.assertEqual(done.objects[0]["model"], shipped)
            self.assertIn(b"default.model", done.err)

    def test_deleting_and_renaming_take_the_model_along(self):
        self.make_other_model()
        other = self.model()
        for name in ("default.model.part", "default.model.beside", "default.sync"):
            with open(self.path("data", "emotrack", name), "wb") as file:
                file.write(b"x")
        self.emotrack("profile", "rename", "default", "ann")
        self.assertEqual(self.model("--profile", "ann"), other)
        self.assertEqual(sorted(os.listdir(self.path("data", "emotrack"))),
                         ["ann.db", "ann.model", "ann.model.beside", "ann.model.part"])
        self.emotrack("profile", "delete", "ann", "--yes")
        self.assertEqual(os.listdir(self.path("data", "emotrack")), [])

    def test_predict_does_not_load_the_network(self):
        done = self.emotrack("predict", "hello", env={"LD_DEBUG": "files"})
        self.assertNotIn(b"libcurl", done.err)


class Ledger(harness.Case):
    """The log outlives whatever is deleted."""

    def plant(self):
        self.write("one", "two")
        self.emotrack("rate", "1", "wrong", self.other_label(self.history()[1]["guess"]))
        connection = sqlite3.connect(self.database())
        connection.execute(
            "INSERT INTO contribution (url, key, round, model_version, mode, noise, votes_max,"
            " votes, length, digest, created, state, finished, answer, upto, revision) VALUES"
            " ('https://a.example', zeroblob(32), 7, 3, 'trusted', 4.0, 64, 12, 320,"
            " zeroblob(32), 1790000000000, 3, 1790000000500, 'no thanks', 1, 1)")
        connection.commit()
        connection.close()

    def test_an_upload_is_told(self):
        self.plant()
        upload = self.emotrack("uploads", "--json").objects[0]
        self.assertEqual(upload, {
            "number": 1, "created_at": "2026-09-21T14:13:20.000+00:00",
            "finished_at": "2026-09-21T14:13:20.500+00:00", "url": "https://a.example",
            "mode": "trusted", "round": 7, "state": "refused", "votes": 12, "votes_max": 64,
            "noise": 4, "model": 3, "bytes": 320, "sha256": "00" * 32, "answer": "no thanks"})
        line = self.emotrack("uploads").lines[0]
        for word in ("refused", "round 7", "12 votes", "320 bytes", "https://a.example",
                     "no thanks"):
            self.assertIn(word, line)

    def test_nothing_shortens_it(self):
        self.plant()
        self.emotrack("forget", "--all", "--yes")
        self.emotrack("profile", "rename", "default", "ann")
        self.assertEqual(len(self.emotrack("uploads", "--json", "--profile", "ann").objects), 1)
