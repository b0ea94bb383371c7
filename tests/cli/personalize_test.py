"""emotrack-lab personalize: what ratings teach, on a model of a few rows."""

import json
import os
import subprocess

from harness import DEADLINE, LAB, Case

WORDS = {"joy": ("love", "great", "happy"), "anger": ("hate", "angry", "mad")}
HABITS = ("slang", "irony", "emoji", "label", "all")


class PersonalizeTest(Case):
    def setUp(self):
        super().setUp()
        rows = [f"I am {word} number{i}\t{label}\n"
                for i in range(40) for label, words in WORDS.items() for word in words]
        self.make("data.tsv", rows)
        self.make("few.tsv", rows[:30])
        self.make("other.tsv", ["I am glad\tdelight\n"])
        self.make("map.tsv", [f"{label}\t{label}\n" for label in WORDS])
        subprocess.run([LAB, "train", "--data", self.path("data.tsv"), "--dev",
                        self.path("data.tsv"), "--output", self.path("model")],
                       env=self.env, capture_output=True, timeout=DEADLINE, check=True)

    def make(self, name, rows):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write("".join(rows))

    def personalize(self, *arguments, code=0, data="data.tsv"):
        command = [LAB, "personalize", "--model", self.path("model"), "--data", self.path(data),
                   "--people", "5", *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, timeout=DEADLINE,
                              check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return (done.stderr if code else done.stdout).decode()

    def test_json_has_every_habit(self):
        shown = json.loads(self.personalize("--json", "--map", self.path("map.tsv")))
        self.assertEqual(tuple(name for name in shown if name != "model"), HABITS)
        for name in HABITS:
            result = shown[name]
            self.assertEqual(result["people"], 20 if name == "all" else 5)
            self.assertEqual([row["to"] for row in result["rated"]], [10, 20, 30, 40, 50])
            self.assertEqual([row["after"] for row in result["held_out"]],
                             [0, 10, 20, 30, 40, 50])
            # Half of what each person writes is touched by the habit.
            self.assertEqual(sum(row["messages"] for row in result["rated"]),
                             25 * result["people"])
            # Before the first rating there is no layer.
            start = result["held_out"][0]
            self.assertEqual(start["with"], start["without"])
            self.assertLessEqual(result["gain"]["low"], result["gain"]["by"])
            self.assertLessEqual(result["gain"]["by"], result["gain"]["high"])
            self.assertAlmostEqual(result["harm"]["by"], result["ordinary"]["with"]
                                   - result["ordinary"]["without"])

    def test_words_of_ones_own_are_learnt(self):
        slang = json.loads(self.personalize("--json"))["slang"]
        self.assertGreater(slang["gain"]["by"], 0.25)
        self.assertGreater(slang["held_out"][5]["with"], slang["held_out"][0]["with"])

    def test_a_seed_gives_the_same_people(self):
        shown = self.personalize("--json", "--seed", "7")
        self.assertEqual(self.personalize("--json", "--seed", "7"), shown)
        self.assertNotEqual(self.personalize("--json", "--seed", "8"), shown)

    def test_the_table_shows_the_same_figures(self):
        result = json.loads(self.personalize("--json"))["all"]
        shown = self.personalize()
        self.assertEqual([line.split(":")[0] for line in shown.splitlines() if "people" in line],
                         list(HABITS))
        self.assertIn(f"gain within 20 ratings {100 * result['gain']['by']:+.2f} points", shown)
        last = shown.rsplit("never rated", 1)[1].splitlines()[1].split()[-1]
        self.assertEqual(last, f"{100 * result['held_out'][5]['with']:.1f}")

    def test_what_cannot_be_played_is_named(self):
        for arguments, data, said, code in (
                (("--people", "0"), "data.tsv", "--people", 2),
                (("--people", "5x"), "data.tsv", "--people", 2),
                (("--people", "100001"), "data.tsv", "from 1 to 100000", 2),
                (("--seed", "-1"), "data.tsv", "from 1 to 4294967295", 2),
                (("--map", self.path("none.tsv")), "data.tsv", "none.tsv", 1),
                ((), "few.tsv", "too few rows", 1),
                ((), "other.tsv", "delight", 1),
                ((), "none.tsv", "none.tsv", 1)):
            with self.subTest(arguments=arguments, data=data):
                self.assertIn(said, self.personalize(*arguments, data=data, code=code))
        os.remove(self.path("model"))
        self.assertIn("model", self.personalize(code=1))
