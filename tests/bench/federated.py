#!/usr/bin/env python3
"""How far federated learning comes, without noise and with: emotrack-lab simulate on GoEmotions.

    tests/bench/federated.py --build FOLDER --data FOLDER [--seed N]

Nothing here passes or fails.
"""

import argparse
import os
import subprocess
import sys

# Without privacy votes cost nothing: many, and an optimizer that lets rare n-grams follow fast.
OPEN = ("block=3500", "votes=512", "training_passes=1", "training_rate=0.756", "unit=0.154",
        "optimizer=fedadam", "optimizer_rate=0.217", "optimizer_beta1=0.7",
        "optimizer_beta2=0.95", "optimizer_tau=4.49e-5")

# What is run: a title, and settings. With noise they are the server's defaults.
RUNS = (
    ("z = 0: no guarantee beyond trust in the operator", ("noise=0", "contributions=8", *OPEN)),
    ("z = 1, at most 4 contributions a user", ("noise=1", "contributions=4")),
    ("z = 4, at most 4 contributions a user", ("noise=4", "contributions=4")),
)


def simulate(build, data, seed, settings):
    subprocess.run([os.path.join(build, "emotrack-lab"), "simulate",
                    "--data", os.path.join(data, "train.tsv"),
                    "--dev", os.path.join(data, "dev.tsv"),
                    "--map", os.path.join(data, "ekman.tsv"), "--seed", str(seed), *settings],
                   check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not os.path.exists(os.path.join(options.data, "train.tsv")):
        print(f"left out: there is no GoEmotions in {options.data}")
        return 0
    print("base: 20 % of the rows; 8,000 users share the others, half of them take part in each "
          "of 8 rounds; epsilon at delta 1e-6")
    for title, settings in RUNS:
        print(f"\n{title} ({' '.join(settings)})", flush=True)
        simulate(options.build, options.data, options.seed, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
