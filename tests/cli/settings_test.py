"""The settings: the configuration file, `emotrack config`, and which of them counts."""

import fcntl
import os
import stat
from concurrent.futures import ThreadPoolExecutor

from harness import Case, without_privilege

DEFAULTS = {"colour": "auto", "symbols": "auto", "mouse": "off", "week-start": "monday",
            "paste": "one", "profile": "default"}


class SettingsTest(Case):
    def setUp(self):
        super().setUp()
        self.config = self.path(".config", "emotrack", "config")

    def make(self, text):
        os.makedirs(os.path.dirname(self.config), exist_ok=True)
        with open(self.config, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def read(self):
        with open(self.config, encoding="utf-8") as file:
            return file.read()

    def values(self, *arguments, **environment):
        done = self.emotrack("config", "--json", *arguments, env=environment)
        return {name: told["value"] for name, told in done.objects[0].items()}

    def told(self, *arguments, **options):
        return self.emotrack(*arguments, **options).err.decode()

    # ---- showing ----

    def test_defaults(self):
        self.assertEqual(self.values(), DEFAULTS)
        self.assertEqual(self.emotrack("config", "path").lines, [self.config])
        self.assertFalse(os.path.exists(self.config))

    def test_where_the_file_is(self):
        there = self.path("elsewhere", "emotrack", "config")
        for folder, path in ((self.path("elsewhere"), there), ("relative", self.config),
                             ("", self.config)):
            done = self.emotrack("config", "path", env={"XDG_CONFIG_HOME": folder})
            self.assertEqual(done.lines, [path])

    def test_what_is_shown_is_a_file(self):
        self.make("# mine\nweek-start = saturday\n")
        shown = self.emotrack("config", "--mouse", "on", env={"EMOTRACK_PASTE": "ask"}).out
        self.assertIn(b"week-start = saturday         # line 2 of the file\n", shown)
        self.assertIn(b"mouse = on                    # the command line\n", shown)
        self.assertIn(b"paste = ask                   # $EMOTRACK_PASTE\n", shown)
        self.assertIn(b"colour = auto                 # default\n", shown)
        self.make(shown)
        self.assertEqual(self.values(), {**DEFAULTS, "week-start": "saturday", "mouse": "on",
                                         "paste": "ask"})
        self.assertEqual(self.told("config"), "")

    def test_json_says_where_from(self):
        self.make("\ncolour = none\n")
        told = self.emotrack("config", "--json", "--symbols=ascii",
                             env={"EMOTRACK_MOUSE": "on"}).objects[0]
        self.assertEqual(told["colour"], {"value": "none", "from": "file", "line": 2})
        self.assertEqual(told["symbols"], {"value": "ascii", "from": "command line"})
        self.assertEqual(told["mouse"], {"value": "on", "from": "environment",
                                         "variable": "EMOTRACK_MOUSE"})
        self.assertEqual(told["paste"], {"value": "one", "from": "default"})
        only = self.emotrack("config", "get", "colour", "--json").objects
        self.assertEqual(only, [{"colour": told["colour"]}])

    def test_get(self):
        self.make("paste = lines\n")
        self.assertEqual(self.emotrack("config", "get", "paste").out, b"lines\n")
        self.assertEqual(self.emotrack("config", "get", "paste", "--paste", "ask").out, b"ask\n")

    def test_no_color(self):
        self.make("colour = high-contrast\n")
        for arguments, environment, colour in (
                ([], {}, "high-contrast"), ([], {"NO_COLOR": ""}, "high-contrast"),
                ([], {"NO_COLOR": "1"}, "none"),
                ([], {"NO_COLOR": "1", "EMOTRACK_COLOUR": "auto"}, "auto"),
                (["--no-color"], {"EMOTRACK_COLOUR": "auto"}, "none"),
                (["--no-color", "--colour", "auto"], {}, "auto")):
            self.assertEqual(self.values(*arguments, **environment)["colour"], colour)

    # ---- changing ----

    def test_set_and_unset(self):
        shown = self.emotrack("config", "set", "week-start", "sunday").out
        self.assertEqual(shown, b"week-start = sunday           # line 1 of the file\n")
        self.assertEqual(self.read(), "week-start = sunday\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.config).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.config)).st_mode), 0o700)
        self.emotrack("config", "set", "week-start", "saturday")
        self.emotrack("config", "set", "mouse", "on")
        self.assertEqual(self.read(), "week-start = saturday\nmouse = on\n")
        shown = self.emotrack("config", "unset", "week-start").out
        self.assertEqual(shown, b"week-start = monday           # default\n")
        self.assertEqual(self.read(), "mouse = on\n")

    def test_everything_else_in_the_file_stays(self):
        self.make("# head\r\n\n  colour=auto\t# why\nfuture = 1\n; no comment\nmouse = rat\nend")
        self.emotrack("config", "set", "colour", "none")
        self.emotrack("config", "set", "mouse", "on")
        self.emotrack("config", "set", "paste", "ask")
        self.assertEqual(self.read(), "# head\n\n  colour= none\t# why\nfuture = 1\n; no comment\n"
                                      "mouse = on\nend\npaste = ask\n")
        with open(self.config, "rb") as file:
            self.assertTrue(file.read().startswith(b"# head\r\n"))

    def test_a_link_stays_a_link(self):
        self.make("")
        os.rename(self.config, self.path("dotfiles"))
        os.symlink(self.path("dotfiles"), self.config)
        os.chmod(self.path("dotfiles"), 0o644)
        self.emotrack("config", "set", "mouse", "on")
        self.assertTrue(os.path.islink(self.config))
        self.assertEqual(self.read(), "mouse = on\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("dotfiles")).st_mode), 0o644)

    def test_what_counts_before_the_file_is_told(self):
        done = self.emotrack("config", "set", "colour", "auto", env={"NO_COLOR": "1"})
        self.assertEqual(self.read(), "colour = auto\n")
        self.assertEqual(done.err.decode(),
                         "emotrack: 'colour' is 'none' all the same while $NO_COLOR says so\n")
        self.assertEqual(done.out, b"colour = none                 # $NO_COLOR\n")

    def test_what_cannot_be_set(self):
        for arguments, code, said in [
                (["set", "color", "none"], 2, "did you mean 'colour'?"),
                (["set", "colour", "blue"], 1, "takes one of auto|none|high-contrast"),
                (["set", "colour", ""], 1, "'' is no value"),
                (["set", "profile", "gone"], 1, "no profile 'gone'"),
                (["set", "profile", "../x"], 1, "cannot be a profile's name"),
                (["set", "colour"], 2, "a setting's name and a value"),
                (["unset"], 2, "a setting's name"), (["get", "colour", "x"], 2, "a setting's name"),
                (["path", "x"], 2, "nothing more"), (["list"], 2, "get|set|unset|path"),
                (["gte"], 2, "did you mean 'get'?"), (["set", "a", "b", "c"], 2, "too much")]:
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.told("config", *arguments, code=code))
        self.assertFalse(os.path.exists(self.config))

    # ---- the profile ----

    def test_the_profile_of_the_file(self):
        self.emotrack("profile", "new", "alex")
        self.emotrack("config", "set", "profile", "alex")
        self.write("alex writes")
        self.assertEqual([m["text"] for m in self.history()], ["alex writes"])
        self.assertEqual(self.history("--profile", "default"), [])
        self.emotrack("check")
        env = {"EMOTRACK_PROFILE": "default"}
        self.assertEqual(self.emotrack("history", "--json", env=env).objects, [])
        self.assertEqual(len(self.emotrack("history", "--json", "--profile", "alex",
                                           env=env).objects), 1)

    def test_a_profile_that_is_gone_is_told(self):
        self.make("profile = gone\n")
        done = self.emotrack("history", "--json")
        self.assertEqual(done.objects, [])
        self.assertTrue(done.err.decode().startswith(
            "emotrack: config: line 1: there is no profile 'gone'; "), done.err)
        self.told("history", "--profile", "missing", code=1)

    def test_the_file_follows_its_profile(self):
        self.emotrack("profile", "new", "alex")
        self.make("# mine\nprofile = alex # me\nmouse = on\n")
        self.emotrack("profile", "rename", "alex", "sam")
        self.assertEqual(self.read(), "# mine\nprofile = sam # me\nmouse = on\n")
        self.emotrack("profile", "new", "other")
        self.emotrack("profile", "rename", "other", "another")
        self.emotrack("profile", "delete", "another", "--yes")
        self.assertEqual(self.emotrack("config", "get", "profile").out, b"sam\n")
        self.emotrack("profile", "delete", "sam", "--yes")
        self.assertEqual(self.read(), "# mine\nmouse = on\n")
        self.assertEqual(self.told("history"), "")

    # ---- what is not understood ----

    def test_unknown_names_and_values_are_told_with_their_line(self):
        self.make("\n# mine\ncolor = none\nmouse = cat\nfoo\npaste = ask\n")
        done = self.emotrack("history")
        self.assertEqual(done.err.decode(),
                         "emotrack: config: line 3: 'color' is not a setting; "
                         "did you mean 'colour'?\n"
                         "emotrack: config: line 4: 'cat' is no value for 'mouse', which takes one "
                         "of off|on\n"
                         "emotrack: config: line 5: 'foo' sets nothing; write NAME = VALUE\n")
        self.assertEqual(self.values(), {**DEFAULTS, "paste": "ask"})

    def test_many_lines_that_are_not_understood(self):
        self.make("".join(f"foo{i} = x\n" for i in range(100)))
        told = self.told("config").splitlines()
        self.assertEqual(len(told), 5)
        self.assertEqual(told[-1], "emotrack: config: 96 more lines are not understood")

    def test_one_more_line_that_is_not_understood(self):
        self.make("foo = x\n" * 5)
        self.assertEqual(self.told("config").splitlines()[-1],
                         "emotrack: config: 1 more line is not understood")

    def test_programs_that_change_it_at_once(self):
        changes = {"mouse": "on", "paste": "ask", "week-start": "sunday", "symbols": "ascii"}
        with ThreadPoolExecutor() as pool:
            for _ in range(5):
                self.make("# mine\n")
                list(pool.map(lambda change: self.emotrack("config", "set", *change),
                              changes.items()))
                self.assertEqual(self.values(), {**DEFAULTS, **changes})

    def test_a_program_that_never_ends_its_change(self):
        self.make("# mine\n")
        folder = os.open(os.path.dirname(self.config), os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.assertIn("another program is changing the configuration file",
                      self.told("config", "set", "mouse", "on", code=1))
        self.assertEqual(self.read(), "# mine\n")

    def test_what_is_told_cannot_attack_the_terminal(self):
        self.make("\x1b[31mred = \u202e\n")
        err = self.emotrack("config").err
        self.assertNotIn(b"\x1b", err)
        self.assertNotIn("\u202e".encode(), err)

    def test_variables_that_are_not_understood(self):
        self.assertEqual(self.told("config", env={"EMOTRACK_SYMBOLS": "emoji"}),
                         "emotrack: $EMOTRACK_SYMBOLS: 'emoji' is no value for 'symbols', which "
                         "takes one of auto|ascii\n")

    # ---- a file that is none ----

    def hostile(self, said, **popen):
        """Everything works with the defaults, the reason is told once, and nothing is changed."""
        done = self.emotrack("config", "--json", **popen)
        self.assertEqual({name: told["value"] for name, told in done.objects[0].items()}, DEFAULTS)
        self.assertRegex(done.err.decode(),
                         rf"\Aemotrack: config: .*{said}.*; the defaults hold\n\Z")
        self.emotrack("write", input="it works\n", **popen)
        self.assertIn(said.replace("\\", ""),
                      self.told("config", "set", "mouse", "on", code=1, **popen))

    def test_not_text(self):
        for content in (b"mouse = on\n\xff\xfe\n", b"mouse = on\n\0"):
            self.make(content)
            self.hostile("is not text in UTF-8")
            with open(self.config, "rb") as file:
                self.assertEqual(file.read(), content)

    def test_huge(self):
        self.make(b"mouse = on\n" + b"#" * 10 * 1024 * 1024)
        self.hostile("is larger than the 65536 bytes")
        self.assertGreater(os.path.getsize(self.config), 10 * 1024 * 1024)

    def test_a_folder(self):
        os.makedirs(self.config)
        self.hostile("is a folder")

    def test_a_pipe(self):
        os.makedirs(os.path.dirname(self.config))
        os.mkfifo(self.config)
        self.hostile("is not a regular file")

    def test_a_link_to_nothing(self):
        os.makedirs(os.path.dirname(self.config))
        os.symlink("nowhere", self.config)
        self.hostile("is a link that leads nowhere")
        self.assertEqual(os.readlink(self.config), "nowhere")

    def test_unreadable(self):
        self.make("mouse = on\n")
        os.chmod(self.config, 0)
        self.hostile("Permission denied", preexec_fn=without_privilege)
        os.chmod(self.config, 0o600)
        self.assertEqual(self.read(), "mouse = on\n")

    def test_a_folder_that_may_not_be_written(self):
        self.make("mouse = on\n")
        os.chmod(os.path.dirname(self.config), 0o500)
        self.assertIn("Permission denied", self.told("config", "set", "paste", "ask", code=1,
                                                     preexec_fn=without_privilege))
        self.assertEqual(self.read(), "mouse = on\n")
        os.chmod(os.path.dirname(self.config), 0o700)
