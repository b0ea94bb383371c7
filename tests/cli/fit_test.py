"""emotrack-lab fit: the solver alone, on files of LIBSVM."""

import json
import math
import os
import random
import subprocess

from harness import DEADLINE, LAB, Case


class FitTest(Case):
    def setUp(self):
        super().setUp()
        chance = random.Random(4)
        self.rows = []
        for number in range(90):
            label = number % 3
            values = {feature: round(chance.random(), 3) + 0.1 for feature in range(1, 13)
                      if chance.random() < (0.7 if feature % 3 == label else 0.1)}
            self.rows.append((10 * label, values))
        self.data = self.make("data.svm", "".join(
            str(label) + "".join(f" {feature}:{value}" for feature, value in values.items()) + "\n"
            for label, values in self.rows))

    def make(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def fit(self, *arguments, code=0):
        """What is said on standard output, or on standard error where it fails."""
        done = subprocess.run([LAB, "fit", *arguments], env=self.env, capture_output=True,
                              timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return (done.stderr if code else done.stdout).decode()

    def weights(self, path):
        with open(path, encoding="utf-8") as file:
            return {(int(feature), int(label)): float(weight)
                    for feature, label, weight in (line.split("\t") for line in file)}

    def objective(self, weights, penalty, c):
        """By the definition: the losses, and what the weights cost, over C."""
        total = 0
        for label, values in self.rows:
            scores = {other: weights.get((0, other), 0)
                      + sum(value * weights.get((feature, other), 0)
                            for feature, value in values.items()) for other in (0, 10, 20)}
            total += math.log(sum(map(math.exp, scores.values()))) - scores[label]
        cost = abs if penalty == "l1" else (lambda weight: weight * weight / 2)
        return total + sum(cost(weight) for (feature, _), weight in weights.items() if feature) / c

    def test_it_says_what_it_found(self):
        for penalty in ("l1", "l2"):
            for c in (0.3, 1, 5):
                with self.subTest(penalty=penalty, c=c):
                    output = self.path("weights.tsv")
                    found = json.loads(self.fit("--libsvm", self.data, "--penalty", penalty, "--C",
                                                str(c), "--json", "--output", output))
                    weights = self.weights(output)
                    self.assertEqual((found["rows"], found["features"], found["classes"]),
                                     (90, 12, 3))
                    self.assertAlmostEqual(found["objective"],
                                           self.objective(weights, penalty, c), places=4)
                    self.assertEqual(found["nonzero"], sum(feature > 0 for feature, _ in weights))
                    self.assertLess(found["gap"], 1e-2)
                    self.assertGreater(found["iterations"], 0)
                    self.assertGreaterEqual(found["seconds"], 0)
                    for change in (-0.05, 0.05):  # there is nothing better nearby
                        for key in weights:
                            moved = {**weights, key: weights[key] + change}
                            self.assertGreater(self.objective(moved, penalty, c),
                                               found["objective"])

    def test_c_is_what_the_losses_weigh(self):
        counts = [json.loads(self.fit("--libsvm", self.data, "--penalty", "l1", "--C", c, "--json"))
                  ["nonzero"] for c in ("0.001", "0.3", "10")]
        self.assertEqual(counts[0], 0)
        self.assertLess(counts[1], counts[2])

    def test_threads_change_nothing(self):
        outputs = []
        for threads in ("1", "2", "5"):
            output = self.path(threads)
            self.fit("--libsvm", self.data, "--penalty", "l1", "--threads", threads, "--output",
                     output)
            with open(output, "rb") as file:
                outputs.append(file.read())
        self.assertEqual(outputs, outputs[:1] * 3)

    def test_the_table(self):
        said = self.fit("--libsvm", self.data, "--penalty", "l2")
        self.assertRegex(said, r"\Arows 90, features 12, classes 3\n"
                               r"objective \d+\.\d{6}, at most \S+ above the least\n"
                               r"\d+ iterations, \d+\.\d{3} seconds, 36 non-zero weights\n\Z")

    def test_tolerance_ends_it_sooner(self):
        rough, fine = (json.loads(self.fit("--libsvm", self.data, "--penalty", "l1", "--tolerance",
                                           part, "--json")) for part in ("0.5", "0"))
        self.assertLess(rough["iterations"], fine["iterations"])
        self.assertGreater(rough["gap"], fine["gap"])

    def test_what_is_not_understood(self):
        for arguments, word in (
                ((), "--libsvm"),
                (("--libsvm", self.data), "--penalty"),
                (("--penalty", "l1"), "--libsvm"),
                (("--libsvm", self.data, "--penalty", "l3"), "l3"),
                (("--libsvm", self.data, "--penalty", "l1", "--C", "0"), "--C"),
                (("--libsvm", self.data, "--penalty", "l1", "--C", "nan"), "--C"),
                (("--libsvm", self.data, "--penalty", "l1", "--C", "1x"), "--C"),
                (("--libsvm", self.data, "--penalty", "l1", "--threads", "0"), "--threads"),
                (("--libsvm", self.data, "--penalty", "l1", "--threads", "65"), "--threads"),
                (("--libsvm", self.data, "--penalty", "l1", "--threads", "1.5"), "--threads"),
                (("--libsvm", self.data, "--penalty", "l1", "--tolerance", "-1"), "--tolerance")):
            with self.subTest(arguments=arguments):
                self.assertIn(word, self.fit(*arguments, code=2))

    def test_rubbish_names_file_and_line(self):
        rubbish = self.make("rubbish.svm", "1 1:1\n2 1:1\njoy 2:1\n")
        said = self.fit("--libsvm", rubbish, "--penalty", "l1", code=1)
        self.assertIn(f"{rubbish}:3: ", said)
        self.assertIn("nowhere", self.fit("--libsvm", self.path("nowhere"), "--penalty", "l1",
                                          code=1))

    def test_neither_its_data_nor_a_journal_is_written_over(self):
        self.write("keep me")
        os.symlink(self.data, self.path("link"))
        for name in ("data.svm", "link", os.path.relpath(self.database(), self.folder)):
            with self.subTest(name=name):
                with open(self.path(name), "rb") as file:
                    before = file.read()
                said = self.fit("--libsvm", self.data, "--penalty", "l1", "--output",
                                self.path(name), code=1)
                self.assertIn("write to another", said)
                with open(self.path(name), "rb") as file:
                    self.assertEqual(file.read(), before)
        self.assertEqual(self.history()[0]["text"], "keep me")
