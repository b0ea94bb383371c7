#!/usr/bin/env python3
"""How fast and how large the programs are: a table, medians of several runs.

    tests/bench/run.py --build FOLDER --data FOLDER

Nothing here passes or fails. What lacks its data or its peer is left out, and said to be.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import personal  # noqa: E402
import solver  # noqa: E402
import terminal  # noqa: E402
import throughput  # noqa: E402

RATINGS = 1_000
FILTERS = ("love", "not:rated emotion:sadness", 'after:2000 "going to"', "zzzz-not-there")

ONE_CORE = ["taskset", "-c", "0"] if shutil.which("taskset") else []
HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    def __init__(self, build, data, work):
        self.build = os.path.abspath(build)
        self.emotrack = os.path.join(self.build, "emotrack")
        self.lab = self.emotrack + "-lab"
        self.one_core = ONE_CORE
        self.data, self.work = data, work
        self.env = {"PATH": os.environ["PATH"], "HOME": work, "LC_ALL": "C.UTF-8",
                    "TERM": "xterm-256color", "XDG_DATA_HOME": os.path.join(work, "data"),
                    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self.rows = []

    def row(self, what, value, note=""):
        self.rows.append((what, value, note))
        print(f"  bench {what}: {value}", file=sys.stderr, flush=True)

    def run(self, *arguments, text=None, out=subprocess.DEVNULL):
        return subprocess.run([self.emotrack, *arguments], input=text, stdout=out, env=self.env,
                              check=True)

    def texts(self):
        """GoEmotions' texts, or None where there is no data."""
        try:
            return [line.split("\t")[0] for name in ("dev.tsv", "train.tsv")
                    for line in open(os.path.join(self.data, name), encoding="utf-8")]
        except FileNotFoundError:
            return None

    def corpus(self, texts, lines):
        path = os.path.join(self.work, f"{lines}.txt")
        with open(path, "w", encoding="utf-8") as file:
            for at in range(0, lines, len(texts)):
                file.write("\n".join(texts[:lines - at]) + "\n")
        return path

    # ---- a million lines, and one message as it is typed ----

    def labelled(self):
        """Texts of the training part with the one label that they have after mapping."""
        with open(os.path.join(self.data, "ekman.tsv"), encoding="utf-8") as file:
            emotion = dict(line.rstrip("\n").split("\t") for line in file)
        with open(os.path.join(self.data, "train.tsv"), encoding="utf-8") as file:
            for line in file:
                text, names = line.rstrip("\n").split("\t")
                labels = {emotion[name] for name in names.split(",")}
                if len(labels) == 1:
                    yield text, labels.pop()

    def throughput(self):
        throughput.compare(self)

    def live(self):
        throughput.live(self)

    # ---- one message, from a cold start ----

    def rated_profile(self):
        texts = self.texts() or ["so happy about my new job", "I am so sad and lonely", "how awful"]
        lines = [texts[at % len(texts)] for at in range(RATINGS)]
        done = self.run("write", text="\n".join(lines).encode() + b"\n", out=subprocess.PIPE)
        for number, line in enumerate(done.stdout.decode().splitlines()):
            identity, guess, _ = line.split("\t")
            wrong = number % 3 == 0 or guess == "can't tell"
            self.run("rate", identity, *(["wrong", "joy"] if wrong else ["right"]))

    def milliseconds(self, command, runs=50):
        taken = []
        for _ in range(runs):
            begin = time.perf_counter()
            pid = os.posix_spawn(command[0], command, self.env, file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
            status = os.waitpid(pid, 0)[1]
            taken.append((time.perf_counter() - begin) * 1000)
            if status != 0:
                raise RuntimeError(f"{command}: status {status}")
        return statistics.median(taken)

    def cold_start(self):
        self.rated_profile()
        nothing = self.milliseconds([shutil.which("true")])
        one = self.milliseconds([self.emotrack, "predict", "what a day"])
        plain = self.milliseconds([self.emotrack, "predict", "--no-personal", "what a day"])
        self.row("one prediction, ms", f"{one:.1f}",
                 f"cold start, {RATINGS:,} ratings in the profile; wanted 10")
        self.row("without the personal layer, ms", f"{plain:.1f}", f"`true` takes {nothing:.1f}")

    # ---- the terminal UI ----

    def terminal(self):
        terminal.report(self)

    # ---- the filter ----

    def filtering(self):
        """On the journal that `terminal` has made."""
        for line in FILTERS:
            command = [self.emotrack, "--profile", "large", "history", line, "--limit", "20"]
            self.row(f"history {line}, ms", f"{self.milliseconds(command, 10):.0f}",
                     f"{terminal.MESSAGES:,} messages, the newest 20 that fit")

    def fitting(self):
        solver.compare(self)

    def personal(self):
        personal.report(self.emotrack, self.data, self.row)

    def table(self):
        width = [max(len(row[column]) for row in self.rows) for column in (0, 1)]
        for what, value, note in self.rows:
            print(f"{what:<{width[0]}}  {value:>{width[1]}}  {note}".rstrip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("parts", nargs="*",
                        default=["throughput", "live", "cold_start", "terminal", "filtering",
                                 "fitting", "personal"])
    options = parser.parse_args()
    # In memory where that can be: what is measured is the programs, not the disk they stand on.
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="emotrack-bench-", dir=place) as work:
        bench = Bench(options.build, options.data, work)
        for part in options.parts:
            getattr(bench, part)()
        bench.table()


if __name__ == "__main__":
    main()
