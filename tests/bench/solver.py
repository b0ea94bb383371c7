#!/usr/bin/python3
"""The trainer's solver beside those of scikit-learn and LIBLINEAR, on one matrix.

    solver.py DATA FILE

run by Debian's Python is the peer: it writes the tf-idf of GoEmotions' words to FILE (LIBSVM), says
"ready", and for each line "penalty solver tolerance" fits and prints seconds and objective. The
benchmark, `compare`, runs it and the other programs in turn.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

RUNS = 3
WITHIN = 1e-5  # of the least objective
TOLERANCES = ("1", "1e-1", "1e-2", "1e-3", "1e-4", "1e-5")
SOLVERS = ("sag", "saga", "newton-cg", "lbfgs")
SAGA_TOLERANCE = "1e-4"  # its default


class Lab:
    """emotrack-lab fit with so many threads."""

    def __init__(self, bench, path, threads):
        self.name = f"emotrack-lab fit, {threads} thread" + ("s" if threads > 1 else "")
        self.command = [*(bench.one_core if threads == 1 else []), bench.lab, "fit", "--libsvm",
                        path, "--threads", str(threads), "--json"]

    def fit(self, penalty, tolerance):
        done = subprocess.run([*self.command, "--penalty", penalty, "--tolerance", tolerance],
                              stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout)
        return found["seconds"], found["objective"], found["gap"]


class Liblinear:
    """One class against the rest, one after the other: an objective of its own."""

    def __init__(self, bench, path):
        self.program = next(filter(None, map(shutil.which, ("liblinear-train", "train"))), None)
        self.bench, self.path = bench, path

    def run(self, kind, tolerance):
        begin = time.perf_counter()
        subprocess.run([*self.bench.one_core, self.program, "-s", kind, "-B", "1", "-e", tolerance,
                        "-q", self.path, "/dev/null"], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin

    def fit(self, kind):
        """Seconds; those that it takes to read the file and to give up are taken off."""
        return self.run(kind, "0.01") - self.run(kind, "1e30")


class Peer:
    """One of scikit-learn's solvers, in a process that has read the data."""

    def __init__(self, bench, path):
        self.process = subprocess.Popen(
            [*bench.one_core, "/usr/bin/python3", __file__, bench.data, path], env=bench.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.ready = self.process.stdout.readline() == "ready\n"

    def fit(self, penalty, solver, tolerance):
        print(penalty, solver, tolerance, file=self.process.stdin, flush=True)
        return tuple(map(float, self.process.stdout.readline().split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def loosest(fit, limit):
    """The loosest tolerance with which a solver comes down to the limit, or None."""
    return next((tolerance for tolerance in TOLERANCES if fit(tolerance)[1] <= limit), None)


def medians(fits):
    """Runs all of them in turn, several times: the median of each one's seconds."""
    taken = {name: [] for name in fits}
    for _ in range(RUNS):
        for name, fit in fits.items():
            taken[name].append(fit())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def square(bench, labs, peer, liblinear):
    seconds, least, gap = labs[0].fit("l2", "0")
    limit = (least - gap) * (1 + WITHIN)
    fits = {}
    for lab in labs:
        tolerance = loosest(lambda part: lab.fit("l2", part), limit)
        fits[lab.name] = lambda lab=lab, part=tolerance: lab.fit("l2", part)[0]
    for solver in SOLVERS:
        tolerance = loosest(lambda part: peer.fit("l2", solver, part), limit)
        if tolerance:
            fits["scikit-learn " + solver] = (
                lambda solver=solver, part=tolerance: peer.fit("l2", solver, part)[0])
    if liblinear.program:
        fits["LIBLINEAR -s 0"] = lambda: liblinear.fit("0")
    report(bench, "L2", medians(fits), labs, f"to within {WITHIN:g} of the least, {least:.3f}")


def absolute(bench, labs, peer, liblinear):
    reached = peer.fit("l1", "saga", SAGA_TOLERANCE)[1]
    fits = {}
    for lab in labs:
        tolerance = loosest(lambda part: lab.fit("l1", part), reached)
        fits[lab.name] = lambda lab=lab, part=tolerance or "0": lab.fit("l1", part)[0]
    fits["scikit-learn saga"] = lambda: peer.fit("l1", "saga", SAGA_TOLERANCE)[0]
    if liblinear.program:
        fits["LIBLINEAR -s 6"] = lambda: liblinear.fit("6")
    report(bench, "L1", medians(fits), labs, f"down to saga's objective, {reached:.3f}")


def report(bench, penalty, seconds, labs, note):
    mine = seconds[labs[0].name]
    others = {name: value for name, value in seconds.items()
              if name not in [lab.name for lab in labs]}
    for name, value in seconds.items():
        own = "; one against the rest: an objective of its own" if "LIBLINEAR" in name else ""
        bench.row(f"{penalty}, {name}, s", f"{value:.3f}", note + own)
    for name, value in others.items():
        wanted = "" if "-s 6" in name else "; wanted " + ("1" if penalty == "L2" else "10")
        bench.row(f"{penalty}, times {name}", f"{value / mine:.1f}", "one thread each" + wanted)


def compare(bench):
    """Adds rows to the table of run.py."""
    path = os.path.join(bench.work, "words.svm")
    peer = Peer(bench, path)
    if not peer.ready:
        peer.close()
        bench.row("fit", "skipped", "no GoEmotions, or no scikit-learn to make its features: "
                                    "make bench PEERS=1")
        return
    labs = [Lab(bench, path, threads) for threads in (1, 2)]
    liblinear = Liblinear(bench, path)
    if not liblinear.program:
        bench.row("LIBLINEAR", "skipped", "not installed: make bench PEERS=1")
    square(bench, labs, peer, liblinear)
    absolute(bench, labs, peer, liblinear)
    peer.close()


def objective(matrix, labels, model, penalty):
    import numpy

    scores = matrix @ model.coef_.T + model.intercept_
    losses = numpy.logaddexp.reduce(scores, axis=1) - scores[numpy.arange(len(labels)), labels]
    cost = abs(model.coef_).sum() if penalty == "l1" else (model.coef_ ** 2).sum() / 2
    return losses.sum() + cost


def main():
    import numpy
    from sklearn.datasets import dump_svmlight_file
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    sys.dont_write_bytecode = True
    from peer import load

    texts, names = load(sys.argv[1])
    labels = numpy.unique(names, return_inverse=True)[1]
    matrix = TfidfVectorizer().fit_transform(texts)
    dump_svmlight_file(matrix, labels, sys.argv[2], zero_based=False)
    print("ready", flush=True)
    for line in sys.stdin:
        penalty, solver, tolerance = line.split()
        begin = time.perf_counter()
        model = LogisticRegression(penalty=penalty, solver=solver, tol=float(tolerance),
                                   max_iter=1000 if penalty == "l2" else 100,
                                   random_state=0).fit(matrix, labels)
        seconds = time.perf_counter() - begin
        print(seconds, objective(matrix, labels, model, penalty), flush=True)


if __name__ == "__main__":
    main()
