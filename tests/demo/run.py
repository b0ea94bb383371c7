#!/usr/bin/env python3
"""Federated learning to look at: a server with a throwaway CA, simulated users (the real client,
real HTTPS), a few rounds, and how the model improves. Cleans up after itself.

    tests/demo/run.py --build FOLDER [--data FOLDER] [--users N] [--rounds N]
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "federation"))
from farm import MODEL, Server, User  # noqa: E402
from suite import wait  # noqa: E402

BASE_EACH = 10  # one row in so many trains the base model; the others are the users' own
RATINGS = 6     # of each user
WIDTH = 40      # of a progress bar, in columns


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if "\t" in line]


def from_goemotions(data, folder, build):
    """A base model of a tenth of the corpus; the rest is what users write and rate."""
    def path(name):
        return os.path.join(data, name)
    mapping = dict(rows_of(path("ekman.tsv")))
    rows = rows_of(path("train.tsv"))
    base = os.path.join(folder, "base.tsv")
    with open(base, "w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in rows[::BASE_EACH])
    model = os.path.join(folder, "base.model")
    subprocess.run([os.path.join(build, "emotrack-lab"), "train", "--data", base, "--map",
                    path("ekman.tsv"), "--output", model], check=True, capture_output=True)
    own = [(text, mapping[labels]) for i, (text, labels) in enumerate(rows)
           if i % BASE_EACH and labels in mapping]
    return own, model, ["--validation", path("dev.tsv"), "--map", path("ekman.tsv")]


def from_fixture(folder):
    """Slang that the shipped model misreads; a part of it is held out for the gate."""
    rows = [tuple(row) for row in rows_of(os.path.join(HERE, "messages.tsv"))]
    held_out = os.path.join(folder, "validation.tsv")
    with open(held_out, "w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in rows[::4])
    own = [row for i, row in enumerate(rows) if i % 4]
    return own, MODEL, ["--validation", held_out]


def bar(what, done, total):
    if sys.stdout.isatty() or done == total:
        filled = WIDTH * done // total
        print(f"\r  {what:<26} [{'#' * filled}{'.' * (WIDTH - filled)}] {done} of {total}",
              end="\n" if done == total else "", flush=True)


def for_each(pool, what, act, things):
    for done, _ in enumerate(pool.map(act, things), 1):
        bar(what, done, len(things))


def show(status):
    for model in status["models"]:
        figures = (f"accuracy {model['accuracy']:.3f}  macro-F1 {model['macro_f1']:.3f}"
                   if model["macro_f1"] is not None else "not measured")
        print(f"  model {model['version']}  {figures}  ({model['origin']})")


def play(options, folder):
    train = os.path.join(options.data or "", "train.tsv")
    if options.data and os.path.exists(train):
        own, model, gate = from_goemotions(options.data, folder, options.build)
        print(f"The base model knows a tenth of GoEmotions; {options.users} people write comments "
              "of the rest.")
    else:
        own, model, gate = from_fixture(folder)
        print(f"The shipped model, and {options.users} people with a slang of their own.")
    number = str(options.users)
    server = Server(options.build, "--minimum", number, "--reports", number, "--noise", "0",
                    "--contributions", str(options.rounds), *gate, model=model)
    users = []
    try:
        server.start()
        status = server.status()
        print(f"The server: {status['url']}, its key begins with {status['key'][:16]}.\n"
              "No noise is added (so few people could not learn through it): what is shown here "
              "is\nlearning, not privacy beyond what the votes themselves give.\n")
        rounds(options, server, users, own)
    finally:
        for user in users:
            user.close()
        server.close()


def rounds(options, server, users, own):
    draw = random.Random(1)

    def make(number):
        user = User(options.build)
        users.append(user)
        user.write([own[i] for i in pick[number]])
        user.join(server, vocabulary=True)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pick = [draw.sample(range(len(own)), RATINGS) for _ in range(options.users)]
        for_each(pool, f"write, rate {RATINGS}, join", make, range(options.users))
        for played in range(1, options.rounds + 1):
            before = server.status()["round"]
            if played > 1:  # whoever has nothing new to say sends nothing
                for_each(pool, "rate one more", lambda user: user.write([draw.choice(own)]), users)
            for_each(pool, f"round {before}: sync", lambda user: user.sync("--now"), users)
            wait(lambda: server.status()["round"] != before, "the round did not close")
        for_each(pool, "fetch the last model", lambda user: user.sync("--now"), users)
    status = server.status()
    print("\nHow the model improved, on messages that nobody here has written:")
    show(status)
    if status.get("gate"):
        print(f"  the gate: {status['gate']}")
    same = {user.model() for user in users}
    print(f"All {len(users)} people now use {', '.join(sorted(same))}. Nothing is left behind.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--data")
    parser.add_argument("--users", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    folder = tempfile.mkdtemp(prefix="emotrack-demo-")
    try:
        play(options, folder)
        return 0
    except KeyboardInterrupt:
        print("\nStopped; everything is removed.")
        return 130
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
