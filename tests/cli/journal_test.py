"""What is written, rated, changed and deleted from the command line."""

import json
import os
import sqlite3
import stat

from harness import TEXT_MAX, Case, Terminal


class WriteTest(Case):
    def test_a_line_is_a_message(self):
        done = self.emotrack("write", input="I love it\n\n \t \nso sad\r\nlast")
        for line, identity in zip(done.lines, (1, 2, 3)):
            self.assertRegex(line, rf"\A{identity}\t[^\t]+\t[01]\.\d{{4}}\Z")
        self.assertEqual(len(done.lines), 3)
        self.assertEqual([entry["text"] for entry in self.history()],
                         ["last", "so sad", "I love it"])

    def test_without_a_command_lines_are_saved_too(self):
        self.assertTrue(self.emotrack(input="hello\n").out.startswith(b"1\t"))
        self.emotrack(input="again\n", env={"TERM": "no-such-terminal"})
        self.assertEqual(len(self.history()), 2)

    def test_acknowledged_is_saved(self):
        done = self.emotrack("write", input="guess\n")
        label, probability = done.lines[0].split("\t")[1:]
        entry = self.history()[0]
        self.assertEqual(entry["guess"] or "can't tell", label)
        self.assertEqual("%.4f" % entry["probability"], probability)

    def test_bytes_that_are_no_text(self):
        self.emotrack("write", input=b"a\xffb\x00c\n")
        self.assertEqual(self.history()[0]["text"], "a\ufffdb\ufffdc")

    def test_a_too_long_line_is_named_and_the_rest_goes_on(self):
        done = self.emotrack("write", input=b"a\n" + b"x" * 10_000_000 + b"\nb\n", code=1)
        self.assertIn("line 2 ", done.err.decode())
        self.assertEqual([entry["text"] for entry in self.history()], ["b", "a"])
        self.emotrack("write", input=b"y" * TEXT_MAX)

    def test_files_are_private(self):
        self.write("secret")
        self.assertEqual(stat.S_IMODE(os.stat(self.database()).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.database())).st_mode), 0o700)


class WriteOnTerminalTest(Case):
    def test_the_whole_conversation(self):
        terminal = Terminal(self, "write", "--plain")
        terminal.expect(b"Message: ")
        terminal.send(b"I love this so much\n")
        terminal.expect(b"joy ")
        said = terminal.expect(b"undo the last rating: ")
        self.assertIn(b"Towards it: ", said)
        self.assertNotIn(b"+", said)
        terminal.send(b"what?\n")
        terminal.expect(b"Answer y")
        terminal.send(b"y\n")
        terminal.expect(b"message 1: joy, right")
        terminal.expect(b"Message: ")
        terminal.send(b"I am so angry at you\n")
        terminal.expect(b"undo the last rating: ")
        terminal.send(b"n\n")
        self.assertIn(b"1 anger\r\n2 disgust\r\n", terminal.expect(b"? "))
        terminal.send(b"nothing of the sort\n")
        terminal.expect(b"none of them")
        terminal.send(b"fea\n")
        terminal.expect(b"message 2: anger, you said fear")
        terminal.expect(b"Message: ")
        terminal.send(b"what a horrible disgusting smell\n")
        terminal.expect(b"undo the last rating: ")
        terminal.send(b"u\n")
        terminal.expect(b"message 2: anger, not rated")
        terminal.send(b"n joy\n")
        terminal.expect(b"you said joy")
        terminal.expect(b"Message: ")
        terminal.send(b"qwxzv\n")
        terminal.expect(b"I can't tell")
        terminal.expect(b"What is it? An emotion")
        terminal.expect(b"rating: ")
        terminal.send(b"y\n")
        terminal.expect(b"rating: ")
        terminal.send(b"sadness\n")
        terminal.expect(b"message 4: can't tell, you said sadness")
        terminal.expect(b"Message: ")
        terminal.send(b"\x04")
        code, _ = terminal.finish()
        self.assertEqual(code, 0)
        self.assertEqual([(entry["rating"], entry["label"]) for entry in reversed(self.history())],
                         [("right", None), (None, None), ("wrong", "joy"), ("wrong", "sadness")])

    def test_a_line_that_the_terminal_cuts_is_told(self):
        for length in (4094, 4095, 6000):
            terminal = Terminal(self, "write")
            terminal.expect(b"> ")
            for start in range(0, length, 1000):
                block = b"x" * min(1000, length - start)
                terminal.send(block)
                terminal.expect(block)
            terminal.send(b"\n")
            before = terminal.expect(b"undo the last rating: ").decode()
            self.assertEqual("hands on 4095 bytes" in before, length >= 4095)
            self.assertEqual("emotrack edit" in before, length >= 4095)
            terminal.send(b"\n")
            terminal.expect(b"> ")
            terminal.send(b"\x04")
            self.assertEqual(terminal.finish()[0], 0)
            self.assertEqual(len(self.history()[0]["text"]), min(length, 4095))

    def test_leaving_in_the_middle_keeps_the_message(self):
        for answers in ([], [b"n\n"]):
            terminal = Terminal(self, "write")
            terminal.expect(b"> ")
            terminal.send(b"I love this\n")
            terminal.expect(b"undo the last rating: ")
            for answer in answers:
                terminal.send(answer)
                terminal.expect(b"? ")
            terminal.send(b"\x04")
            self.assertEqual(terminal.finish()[0], 0)
        self.assertEqual([entry["rating"] for entry in self.history()], [None, None])

    def test_no_terminal_type_falls_back_to_lines(self):
        for kind in ("", "dumb", "no-such-terminal"):
            terminal = Terminal(self, env={"TERM": kind})
            terminal.expect(b"Message: ")
            terminal.send(b"\x04")
            code, seen = terminal.finish()
            self.assertEqual(code, 0)
            self.assertNotIn(b"\x1b", seen)


class HistoryTest(Case):
    def test_newest_first_and_limited(self):
        self.write("one", "two", "three")
        self.assertEqual([entry["text"] for entry in self.history("--limit", "2")],
                         ["three", "two"])

    def test_columns(self):
        self.write("I love this so much")
        self.emotrack("rate", "1", "right")
        self.assertRegex(self.emotrack("history").out.decode(),
                         r"\A +1  \d{4}-\d\d-\d\d \d\d:\d\d  joy +\d+%  right +"
                         r"I love this so much\n\Z")

    def test_history_in_sentences(self):
        self.write("I love this\nso much \x1b[31m\u202e", "zorblax qwxyz")
        self.emotrack("rate", "1", "wrong", "fear")
        lines = self.emotrack("history", "--plain").out.decode().splitlines()
        self.assertEqual(len(lines), len(self.history()))
        when = r"[A-Z][a-z]+day [0-9]{2} [A-Z][a-z]+ [0-9]{4}, [0-9]{2}:[0-9]{2}"
        self.assertRegex(lines[0], rf"^Message [0-9]+, {when}\. Guess: can't tell, not rated\. "
                                   "Text: zorblax qwxyz$")
        self.assertRegex(lines[-1], rf"^Message 1, {when}\. Guess: [a-z]+ [0-9]+ percent, "
                                    "you said fear\\. Text: I love this")
        self.assertNotRegex("".join(lines), "[\x1b\u202e]")

    def test_filters(self):
        self.write("I love this so much", "I am so angry at you", "qwxzv")
        self.emotrack("rate", "1", "right")
        self.emotrack("rate", "2", "wrong", "fear")
        for words, identities in [
            ([], [3, 2, 1]), (["rated"], [2, 1]), (["not:rated"], [3]), (["wrong"], [2]),
            (["emotion:joy"], [1]), (["emotion:none"], [3]), (["you:fear"], [2]),
            (["LOVE", "much"], [1]), (["so"], [2, 1]), (["rated", "angry"], [2]),
            (["after:2020"], [3, 2, 1]), (["before:2020"], []), (["after:today"], [3, 2, 1]),
            (['"so angry"'], [2]), (["nothing-like-it"], []),
        ]:
            with self.subTest(words=words):
                self.assertEqual([entry["id"] for entry in self.history(*words)], identities)

    def test_filters_that_make_no_sense(self):
        self.write("x")
        for word in ("emotion:hangry", "you:hangry", "after:someday", "before:2026-13",
                     "after:2026-02-30", "not:there", "right wrong", "wrong right",
                     "not:rated right", "x" * 5000):
            with self.subTest(word=word[:20]):
                done = self.emotrack("history", word, code=1)
                self.assertEqual(done.out, b"")

    def test_text_cannot_attack_the_terminal(self):
        self.write("\x1b[2Jx\u202ey\u0085z")
        out = self.emotrack("history").out.decode()
        self.assertTrue(out.endswith("\ufffd[2Jxy\ufffdz\n"))
        self.assertNotIn("\x1b", self.emotrack("show", "1").out.decode())

    def test_lines_fit_the_terminal(self):
        self.write("wide " * 100)
        _, seen = Terminal(self, "history").finish()
        rows = seen.decode().splitlines()
        self.assertEqual(len(rows), 2)
        self.assertTrue(rows[1].endswith("~"))
        self.assertLessEqual(len(rows[1]), 80)

    def test_nothing_yet(self):
        self.assertEqual(self.emotrack("history").out, b"")
        self.assertFalse(os.path.exists(self.path("data")))


class RateTest(Case):
    def test_says_what_happened(self):
        self.write("I am so angry at you")
        for arguments, said in [
            (["rate", "1", "wrong", "fear"], "message 1: anger, you said fear\n"),
            (["rate", "1", "wrong"], "message 1: anger, wrong\n"),
            (["rate", "1", "right"], "message 1: anger, right\n"),
            (["undo"], "message 1: anger, wrong\n"),
            (["undo"], "message 1: anger, you said fear\n"),
            (["redo"], "message 1: anger, wrong\n"),
            (["undo"], "message 1: anger, you said fear\n"),
            (["undo"], "message 1: anger, not rated\n"),
        ]:
            self.assertEqual(self.emotrack(*arguments).out.decode(), said)
        self.emotrack("undo", code=1)

    def test_what_cannot_be(self):
        self.write("I am so angry at you", "qwxzv")
        self.emotrack("redo", code=1)
        self.emotrack("rate", "77", "right", code=1)
        done = self.emotrack("rate", "1", "wrong", "hangry", code=1)
        for label in self.labels():
            self.assertIn(label, done.err.decode())
        self.emotrack("rate", "2", "right", code=1)
        self.emotrack("rate", "2", "wrong", "fear")
        self.assertIsNone(self.history()[1]["rating"])

    def test_undo_is_exact_to_the_last_bit(self):
        texts = ["sick beat", "that gig was sick, totally sick", "I am so angry", "frobnitz gig"]
        def guesses():
            return self.emotrack("predict", "--json", *texts).out
        states = [guesses()]
        for _ in range(3):
            identity = self.write("that gig was sick, totally sick")[0]
            self.emotrack("rate", str(identity), "wrong", "joy")
            states.append(guesses())
        self.assertEqual(len(set(states)), 4)
        def joy(state):
            return json.loads(state.split(b"\n")[0])["probabilities"]["joy"]
        self.assertGreater(joy(states[3]), joy(states[0]))
        for state in reversed(states[:-1]):
            self.emotrack("undo")
            self.assertEqual(guesses(), state)
        for state in states[1:]:
            self.emotrack("redo")
            self.assertEqual(guesses(), state)

    def test_forgetting_unteaches(self):
        before = self.emotrack("predict", "--json", "gig").out
        identity = self.write("that gig was sick")[0]
        self.emotrack("rate", str(identity), "wrong", self.other_label(self.history()[0]["guess"]))
        self.assertNotEqual(self.emotrack("predict", "--json", "gig").out, before)
        self.emotrack("forget", str(identity))
        self.assertEqual(self.emotrack("predict", "--json", "gig").out, before)


class ShowTest(Case):
    def test_all_that_is_known(self):
        self.write("I love this so much")
        self.emotrack("edit", "1", input="I love this\nso much")
        self.emotrack("rate", "1", "wrong", "anger")
        out = self.emotrack("show", "1").out.decode()
        for part in ("Message 1, ", "I love this\nso much\n", "Guess then  joy",
                     "You said    anger", "Guess now ", "love", "(before any word)",
                     "1 rating of yours"):
            self.assertIn(part, out)
        self.emotrack("show", "2", code=1)

    def test_a_model_that_is_not_known_is_not_told(self):
        row = {"created_at": "2026-11-21T10:00:00Z", "text": "hello", "guess": "joy",
               "probability": 0.82}
        self.emotrack("import", "--format", "jsonl", "-", input=json.dumps(row) + "\n")
        self.assertIn("Guess then  joy 82%\nYou said",
                      self.emotrack("show", "1").out.decode())


class EditTest(Case):
    def test_from_standard_input(self):
        self.write("I love this so much")
        out = self.emotrack("edit", "1", input="I am so angry\nat you\n").out.decode()
        self.assertEqual(out, "message 1: anger, not rated\n")
        self.assertEqual(self.history()[0]["text"], "I am so angry\nat you")

    def test_what_was_said_stays_true(self):
        self.write("I love this so much")
        self.emotrack("rate", "1", "wrong", "anger")
        done = self.emotrack("edit", "1", input="I am so angry")
        self.assertEqual(done.out, b"message 1: anger, right\n")

    def test_the_same_or_nothing_changes_nothing(self):
        self.write("keep me")
        self.assertIn("as it was", self.emotrack("edit", "1", input="keep me\n").out.decode())
        for text in ("", "\n", "  \n"):
            self.emotrack("edit", "1", input=text, code=1)
        self.emotrack("edit", "1", input="x" * (TEXT_MAX + 1), code=1)
        self.emotrack("edit", "1", input="x" * 5_000_000, code=1)
        self.emotrack("edit", "7", input="x", code=1)
        self.assertEqual(self.history()[0]["text"], "keep me")

    def edit_on_terminal(self, script):
        with open(self.path("editor"), "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(self.path("editor"), 0o700)
        code, seen = Terminal(self, "edit", "1", env={
            "EDITOR": self.path("editor") + " --flag", "VISUAL": "",
            "XDG_RUNTIME_DIR": self.path("tmp"), "LOOKED": self.path("looked")}).finish()
        self.assertEqual(os.listdir(self.path("tmp")), [])
        return code, seen.decode()

    def test_in_an_editor(self):
        self.write("I love this so much")
        code, seen = self.edit_on_terminal(
            'ls -ld "$(dirname "$2")" "$2" >"$LOOKED"; [ "$1" = --flag ] || exit 9\n'
            'cp "$2" "$2~"; echo "I am so angry at you" >"$2"\n')
        self.assertEqual((code, seen), (0, "message 1: anger, not rated\r\n"))
        with open(self.path("looked"), encoding="utf-8") as file:
            modes = [line[:10] for line in file]
        self.assertEqual(modes, ["drwx------", "-rw-------"])

    def test_an_editor_that_does_nothing_or_fails(self):
        self.write("keep me")
        self.assertEqual(self.edit_on_terminal("exit 0\n")[0], 0)
        for script in ("echo broken >\"$2\"; exit 1\n", "kill -9 $$\n", ": >\"$2\"\n",
                       "rm \"$2\"\n"):
            self.assertEqual(self.edit_on_terminal(script)[0], 1)
        self.assertEqual(self.history()[0]["text"], "keep me")


class ForgetTest(Case):
    def test_the_bytes_are_gone(self):
        words = ["Zanzibarium", "quokkaville", "xylofonist"]
        self.write(*[f"{word} was here {word.upper()}" for word in words], "bystander stays")
        for identity in ("1", "2", "3"):
            self.emotrack("rate", identity, "wrong", "joy")
        self.emotrack("edit", "3", input="otherwise xylofonist, later glockenspielen\n")
        self.emotrack("edit", "3", input="quite another\n")
        self.assertEqual(self.files_with("glockenspiel"), [])
        self.assertEqual(self.files_with("xylofon"), [])
        self.assertNotEqual(self.files_with("zanzibar"), [])
        self.assertEqual(self.emotrack("forget", "2", "1", "1", "3").out, b"forgot 3 messages\n")
        for word in (*words, "another"):
            self.assertEqual(self.files_with(word), [])
        self.assertEqual([entry["text"] for entry in self.history()], ["bystander stays"])
        self.check_database()

    def test_bytes_that_must_wait_are_told(self):
        self.write("Zanzibarium one", "quokkaville two", "xylofonist three", "four")
        reader = sqlite3.connect(self.database(), isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM message").fetchall()
        for arguments, said in [
            (["edit", "1"], "message 1: "),
            (["forget", "2", "3"], "forgot 2 messages; the bytes are still on the disk\n"),
            (["forget", "--all", "--yes"], "forgot 2 messages; the bytes are still on the disk\n"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.emotrack(*arguments, input="changed")
                self.assertTrue(done.out.decode().startswith(said), done.out)
                self.assertIn("not yet overwritten", done.err.decode())
                self.assertIn("tries again", done.err.decode())
        self.assertNotEqual(self.files_with("quokkaville"), [])
        reader.close()
        done = self.emotrack("forget", "--all", "--yes")
        self.assertEqual((done.out, done.err), (b"forgot 0 messages\n", b""))
        for word in ("Zanzibarium", "quokkaville", "xylofonist"):
            self.assertEqual(self.files_with(word), [])

    def test_all_or_none(self):
        self.write("a", "b")
        self.assertIn("7", self.emotrack("forget", "1", "7", code=1).err.decode())
        self.assertEqual(len(self.history()), 2)
        self.assertEqual(self.emotrack("forget", "--all", "--yes").out, b"forgot 2 messages\n")
        self.assertEqual(self.history(), [])
        self.assertEqual(self.emotrack("forget", "--all", "--yes").out, b"forgot 0 messages\n")

    def test_numbers_are_not_used_twice(self):
        self.write("a", "b")
        self.emotrack("forget", "2")
        self.assertEqual(self.write("c"), [3])

    def test_a_terminal_is_asked(self):
        self.write("a", "b", "c")
        for arguments, answer, left in [(["1"], b"n\n", 3), (["1"], b"\n", 3), (["1"], b"\x04", 3),
                                        (["1"], b"y\n", 2), (["--all"], b"no\n", 2),
                                        (["--all"], b"Yes\n", 0)]:
            terminal = Terminal(self, "forget", *arguments)
            terminal.expect(b"[y/N] ")
            terminal.send(answer)
            self.assertEqual(terminal.finish()[0], 0)
            self.assertEqual(len(self.history()), left)
        self.write("d")
        self.assertEqual(Terminal(self, "forget", "--yes", "4").finish()[0], 0)
        self.assertEqual(Terminal(self, "forget", "9").finish()[0], 1)
        self.assertEqual(self.history(), [])


class UnknownTest(Case):
    def test_says_where_the_numbers_are(self):
        self.write("one")
        for command in (["show", "77"], ["rate", "77", "right"], ["edit", "77"], ["forget", "77"],
                        ["forget", "1", "77"]):
            with self.subTest(command=command):
                said = self.emotrack(*command, input="x", code=1).err.decode()
                self.assertIn("no message 77", said)
                self.assertIn("`emotrack history` lists", said)
        self.assertEqual(len(self.history()), 1)


class StatsTest(Case):
    def test_counts(self):
        self.assertIn("no messages yet", self.emotrack("stats").out.decode())
        self.assertLessEqual(
            {"messages": 0, "rated": 0, "right": 0, "accuracy": None, "months": []}.items(),
            self.emotrack("stats", "--json").objects[0].items())
        self.write(*["I am so angry at you"] * 20)
        for identity in range(1, 20):
            self.emotrack("rate", str(identity), "right")
        self.assertNotIn("%", self.emotrack("stats", "--source", "you").out.decode())
        self.emotrack("rate", "20", "wrong")
        self.assertIn(" 95%", self.emotrack("stats").out.decode())
        stats = self.emotrack("stats", "--json").objects[0]
        self.assertEqual((stats["messages"], stats["rated"], stats["right"]), (20, 20, 19))
        self.assertAlmostEqual(stats["accuracy"], 0.95)
        self.assertEqual(stats["months"][0]["messages"], 20)
        self.assertRegex(stats["months"][0]["month"], r"\A\d{4}-\d\d\Z")


class ProfileTest(Case):
    def names(self):
        return self.emotrack("profile", "list").lines

    def test_each_is_a_journal_of_its_own(self):
        self.emotrack("profile", "new", "work")
        self.emotrack("profile", "new", "work", code=1)
        self.emotrack("--profile", "work", "write", input="secret of work\n")
        self.write("at home")
        self.assertEqual(self.names(), ["default", "work"])
        self.assertEqual([entry["text"] for entry in self.history()], ["at home"])
        self.assertEqual([entry["text"] for entry in
                          self.emotrack("history", "--json", env={"EMOTRACK_PROFILE": "work"})
                          .objects], ["secret of work"])

    def test_rename_and_delete(self):
        self.emotrack("profile", "new", "work")
        self.emotrack("--profile", "work", "write", input="Zanzibarium\n")
        self.emotrack("profile", "rename", "work", "office")
        self.emotrack("profile", "rename", "work", "office", code=1)
        self.write("x")
        self.emotrack("profile", "rename", "office", "default", code=1)
        self.assertEqual(len(self.history("--profile", "office")), 1)
        self.emotrack("profile", "delete", "office", "--yes")
        self.assertEqual(self.files_with("Zanzibarium"), [])
        self.assertEqual(self.names(), ["default"])
        self.emotrack("profile", "delete", "office", "--yes", code=1)

    def test_a_terminal_is_asked(self):
        self.emotrack("profile", "new", "work")
        for answer, left in ((b"n\n", ["work"]), (b"y\n", [])):
            terminal = Terminal(self, "profile", "delete", "work")
            terminal.expect(b"[y/N] ")
            terminal.send(answer)
            self.assertEqual(terminal.finish()[0], 0)
            self.assertEqual(self.names(), left)
        self.assertEqual(Terminal(self, "profile", "delete", "work").finish()[0], 1)

    def test_unknown_and_impossible_names(self):
        for name in ("nobody", "../evil", "a/b", "", ".hidden", "-x", "x" * 65, "a b", "\u00fc",
                     "\x1b[31m"):
            for command in (["history"], ["write"], ["stats"], ["predict", "x"]):
                self.emotrack("--profile=" + name, *command, input="x\n", code=1)
            if name != "nobody":
                self.emotrack("profile", "new", "--", name, code=1)
        self.assertEqual(self.names(), [])
