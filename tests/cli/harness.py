"""A test's own data folder, the program run in it, and a terminal to run it on."""

import csv
import ctypes
import glob
import io
import json
import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ["EMOTRACK_PROGRAM"]
LAB = os.environ["EMOTRACK_LAB"]
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODEL = os.path.join(ROOT, "assets", "emotions.model")
DEADLINE = 120  # seconds after which something hangs

TEXT_MAX = 64 * 1024


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self):
        return self.out.decode().splitlines()

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.decode().split("\n") if line]


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="emotrack-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("XDG_", "EMOTRACK_")) and name not in
                    ("VISUAL", "EDITOR", "NO_COLOR")}
        self.env.update(HOME=self.folder, XDG_DATA_HOME=self.path("data"), TMPDIR=self.path("tmp"),
                        TZ="UTC", LC_ALL="C.UTF-8")
        os.mkdir(self.path("tmp"))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def database(self, profile="default"):
        return self.path("data", "emotrack", profile + ".db")

    def emotrack(self, *arguments, input=b"", code=0, env=None, **popen):
        """Runs the program and checks its exit code; a failure must say why in one sentence."""
        if isinstance(input, str):
            input = input.encode()
        done = subprocess.run([PROGRAM, *arguments], input=input, capture_output=True,
                              env={**self.env, **(env or {})}, timeout=DEADLINE, check=False,
                              **popen)
        result = Result(done.returncode, done.stdout, done.stderr)
        self.assertEqual(result.code, code, result.err.decode(errors="replace"))
        if code in (1, 2):
            self.assertRegex(result.err.decode(), r"\Aemotrack: \S.{10,}")
        return result

    def write(self, *texts):
        """Saves messages; their ids."""
        done = self.emotrack("write", input="".join(text + "\n" for text in texts))
        return [int(line.split("\t")[0]) for line in done.lines]

    def history(self, *arguments):
        return self.emotrack("history", "--json", *arguments).objects

    def labels(self):
        return list(self.emotrack("predict", "--json", "--no-personal", "x").objects[0]
                    ["probabilities"])

    def other_label(self, guess):
        return next(label for label in self.labels() if label != guess)

    def check_database(self, profile="default"):
        connection = sqlite3.connect(self.database(profile))
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()

    def files_with(self, word):
        """The files under the data folder that contain the word in any case."""
        names = glob.glob(self.path("data", "**"), recursive=True)
        names += glob.glob(self.path("tmp", "**"), recursive=True)
        found = []
        for name in filter(os.path.isfile, names):
            with open(name, "rb") as file:
                if word.lower().encode() in file.read().lower():
                    found.append(name)
        return found


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def without_privilege():
    """For preexec_fn: root no longer passes over the permissions of files."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if os.geteuid() == 0 and libc.prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "cannot drop a capability")


class Terminal:
    """The program on a pseudo-terminal."""

    def __init__(self, case, *arguments, env=None):
        self.seen = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(PROGRAM, [PROGRAM, *arguments], {**case.env, **(env or {})})
        case.addCleanup(self.close)

    def expect(self, wanted):
        """Waits until `wanted` has been printed; what came before it."""
        deadline = time.monotonic() + DEADLINE
        while wanted not in self.seen:
            ready, _, _ = select.select([self.descriptor], [], [], deadline - time.monotonic())
            if not ready or not self.read():
                raise AssertionError(f"waited for {wanted!r} and saw {self.seen!r}")
        before, self.seen = self.seen.split(wanted, 1)
        return before

    def read(self):
        try:
            block = os.read(self.descriptor, 65536)
        except OSError:  # the other side is closed
            block = b""
        self.seen += block
        return block

    def send(self, text):
        os.write(self.descriptor, text)

    def finish(self):
        """The exit code, and all that was printed and not yet expected."""
        while self.read():
            pass
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status), self.seen

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.descriptor)
