"""Several labels at once: named by predict, shown by write and show, measured by eval."""

import json
import re
import subprocess

import mixed_model

from harness import DEADLINE, LAB, Case, Terminal

KEYS = ["rows", "skipped", "accuracy", "macro_f1", "uar", "ece", "nll", "coverage", "per_label",
        "confusion", "reliability", "multilabel"]


class LabelsTest(Case):
    def setUp(self):
        super().setUp()
        self.model, self.data = mixed_model.make(LAB, self.folder, self.env)

    def predict(self, *texts, input=b""):
        return self.emotrack("--model", self.model, "predict", "--json", *texts,
                             input=input).objects

    def eval(self, *arguments):
        done = subprocess.run([LAB, "eval", "--model", self.model, "--data", self.data, *arguments],
                              env=self.env, capture_output=True, timeout=DEADLINE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def rows(self):
        with open(self.data, encoding="utf-8") as file:
            return [(text, set(labels.split(","))) for text, labels in
                    (line.rstrip("\n").split("\t") for line in file)]

    def test_predict_names_every_label_over_its_threshold(self):
        thresholds = {name: label["threshold"] for name, label in
                      json.loads(self.eval("--json"))["multilabel"]["per_label"].items()}
        named = set()
        for guess in self.predict(mixed_model.MIXED, "I love this", "I hate this",
                                  "what a shock, this I hate"):
            probabilities = guess["probabilities"]
            wanted = sorted((name for name in probabilities
                             if probabilities[name] >= thresholds[name]),
                            key=lambda name: -probabilities[name])
            self.assertEqual([label["label"] for label in guess["labels"]], wanted)
            for label in guess["labels"]:
                self.assertEqual(label["probability"], probabilities[label["label"]])
            named.add(frozenset(wanted))
        self.assertIn({"joy", "surprise"}, named)
        self.assertIn({"joy"}, named)

    def test_where_it_cannot_tell_no_label_is_named(self):
        for guess in self.predict("", "qwxzv plmkjq"):
            self.assertIsNone(guess["label"])
            self.assertEqual(guess["labels"], [])

    def test_a_second_emotion_is_said(self):
        probability = self.predict(mixed_model.MIXED)[0]["probability"]
        sureness = (" (more likely wrong)" if probability < 0.5 else
                    " (not sure)" if probability < 0.75 else "")
        said = (r"(joy \d+%, with some surprise|surprise \d+%, with some joy)"
                + re.escape(sureness))
        terminal = Terminal(self, "--model", self.model, "write")
        terminal.expect(b"> ")
        terminal.send(mixed_model.MIXED.encode() + b"\n")
        before = terminal.expect(b"undo the last rating: ").decode()
        self.assertRegex(before, said + r"\. Why: ")
        terminal.send(b"s\n")
        terminal.expect(b"> ")
        terminal.send(b"\x04")
        self.assertEqual(terminal.finish()[0], 0)
        shown = self.emotrack("--model", self.model, "show", "1").out.decode()
        self.assertRegex(shown, "Guess now   " + said + ", model")

    def test_one_emotion_is_said_alone(self):
        self.emotrack("--model", self.model, "write", input="I hate this garden\n")
        shown = self.emotrack("--model", self.model, "show", "1").out.decode()
        self.assertRegex(shown, r"Guess now   anger \d+%")
        self.assertNotIn("with some", shown)

    def test_eval_measures_one_label(self):
        figures = json.loads(self.eval("--json"))
        self.assertEqual(list(figures), KEYS)
        single = [labels for _, labels in self.rows() if len(labels) == 1]
        self.assertEqual(figures["rows"], len(single))
        self.assertEqual(figures["skipped"], len(self.rows()) - len(single))
        self.assertEqual(sum(label["support"] for label in figures["per_label"].values()),
                         len(single))
        self.assertEqual(figures["confusion"]["anger"]["anger"], len(mixed_model.NOUNS))

    def test_eval_says_how_far_a_probability_can_be_believed(self):
        figures = json.loads(self.eval("--json"))
        bins = figures["reliability"]
        self.assertEqual(sum(part["rows"] for part in bins), figures["rows"])
        for part in bins:
            self.assertTrue(part["from"] <= part["probability"] <= part["to"], part)
        right = sum(part["rows"] * part["accuracy"] for part in bins)
        self.assertAlmostEqual(right / figures["rows"], figures["accuracy"])
        distance = sum(part["rows"] * abs(part["probability"] - part["accuracy"]) for part in bins)
        self.assertAlmostEqual(distance / figures["rows"], figures["ece"])

    def test_eval_measures_several_labels_as_predict_names_them(self):
        several = json.loads(self.eval("--json"))["multilabel"]
        rows = self.rows()
        guesses = self.predict(input="".join(text + "\n" for text, _ in rows))
        named = [{label["label"] for label in guess["labels"]} for guess in guesses]
        truth = [labels for _, labels in rows]
        f1 = {}
        for label, figures in several["per_label"].items():
            right = sum(label in a and label in b for a, b in zip(truth, named))
            both = sum((label in a) + (label in b) for a, b in zip(truth, named))
            f1[label] = 2 * right / both
            self.assertAlmostEqual(figures["f1"], f1[label])
            self.assertEqual(figures["support"], sum(label in labels for labels in truth))
            self.assertTrue(0 < figures["threshold"] < 1)
        self.assertEqual(several["rows"], len(rows))
        self.assertAlmostEqual(several["macro_f1"], sum(f1.values()) / len(f1))
        self.assertAlmostEqual(several["exact"],
                               sum(a == b for a, b in zip(truth, named)) / len(rows))
        right = sum(len(a & b) for a, b in zip(truth, named))
        both = sum(len(a) + len(b) for a, b in zip(truth, named))
        self.assertAlmostEqual(several["micro_f1"], 2 * right / both)

    def test_eval_prints_the_same(self):
        figures, printed = json.loads(self.eval("--json")), self.eval()
        several = figures["multilabel"]
        self.assertIn(f"rows {figures['rows']}, skipped {figures['skipped']} (several labels)\n"
                      f"accuracy {figures['accuracy']:.4f}  ", printed)
        self.assertIn(f"several labels, all {several['rows']} rows\n"
                      f"macro-F1 {several['macro_f1']:.4f}  micro-F1 {several['micro_f1']:.4f}  "
                      f"exact {several['exact']:.4f}\n", printed)
        for part in figures["reliability"]:
            self.assertRegex(printed, rf"(?m)^{part['from']:.2f} to {part['to']:.2f} +"
                                      rf"{part['probability']:.4f} +{part['accuracy']:.4f} +"
                                      rf"{part['rows']}$")
        for name, label in several["per_label"].items():
            self.assertRegex(printed, rf"(?m)^{name} .* {label['threshold']:.4f}$")
