"""A user in front of the terminal UI, for the tests of every screen."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from screen import Screen
from suite import wait

PROGRAM = os.path.abspath(sys.argv[1])
LAB = PROGRAM + "-lab"


class User:
    """A user with a home of their own, in front of one screen at a time."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="h-")
        self.environment = {"XDG_DATA_HOME": self.home, "LANG": "C.UTF-8", "TERM": "screen",
                            "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
                            "HOME": self.home}
        self.screen = None

    def start(self, arguments="", columns=80, rows=24, **environment):
        self.leave()
        self.screen = Screen(f"{PROGRAM} {arguments}", {**self.environment, **environment},
                             columns, rows)
        return self.screen

    def open(self, arguments="", **environment):
        """The program, ready for keys: what is typed before is the shell's."""
        screen = self.start(arguments, **environment)
        screen.expect(r"\[1 Write\]")
        return screen

    def shell(self, columns=80, rows=24):
        self.leave()
        self.screen = Screen("sh -i", {**self.environment, "PS1": "ready> ", "ENV": ""},
                             columns, rows)
        self.screen.expect("^ready>")
        return self.screen

    def run(self, *arguments, input=None):
        """The command line, beside the screen."""
        return subprocess.run([PROGRAM, *arguments], input=input, capture_output=True, text=True,
                              check=True, env={**os.environ, **self.environment}).stdout

    def history(self):
        return [json.loads(line) for line in self.run("history", "--json").splitlines()]

    def wait_for_history(self, condition):
        return wait(lambda: condition(self.history()), "the history did not become as expected")

    def leave(self):
        if self.screen:
            self.screen.close()
            self.screen = None

    def close(self):
        self.leave()
        shutil.rmtree(self.home, ignore_errors=True)  # the program may still be ending


def write_only(screen, text):
    """Writes a message and stays where it is rated."""
    screen.type(text)
    screen.expect(re.escape(text[-20:]))
    screen.key("Enter")
    screen.expect("Saved on this device")


def write(screen, text):
    """Writes a message and skips its rating."""
    write_only(screen, text)
    screen.type("s")
    screen.expect("Enter save")
