#!/usr/bin/env python3
"""What ratings cost and what they bring: a cold start in a profile with 10,000 of them, all of them
learnt again, and emotrack-lab personalize.

    tests/bench/personal.py --build FOLDER --data FOLDER

Nothing here passes or fails; tests/bench/run.py runs it too.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time

RATINGS = 10_000
STARTS = 100
REPLAYS = 5
LABELS = ("joy", "anger", "sadness", "neutral", "surprise")
ONE_CORE = {0}


def texts(data):
    with open(os.path.join(data, "train.tsv"), encoding="utf-8") as file:
        return [line.split("\t")[0] for _, line in zip(range(RATINGS), file)]


def rate(path, guesses):
    """Every third guess is wrong. Written as the programs write it, but all at once."""
    with sqlite3.connect(path) as database:
        for number, (message, guess) in enumerate(guesses):
            label = next(name for name in LABELS[number % len(LABELS):] + LABELS if name != guess)
            wrong = number % 3 == 0 or guess == "can't tell"
            database.execute("INSERT INTO rating (message, verdict, label) VALUES (?, ?, ?)",
                             (message, 2 if wrong else 1, label if wrong else None))
    database.close()


def make_profile(emotrack, lines, env):
    text = "\n".join(lines).encode() + b"\n"
    shown = subprocess.run([emotrack, "write"], input=text, stdout=subprocess.PIPE, env=env,
                           check=True).stdout.decode().splitlines()
    guesses = [line.split("\t")[:2] for line in shown]
    rate(os.path.join(env["XDG_DATA_HOME"], "emotrack", "default.db"), guesses[:-1])
    # The last one by the program: it learns all of them, and saves what it has learnt.
    subprocess.run([emotrack, "rate", guesses[-1][0], "wrong", "fear"], env=env, check=True,
                   stdout=subprocess.DEVNULL)


def start(command, env):
    """One start, ms: on the clock, and of the processor."""
    begin = time.perf_counter()
    pid = os.posix_spawn(command[0], command, env,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    taken = time.perf_counter() - begin
    if status != 0:
        raise RuntimeError(f"{command}: status {status}")
    return 1000 * taken, 1000 * (usage.ru_utime + usage.ru_stime)


def measure(commands, env, runs):
    """In turn, so that what else the machine does hits all."""
    taken = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(start(command, env))
    return {name: [statistics.median(column) for column in zip(*rows)]
            for name, rows in taken.items()}


def speed(emotrack, lines, env, row):
    make_profile(emotrack, lines, env)
    path = os.path.join(env["XDG_DATA_HOME"], "emotrack", "default.db")
    predict = [emotrack, "predict", "what a day"]
    plain = [emotrack, "predict", "--no-personal", "what a day"]
    starts = measure({"true": [shutil.which("true")], "plain": plain, "personal": predict}, env,
                     STARTS)
    for name, what in (("true", "`true`"), ("plain", "one prediction without ratings"),
                       ("personal", f"one prediction, {RATINGS:,} ratings")):
        row(f"{what}, ms", f"{starts[name][0]:.1f}",
            f"of the processor {starts[name][1]:.1f}" +
            ("; wanted 4" if name == "personal" else ""))
    database = sqlite3.connect(path)
    with database:
        database.execute("DELETE FROM layer")
    database.close()
    again = measure({"again": predict, "plain": plain}, env, REPLAYS)
    replayed = again["again"][0] - again["plain"][0]
    row(f"{RATINGS:,} ratings learnt again, ms", f"{replayed:.0f}", "wanted 200")
    row("of that one rating, ms", f"{replayed / RATINGS:.4f}", "wanted 1")


def gain(lab, data, env, row):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    shown = subprocess.run(
        [lab, "personalize", "--model", os.path.join(root, "assets", "emotions.model"), "--data",
         os.path.join(data, "dev.tsv"), "--map", os.path.join(data, "ekman.tsv"), "--json"],
        stdout=subprocess.PIPE, env=env, check=True).stdout
    for name, result in json.loads(shown).items():
        if name != "model":
            row(f"{name}: gain within 20 ratings, points", f"{100 * result['gain']['by']:+.1f}",
                f"ordinary messages {100 * result['harm']['by']:+.2f}")


def report(emotrack, data, row):
    """What is measured goes to row(what, value, note)."""
    if not os.path.exists(os.path.join(data, "train.tsv")):
        row("the personal layer", "skipped", f"no GoEmotions in '{data}'")
        return
    processors = os.sched_getaffinity(0)
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="emotrack-bench-", dir=place) as work:
        env = {"PATH": os.environ["PATH"], "HOME": work, "LC_ALL": "C.UTF-8",
               "XDG_DATA_HOME": os.path.join(work, "data")}
        os.sched_setaffinity(0, ONE_CORE)
        try:
            speed(emotrack, texts(data), env, row)
            gain(emotrack + "-lab", data, env, row)
        finally:
            os.sched_setaffinity(0, processors)


def show(what, value, note=""):
    print(f"{what:<40}{value:>9}  {note}".rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    report(os.path.abspath(os.path.join(options.build, "emotrack")), options.data, show)


if __name__ == "__main__":
    main()
