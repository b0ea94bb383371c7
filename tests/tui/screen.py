"""One program on a terminal of its own: tmux on a private socket, read by polling."""

import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from suite import wait  # noqa: E402


SETTLING = 5  # looks at most until a screen counts as drawn


class Screen:
    def __init__(self, command, environment, columns=80, rows=24):
        self.folder = tempfile.mkdtemp(prefix="emotrack-tmux-")
        self.socket = os.path.join(self.folder, "socket")
        exports = " ".join(f"{k}={shlex.quote(v)}" for k, v in environment.items())
        # The pane outlives the program, so that what it left behind can be read. The exit code has
        # a line of its own: a shell that tells of a killed program leaves little of the line, and
        # the terminal as raw as it was.
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"env {exports} {command}; printf '\\r\\nexit code %d\\r\\n' $?; exec cat")

    def tmux(self, *arguments, text=True):
        environment = {k: v for k, v in os.environ.items() if k != "TMUX"}
        environment.setdefault("LANG", "C.UTF-8")
        return subprocess.run(["tmux", "-u", "-S", self.socket, "-f", "/dev/null", *arguments],
                              env=environment, check=True, capture_output=True, text=text).stdout

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def send(self, data):
        """Bytes as they are."""
        self.tmux("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def key(self, *names):
        self.tmux("send-keys", *names)

    def paste(self, text):
        path = os.path.join(self.folder, "pasted")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.tmux("load-buffer", "-b", "pasted", path)
        self.tmux("paste-buffer", "-p", "-r", "-b", "pasted")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def text(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def pid(self, name):
        """The process of this name that runs in the pane."""
        def find():
            pane = self.tmux("display-message", "-p", "#{pane_pid}").strip()
            seen = [pane]
            while seen:
                children = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", ",".join(seen)],
                                          capture_output=True, text=True).stdout.split("\n")
                seen = []
                for line in filter(None, children):
                    pid, command = line.split(None, 1)
                    if command == name:
                        return int(pid)
                    seen.append(pid)
            return None
        return wait(find, f"no process {name} in the pane")

    def expect(self, pattern):
        """Waits until the screen matches; returns the match."""
        def look():
            self.last = self.text()
            return re.search(pattern, self.last, re.M)
        self.last = ""
        try:
            found = wait(look, pattern)
            self.settle()
            return found
        except AssertionError:
            raise AssertionError(f"{pattern!r} did not come; the screen:\n{self.last}") from None

    def settle(self):
        """Lets a frame that is being drawn come to its end, its cursor too: twice the same is
        enough, and what goes on changing is not waited for."""
        before = None
        for _ in range(SETTLING):
            now = self.tmux("capture-pane", "-p", ";", "display-message", "-p",
                            "#{cursor_x},#{cursor_y}")
            if now == before:
                return
            before = now

    def expect_words(self, pattern):
        """The same, whatever line breaks stand between the words."""
        return self.expect(pattern.replace(" ", r"\s+"))

    def expect_not(self, pattern):
        """Waits until the screen no longer matches."""
        def look():
            self.last = self.text()
            return not re.search(pattern, self.last, re.M)
        try:
            wait(look, pattern)
        except AssertionError:
            raise AssertionError(f"{pattern!r} stays; the screen:\n{self.last}") from None

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)
        for name in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, name))
        os.rmdir(self.folder)
