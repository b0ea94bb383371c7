"""emotrack-lab: where the models that it makes end up."""

import os
import stat
import subprocess

from harness import DEADLINE, LAB, Case

WORDS = {"joy": ("love", "great", "happy"), "anger": ("hate", "angry", "mad")}


class TrainTest(Case):
    def setUp(self):
        super().setUp()
        rows = [f"I am {word} number{i}\t{label}\n"
                for i in range(30) for label, words in WORDS.items() for word in words]
        self.make("data.tsv", "".join(rows))
        self.make("dev.tsv", "".join(rows[:60]))
        self.make("map.tsv", "joy\tjoy\nanger\tanger\n")
        self.make("labels.tsv", "joy\t:)\tyellow\nanger\t:(\tred\n")
        self.make("origin.txt", "corpus: made up\n")

    def make(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def train(self, output, code=0, **popen):
        """What is said on standard error."""
        command = [LAB, "train", "--output", output]
        for option, name in (("data", "data.tsv"), ("dev", "dev.tsv"), ("map", "map.tsv"),
                             ("labels", "labels.tsv"), ("provenance", "origin.txt")):
            command += [f"--{option}", self.path(name)]
        done = subprocess.run(command, env=self.env, capture_output=True, timeout=DEADLINE,
                              check=False, **popen)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr.decode()

    def test_a_model_is_as_readable_as_the_umask_says(self):
        for mask, mode in ((0o022, 0o644), (0o027, 0o640)):
            output = self.path(f"{mask}.model")
            self.train(output, umask=mask)
            self.assertEqual(stat.S_IMODE(os.stat(output).st_mode), mode)

    def test_neither_its_data_nor_a_journal_is_written_over(self):
        self.write("keep me")
        os.symlink(self.path("dev.tsv"), self.path("link.model"))
        os.link(self.path("map.tsv"), self.path("hard.model"))
        for name in ("data.tsv", "dev.tsv", "map.tsv", "labels.tsv", "origin.txt", "link.model",
                     "hard.model", os.path.relpath(self.database(), self.folder)):
            with self.subTest(name=name):
                with open(self.path(name), "rb") as file:
                    before = file.read()
                self.assertIn("write to another", self.train(self.path(name), code=1))
                with open(self.path(name), "rb") as file:
                    self.assertEqual(file.read(), before)
        self.assertEqual(self.history()[0]["text"], "keep me")

    def test_a_provenance_that_no_model_may_have_is_refused(self):
        for text in (b"corpus: caf\xe9\n", b"corpus: a\0b\n"):
            with self.subTest(text=text):
                with open(self.path("origin.txt"), "wb") as file:
                    file.write(text)
                self.assertIn("--provenance", self.train(self.path("out.model"), code=1))
                self.assertFalse(os.path.exists(self.path("out.model")))
