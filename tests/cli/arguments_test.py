"""The command line: parsing, help, version, the man page, the completions."""

import shutil
import subprocess
import unittest

from harness import PROGRAM, LAB, Case

COMMANDS = ["predict", "write", "history", "rate", "undo", "redo", "export", "import", "show",
            "edit", "forget", "stats", "insights", "backup", "restore", "check", "encrypt",
            "decrypt", "passphrase", "profile", "erase", "config", "join", "leave", "sync",
            "uploads", "help"]


class ArgumentsTest(Case):
    def test_help_names_every_command(self):
        out = self.emotrack("--help").out.decode()
        for command in COMMANDS:
            self.assertRegex(out, rf"(?m)^  {command} ")
        self.assertEqual(out, self.emotrack("help").out.decode())

    def test_help_of_each_command(self):
        for command in COMMANDS:
            out = self.emotrack(command, "--help").out
            self.assertTrue(out.startswith(f"Usage: emotrack {command}".encode()))
            self.assertEqual(out, self.emotrack("help", command).out)
            self.assertEqual(out, self.emotrack("--help", command).out)
            self.assertLessEqual(max(map(len, out.decode().splitlines())), 90)

    def test_version(self):
        self.assertRegex(self.emotrack("--version").out.decode(), r"\Aemotrack \d+\.\d+\.\d+\n\Z")

    def test_usage_errors(self):
        for arguments, said in [
            (["predct"], "did you mean 'predict'"),
            (["frobnicate"], "no command 'frobnicate'"),
            (["help", "frobnicate"], "no command 'frobnicate'"),
            (["predict", "--jsn"], "did you mean '--json'"),
            (["stats", "--frobnicate"], "no option '--frobnicate'"),
            (["predict", "-_-"], "put '--' before"),
            (["stats", "-j"], "no option '-j'"),
            (["--json", "predict"], "behind its command"),
            (["predict", "--json=yes"], "takes no value"),
            (["history", "--limit"], "--limit N"),
            (["history", "--limit", "0"], "not '0'"),
            (["history", "--limit", "-3"], "not '-3'"),
            (["history", "--limit", "99999999999999999999"], "--limit"),
            (["export", "--format", "xml"], "csv|jsonl"),
            (["undo", "3"], "'3' is too much"),
            (["rate", "3"], "needs ID right|wrong"),
            (["rate", "3", "maybe"], "not 'maybe'"),
            (["rate", "3", "wrong", "joy", "x"], "'x' is too much"),
            (["rate", "three", "right"], "'three'"),
            (["show", "0"], "'0'"),
            (["show", "-1"], "'-1'"),
            (["show", "1x"], "'1x'"),
            (["show", ""], "''"),
            (["show", "99999999999999999999"], "99999999999999999999"),
            (["forget"], "--all"),
            (["forget", "--all", "1"], "none beside it"),
            (["forget", "--all"], "--yes"),
            (["decrypt"], "--yes"),
            (["profile"], "list|new|delete|rename"),
            (["profile", "lst"], "did you mean 'list'"),
            (["profile", "list", "x"], "takes no name"),
            (["profile", "new"], "takes one name"),
            (["profile", "rename", "x"], "two names"),
            (["profile", "delete", "x"], "--yes"),
        ]:
            with self.subTest(arguments=arguments):
                done = self.emotrack(*arguments, code=2)
                self.assertIn(said, done.err.decode())
                self.assertIn("--help'", done.err.decode())
                self.assertEqual(done.out, b"")

    def test_an_error_cannot_attack_the_terminal(self):
        err = self.emotrack("\x1b[31mred\u202e", code=2).err
        self.assertNotIn(b"\x1b", err)
        self.assertNotIn("\u202e".encode(), err)

    def test_global_options_before_and_behind(self):
        self.emotrack("profile", "new", "alex")
        self.emotrack("--profile", "alex", "write", input="before\n")
        self.emotrack("write", "--profile=alex", "--no-color", input="behind\n")
        texts = [entry["text"] for entry in self.history("--profile", "alex")]
        self.assertEqual(texts, ["behind", "before"])
        self.assertEqual(self.history(), [])

    def test_two_dashes_end_the_options(self):
        out = self.emotrack("predict", "--", "--json").out
        self.assertTrue(out.endswith(b"\t--json\n"))

    def test_man_page(self):
        for program in (PROGRAM, LAB):
            page = subprocess.run([program, "--generate", "man"], capture_output=True,
                                  check=True).stdout
            self.assertTrue(page.startswith(b".TH EMOTRACK"))
            if shutil.which("groff"):
                done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page,
                                      capture_output=True, check=True)
                self.assertEqual(done.stderr, b"")
        page = self.emotrack("--generate", "format").out
        self.assertTrue(page.startswith(b".TH EMOTRACK-CONFIG 5 "))
        page = self.emotrack("--generate", "man").out.decode()
        for command in COMMANDS:
            self.assertIn(f'.SS "emotrack {command}', page)

    def completion(self, shell, *syntax):
        if not shutil.which(shell):
            raise unittest.SkipTest(f"{shell} is not installed")
        for program in (PROGRAM, LAB):
            script = self.path("completion." + shell)
            with open(script, "wb") as file:
                subprocess.run([program, "--generate", shell], stdout=file, check=True)
            subprocess.run([*syntax, script], check=True)
        self.emotrack("--generate", shell)

    def test_the_man_page_tells_the_keys_of_each_screen(self):
        page = self.emotrack("--generate", "man").out.decode()
        keys = page[page.index("\n.SH KEYS\n"):]
        keys = keys[:keys.index("\n.SH ", 1)]
        for group, key in (("Write: In the text", "Alt\\-Enter  ^J"),
                           ("History: In the list", "Space"), ("On every screen", "?  F1")):
            part = keys[keys.index(f'.SS "{group}"'):]
            self.assertIn(f"\\fB{key}\\fR", part[:part.find(".SS", 1)])
        for screen in ("Insights", "Sync", "Settings"):
            self.assertIn(f'.SS "{screen}', keys)

    def test_zsh_completion(self):
        self.completion("zsh", "zsh", "-n")

    def test_fish_completion(self):
        self.completion("fish", "fish", "-n")

    def test_bash_completion(self):
        self.completion("bash", "bash", "-n")
        self.emotrack("profile", "new", "work")
        with open(self.path("script"), "wb") as file:
            file.write(self.emotrack("--generate", "bash").out)
            file.write(b'emotrack() { "$PROGRAM" "$@"; }\n'
                       b'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _emotrack 2>/dev/null\n'
                       b'echo "${COMPREPLY[*]}"\n')
        with open(self.path("two words.csv"), "wb"):
            pass
        for words, offers in [
            ([""], " ".join(COMMANDS)),
            (["--mod"], "--model"),
            (["--profile", "w"], "work"),
            (["--profile", "work", "ra"], "rate"),
            (["export", "--format", ""], "csv jsonl"),
            (["export", "--format", "csv", "--o"], "--output"),
            (["export", "--output", self.path("two")], self.path("two words.csv")),
            (["rate", "1", "w"], "wrong"),
            (["profile", "de"], "delete"),
            (["profile", "delete", ""], "work"),
            (["config", "u"], "unset"),
            (["config", "set", "we"], "week-start"),
            (["--colour", "h"], "high-contrast"),
            (["show", ""], ""),
        ]:
            with self.subTest(words=words):
                done = subprocess.run(["bash", self.path("script"), "emotrack", *words],
                                      env={**self.env, "PROGRAM": PROGRAM}, capture_output=True,
                                      check=True)
                self.assertEqual(done.stdout.decode().strip(), offers)
