"""The terminal UI on a large journal: how long a user waits for it, and what it holds in memory.

Three views of the same program: from inside (tests/bench/screens.c, the time from a key to the
drawn frame), on a bare pseudo-terminal (from the start of the process, or the key's byte, to the
bytes on the terminal), and in tmux (until a second program sees it on the screen, that program's
own time included)."""

import os
import pty
import select
import shutil
import statistics
import struct
import subprocess
import sys
import termios
import time
import fcntl

MESSAGES, RATINGS = 100_000, 20_000
WANTED = {"start to first frame": 100, "keystroke in Write": 5,
          "keystroke in Write, 2,000 characters": 5, "Insights, year view": 200}
DEADLINE = 30  # seconds for what is waited for


def ask(bench, *arguments, **options):
    return subprocess.run([bench.emotrack, *arguments], env=bench.env, check=True,
                          capture_output=True, **options).stdout


def journal(bench):
    """Makes up the journal and imports it; its path as JSON Lines."""
    path = os.path.join(bench.work, "journal.jsonl")
    maker = [sys.executable, os.path.join(os.path.dirname(__file__), "journal.py"),
             "--messages", str(MESSAGES), "--ratings", str(RATINGS)]
    texts = os.path.join(bench.data, "train.tsv")
    if os.path.exists(texts):
        maker += ["--texts", texts]
    with open(path, "wb") as file:
        subprocess.run(maker, stdout=file, check=True)
    begin = time.perf_counter()
    ask(bench, "profile", "new", "large")
    ask(bench, "--profile", "large", "import", path)
    bench.row("import of 100,000 messages, s", f"{time.perf_counter() - begin:.2f}",
              "JSON Lines; wanted 5")
    return path


def round_trip(bench):
    """An export, imported into another profile and exported again, is the same bytes."""
    first, second = (os.path.join(bench.work, f"{name}.jsonl") for name in ("first", "second"))
    ask(bench, "--profile", "large", "export", "--format", "jsonl", "--output", first)
    ask(bench, "profile", "new", "twin")
    ask(bench, "--profile", "twin", "import", first)
    ask(bench, "--profile", "twin", "export", "--format", "jsonl", "--output", second)
    with open(first, "rb") as one, open(second, "rb") as other:
        same = one.read() == other.read()
    bench.row("export, import, export", "same bytes" if same else "DIFFERENT", "")
    ask(bench, "profile", "delete", "twin", "--yes")
    os.unlink(first)
    os.unlink(second)


def inside(bench):
    lines = ask(bench, "--version") and subprocess.run(
        [os.path.join(bench.build, "tests/bench/screens"), "large"], check=True,
        env={**bench.env, "EMOTRACK_MODEL": os.path.abspath("assets/emotions.model")},
        capture_output=True, text=True).stdout
    for line in lines.splitlines():
        name, median, last, times = line.split("\t")
        if name.startswith("resident"):
            bench.row(f"{name}, MiB", median, "inside; wanted 60")
            continue
        wanted = WANTED.get(name, 50 if name.startswith("filter") else None)
        bench.row(f"{name}, ms", median, f"p99 {last}, {times} times"
                  + (f"; wanted {wanted}" if wanted else ""))


# ---- on a pseudo-terminal ----

class Terminal:
    def __init__(self, bench):
        begin = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execve(bench.emotrack, [bench.emotrack, "--profile", "large"], bench.env)
        self.read_until(b"F1 help")
        self.started = (time.perf_counter() - begin) * 1000

    def read_until(self, word):
        seen = b""
        while word not in seen:
            ready, _, _ = select.select([self.fd], [], [], DEADLINE)
            if not ready:
                raise RuntimeError(f"the terminal never shows {word}")
            seen += os.read(self.fd, 65536)

    def drain(self):
        while select.select([self.fd], [], [], 0.02)[0]:
            os.read(self.fd, 65536)

    def key(self, byte):
        begin = time.perf_counter()
        os.write(self.fd, byte)
        select.select([self.fd], [], [], DEADLINE)
        taken = (time.perf_counter() - begin) * 1000
        self.drain()
        return taken

    def close(self):
        os.write(self.fd, b"\x03\x04")  # leaves no draft
        try:
            self.drain()
        except OSError:
            pass  # the program has closed the terminal
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def spread(times):
    return f"p99 {sorted(times)[len(times) - 1 - len(times) // 100]:.2f}, {len(times)} times"


def on_a_terminal(bench):
    starts, keys = [], []
    for _ in range(11):
        terminal = Terminal(bench)
        starts.append(terminal.started)
        terminal.drain()
        if not keys:
            keys = [terminal.key(bytes([byte])) for byte in b"so happy about the garden today " * 4]
        terminal.close()
    bench.row("process start to full frame, ms", f"{statistics.median(starts):.1f}",
              f"{spread(starts)}; wanted 100")
    bench.row("key to bytes on the terminal, ms", f"{statistics.median(keys):.2f}",
              f"{spread(keys)}; wanted 5")


# ---- in tmux ----

class Tmux:
    def __init__(self, bench):
        self.env = {**bench.env, "TMUX_TMPDIR": bench.work}
        self.run("new-session", "-d", "-x", "80", "-y", "24",
                 f"exec {bench.emotrack} --profile large")

    def run(self, *arguments):
        return subprocess.run(["tmux", "-L", "emotrack-bench", "-f", "/dev/null", *arguments],
                              env=self.env, capture_output=True, text=True, check=True).stdout

    def wait_for(self, word):
        limit = time.monotonic() + DEADLINE
        while word not in self.run("capture-pane", "-p"):
            if time.monotonic() > limit:
                raise RuntimeError(f"the screen never shows '{word}'")

    def type(self, text):
        """Milliseconds until each letter was seen on the screen."""
        times = []
        for at in range(1, len(text) + 1):
            begin = time.perf_counter()
            self.run("send-keys", "-l", text[at - 1])
            self.wait_for("> " + text[:at].rstrip())
            times.append((time.perf_counter() - begin) * 1000)
        return times

    def resident(self):
        pid = self.run("list-panes", "-F", "#{pane_pid}").strip()
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def in_tmux(bench):
    if not shutil.which("tmux"):
        bench.row("in tmux", "skipped", "tmux is not installed")
        return
    tmux = Tmux(bench)
    try:
        tmux.wait_for("F1 help")
        times = tmux.type("so happy about the garden, and the dog")
        bench.row("key to tmux's screen, ms", f"{statistics.median(times):.1f}",
                  f"{spread(times)}, two runs of tmux a key included; wanted 30")
        for key, word in (("M-2", "open"), ("End", "open"), ("M-3", "[3 Insights]"), ("y", "20")):
            tmux.run("send-keys", key)
            tmux.wait_for(word)
        bench.row("terminal UI, MiB", f"{tmux.resident():.1f}",
                  f"resident, {MESSAGES:,} messages, {RATINGS:,} ratings, all screens seen; "
                  "wanted 60")
    finally:
        tmux.run("kill-server")


def report(bench):
    journal(bench)
    round_trip(bench)
    inside(bench)
    on_a_terminal(bench)
    in_tmux(bench)
