"""Text in, labels out: emotrack predict on one core and on two beside other programs, in turn."""

import os
import shutil
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LINES = 1_000_000
PEER_LINES = 100_000
RUNS = 5
LIVE_BYTES = 2_000


def seconds(command, path, env):
    begin = time.perf_counter()
    with open(path, "rb") as text:
        subprocess.run(command, stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=env, check=True)
    return time.perf_counter() - begin


class Ours:
    """The command as a user runs it, held to so many processors."""

    def __init__(self, bench, path, cores):
        self.name = "emotrack predict, " + ("one core" if cores == "0" else "two cores")
        self.note = f"{LINES:,} lines, text in to labels out"
        self.command = ["taskset", "-c", cores, bench.emotrack, "predict", "--no-personal"]
        self.path, self.env = path, bench.env

    def lines_a_second(self):
        return LINES / seconds(self.command, self.path, self.env)


class FastText:
    """Trained on the same rows; what it takes to load its model is taken off."""

    name = "fastText"
    note = f"{PEER_LINES:,} lines; supervised, dim 10, words"

    def __init__(self, bench, path):
        self.bench, self.path = bench, path
        rows, self.model = (os.path.join(bench.work, name) for name in ("rows", "fasttext"))
        with open(rows, "w", encoding="utf-8") as file:
            for text, label in bench.labelled():
                file.write(f"__label__{label} {text}\n")
        subprocess.run(["fasttext", "supervised", "-input", rows, "-output", self.model, "-dim",
                        "10", "-thread", "1"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.one = os.path.join(bench.work, "one line")
        with open(self.one, "w", encoding="utf-8") as file:
            file.write("one line\n")

    def run(self, path):
        return seconds([*self.bench.one_core, "fasttext", "predict", self.model + ".bin", "-"],
                       path, self.bench.env)

    def lines_a_second(self):
        return PEER_LINES / (self.run(self.path) - self.run(self.one))


class ScikitLearn:
    """In a process that is trained, and waits."""

    name = "scikit-learn"
    note = f"{PEER_LINES:,} lines; TfidfVectorizer(1-2-grams) + LogisticRegression"

    def __init__(self, bench, path):
        self.process = subprocess.Popen(
            [*bench.one_core, "/usr/bin/python3", os.path.join(HERE, "peer.py"), bench.data, path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=bench.env)
        self.ready = self.process.stdout.readline() == "ready\n"

    def lines_a_second(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return PEER_LINES / float(self.process.stdout.readline())


class Bare:
    """The least that can be done: bare.c."""

    name = "a bare loop"
    note = "ASCII split, hash, probe, add eight floats; from memory, no output"

    def __init__(self, bench, path):
        self.command = [*bench.one_core, os.path.join(bench.build, "tests/bench/bare"), path]

    def lines_a_second(self):
        done = subprocess.run(self.command, stdout=subprocess.PIPE, check=True)
        return PEER_LINES / float(done.stdout)


def contestants(bench, long, short):
    """Those that are here, ours first; the others are said to be left out."""
    yield Ours(bench, long, "0")
    if (os.cpu_count() or 1) > 1:
        yield Ours(bench, long, "0,1")
    yield Bare(bench, short)
    if shutil.which("fasttext"):
        yield FastText(bench, short)
    else:
        bench.row("fastText", "skipped", "not installed: make bench PEERS=1")
    peer = ScikitLearn(bench, short)
    if peer.ready:
        yield peer
    else:
        bench.row("scikit-learn", "skipped", "not installed: make bench PEERS=1")


def compare(bench):
    texts = bench.texts()
    if not texts or not bench.one_core:
        bench.row("predict", "skipped", f"no GoEmotions in '{bench.data}', or no taskset")
        return
    runners = list(contestants(bench, bench.corpus(texts, LINES), bench.corpus(texts, PEER_LINES)))
    speeds = {runner.name: [] for runner in runners}
    for _ in range(RUNS):  # in turn, so that what else the machine does hits all
        for runner in runners:
            speeds[runner.name].append(runner.lines_a_second())
    ours = statistics.median(speeds[runners[0].name])
    for runner in runners:
        speed = statistics.median(speeds[runner.name])
        times = f"{speed / ours:.2f} times one core of ours; " if runner is not runners[0] else ""
        bench.row(f"{runner.name}, lines a second", f"{speed:,.0f}", times + runner.note)


def live(bench):
    texts = bench.texts() or ["so happy about my new job, but sad too"] * 100
    message = " ".join(texts[:200]).encode()[:LIVE_BYTES]
    done = subprocess.run([*bench.one_core, os.path.join(bench.build, "tests/bench/live"),
                           "assets/emotions.model"], input=message, stdout=subprocess.PIPE,
                          check=True)
    bench.row("a live guess with why, us", done.stdout.decode().strip(),
              f"in process, a message of {LIVE_BYTES:,} bytes; wanted 1,000")
