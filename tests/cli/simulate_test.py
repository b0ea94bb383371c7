"""emotrack-lab simulate: federated learning in one process, on a corpus of a few rows."""

import json
import os
import subprocess

from harness import DEADLINE, LAB, Case

WORDS = {"joy": ("love", "great", "happy"), "anger": ("hate", "angry", "mad")}
SMALL = ("block=5", "votes=8", "minimum=2", "participation=1")


class SimulateTest(Case):
    def setUp(self):
        super().setUp()
        rows = [f"I am {word} number{i}\t{label}\n"
                for i in range(30) for label, words in WORDS.items() for word in words]
        for name, text in (("data.tsv", rows), ("dev.tsv", rows[:60])):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write("".join(text))

    def simulate(self, *arguments, code=0):
        command = [LAB, "simulate", "--data", self.path("data.tsv"), "--dev",
                   self.path("dev.tsv"), "--users", "20", "--rounds", "2", *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, timeout=DEADLINE,
                              check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return (done.stderr if code else done.stdout).decode()

    def test_it_prints_a_row_for_each_model(self):
        shown = self.simulate(*SMALL)
        names = [line.split()[0] for line in shown.splitlines()]
        self.assertEqual(names, ["base", "central", "round", "round", *3 * ["last"]])
        self.assertIn("20, ", shown)

    def test_json_has_the_same_for_programs(self):
        shown = json.loads(self.simulate("--json", *SMALL))
        self.assertEqual([row["round"] for row in shown["rounds"]], [1, 2])
        self.assertEqual(shown["rounds"][1]["reports"], 20)
        self.assertGreater(shown["epsilon"], shown["rounds"][0]["epsilon"])
        self.assertEqual(set(shown["gain"]), {"macro_f1", "accuracy", "nll"})
        self.assertEqual(set(shown["gain"]["nll"]), {"by", "low", "high", "p"})
        self.assertEqual(shown, json.loads(self.simulate("--json", *SMALL)))
        self.assertIsNone(json.loads(self.simulate("--json", *SMALL, "noise=0"))["epsilon"])

    def test_every_optimizer_runs(self):
        for name in ("fedavg", "fedavgm", "fedadam", "fedyogi", "kalman"):
            with self.subTest(name=name):
                self.simulate(*SMALL, f"optimizer={name}", "optimizer_rate=0.1")

    def test_what_cannot_be_played_is_named(self):
        for arguments, said, code in (
                (("noise",), "SETTING=VALUE", 2),
                (("noise=-1",), "noise", 1),
                (("nose=1",), "nose", 1),
                (("optimizer=sgd",), "kalman", 1),
                (("--rounds", "0"), "--rounds", 2),
                (("--part", "2"), "--part", 2),
                (("--config", self.path("none.json")), "none.json", 1),
                (("block=4000",), "fewer than the block", 1),
                (("block=5", "minimum=21"), "the minimum is 21", 1),
                ((*SMALL, "contributions=1"), "the minimum is 2", 1)):
            with self.subTest(arguments=arguments):
                self.assertIn(said, self.simulate(*arguments, code=code))
        os.remove(self.path("dev.tsv"))
        self.assertIn("dev.tsv", self.simulate(*SMALL, code=1))
