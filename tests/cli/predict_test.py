"""predict: answers line by line, whatever the bytes."""

import os
import struct
import subprocess

from harness import PROGRAM, DEADLINE, TEXT_MAX, Case, Terminal

EXAMPLES = [
    ("I love this so much", "joy"),
    ("I am so angry at you", "anger"),
    ("what a horrible disgusting smell", "disgust"),
    ("I am terrified of the dark", "fear"),
    ("I feel so lonely and sad", "sadness"),
    ("wow I did not expect that", "surprise"),
    ("the meeting is at noon", "neutral"),
]

# What messages are made of when nobody is careful.
HOSTILE = [
    b"", b" ", b"\t", b"\xff\xfe\x80", b"a\x00b", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3",
    "\U0001F600\U0001F621\U0001F469\u200d\U0001F4BB".encode(), "\u0301\u0301\u0301".encode(),
    "אני שמח מאוד".encode(), "我很高兴".encode(), "qwxzv plmkjq zzxxyy".encode(),
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07", "\u202egnorw\u202c \u2066x\u2069".encode(),
    b"\r", b"!" * 1000, b"a" * 60000, "\uFEFFbom".encode(), b"\x7f\x9b31m",
]


class PredictTest(Case):
    def test_the_shipped_model_knows_the_plain_cases(self):
        done = self.emotrack("predict", input="".join(text + "\n" for text, _ in EXAMPLES))
        for line, (text, label) in zip(done.lines, EXAMPLES):
            name, probability, echo = line.split("\t")
            self.assertEqual((name, echo), (label, text))
            self.assertRegex(probability, r"\A[01]\.\d{4}\Z")
        self.assertEqual(len(done.lines), len(EXAMPLES))

    def test_arguments_answer_like_lines(self):
        texts = [text for text, _ in EXAMPLES]
        self.assertEqual(self.emotrack("predict", *texts).out,
                         self.emotrack("predict", input="\n".join(texts)).out)

    def test_dash_is_standard_input(self):
        done = self.emotrack("predict", "first", "-", "last", input="a\nb\n")
        self.assertEqual([line.split("\t")[2] for line in done.lines], ["first", "a", "b", "last"])

    def test_bytes_go_out_as_they_came(self):
        done = self.emotrack("predict", input=b"".join(text + b"\n" for text in HOSTILE))
        answers = done.out.split(b"\n")[:-1]
        self.assertEqual([answer.split(b"\t", 2)[2] for answer in answers],
                         [text[:-1] if text.endswith(b"\r") else text for text in HOSTILE])

    def test_hostile_text_as_json(self):
        done = self.emotrack("predict", "--json",
                             input=b"".join(text + b"\n" for text in HOSTILE))
        self.assertEqual(len(done.objects), len(HOSTILE))
        for guess in done.objects:
            self.assertAlmostEqual(sum(guess["probabilities"].values()), 1, places=4)
            self.assertNotIn("\0", guess["text"])

    def test_unknown_words_only(self):
        for text in ("", "qwxzv plmkjq", "\u0628\u0629\u062a"):
            guess = self.emotrack("predict", "--json", text).objects[0]
            self.assertIsNone(guess["label"])
            self.assertEqual(guess["known"], 0)
        self.assertTrue(self.emotrack("predict", "qwxzv").out.startswith(b"can't tell\t"))

    def test_line_ends(self):
        done = self.emotrack("predict", input=b"a\r\nb\n\nc")
        self.assertEqual([line.split("\t")[2] for line in done.lines], ["a", "b", "", "c"])
        self.assertEqual(self.emotrack("predict", input=b"").out, b"")

    def test_line_breaks_in_an_argument_become_blanks(self):
        self.assertTrue(self.emotrack("predict", "a\nb").out.endswith(b"\ta b\n"))

    def test_lines_at_the_limit(self):
        whole = b"x" * TEXT_MAX
        for text in (whole, whole + b"\r", b"y\n" + whole):
            self.emotrack("predict", input=text + b"\n")
        self.emotrack("predict", input=whole)

    def test_too_long_lines_are_named_and_the_rest_goes_on(self):
        for length in (TEXT_MAX + 1, TEXT_MAX + 2, 300 * 1024, 10_000_000):
            done = self.emotrack("predict", input=b"a\n" + b"x" * length + b"\nb\n", code=1)
            lines = done.out.decode().split("\n")
            self.assertEqual([line.split("\t")[2] for line in lines[:3]], ["a", "", "b"])
            self.assertTrue(lines[1].startswith("can't tell\t"))
            self.assertIn("line 2 ", done.err.decode())
            self.assertIn(str(TEXT_MAX), done.err.decode())
        done = self.emotrack("predict", input=b"x" * 10_000_000, code=1)
        self.assertEqual(len(done.lines), 1)
        self.emotrack("predict", "x" * (TEXT_MAX + 1), code=1)

    def test_blocks_make_no_difference(self):
        lines = b"".join(b"line %d %s\n" % (i, b"love " * (i % 300)) for i in range(3000))
        done = self.emotrack("predict", input=lines)
        echoed = b"".join(line.split(b"\t", 2)[2] + b"\n" for line in done.out.split(b"\n")[:-1])
        self.assertEqual(echoed, lines)

    def test_jobs_make_no_difference(self):
        lines = b"".join(b"line %d %s\n" % (i, b"sad love " * (i % 40)) for i in range(6000))
        for options in ([], ["--all"], ["--json"], ["--why", "--no-personal"]):
            one = self.emotrack("predict", *options, "--jobs", "1", input=lines).out
            for jobs in ("2", "3", "8"):
                done = self.emotrack("predict", *options, "--jobs", jobs, input=lines)
                self.assertEqual(done.out, one)
            self.assertEqual(self.emotrack("predict", *options, input=lines).out, one)
        for wrong in ("0", "-1", "two", ""):
            self.emotrack("predict", "--jobs", wrong, "x", code=2)

    def test_a_reader_who_leaves_ends_it(self):
        lines = b"I love this so much\n" * 200_000
        child = subprocess.Popen([PROGRAM, "predict"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env)
        try:
            child.stdout.close()
            child.stdin.write(lines)
            child.stdin.close()
        except BrokenPipeError:
            pass
        self.assertNotEqual(child.wait(DEADLINE), 0)

    def test_all_emotions_that_are_likely_enough(self):
        texts = [text for text, _ in EXAMPLES] + ["qwxzv", "oh no, I am scared and sad"]
        input = "".join(text + "\n" for text in texts)
        guesses = self.emotrack("predict", "--json", input=input).objects
        lines = self.emotrack("predict", "--all", input=input).lines
        for guess, line in zip(guesses, lines, strict=True):
            names, probabilities, echo = line.split("\t")
            named = [item["label"] for item in guess["labels"]] or [guess["label"] or "can't tell"]
            likely = [item["probability"] for item in guess["labels"]] or [guess["probability"]]
            self.assertEqual((names.split(","), echo), (named, guess["text"]))
            for shown, exact in zip(probabilities.split(","), likely, strict=True):
                self.assertAlmostEqual(float(shown), exact, delta=0.00006)
        self.assertTrue(any("," in line.split("\t")[0] for line in lines))

    def test_exit_code(self):
        self.emotrack("predict", "--exit-code", "I love this so much")
        self.emotrack("predict", "--exit-code", "I love this so much", "qwxzv", code=3)
        self.emotrack("predict", "qwxzv")

    def test_an_answer_comes_before_the_next_line_is_sent(self):
        child = subprocess.Popen([PROGRAM, "predict"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, env=self.env)
        for text in (b"one", b"two", b"three"):
            child.stdin.write(text + b"\n")
            child.stdin.flush()
            self.assertTrue(child.stdout.readline().endswith(b"\t" + text + b"\n"))
        child.communicate(timeout=DEADLINE)
        self.assertEqual(child.returncode, 0)

    def test_the_why_adds_up(self):
        for text, label in EXAMPLES:
            guess = self.emotrack("predict", "--json", text).objects[0]
            self.assertEqual(guess["label"], label)
            self.assertEqual(guess["probability"], max(guess["probabilities"].values()))
            parts = [item["contribution"] for item in guess["why"]]
            self.assertEqual([abs(part) for part in parts],
                             sorted((abs(part) for part in parts), reverse=True))
            self.assertAlmostEqual(guess["bias"] + sum(parts), guess["score"], places=4)
            for number in parts + list(guess["probabilities"].values()):
                as_float = struct.unpack("f", struct.pack("f", number))[0]
                self.assertEqual(float("%.9g" % as_float), number)

    def test_why_in_words(self):
        lines = self.emotrack("predict", "--why", "I love this").lines
        self.assertTrue(lines[0].endswith("\tI love this"))
        self.assertTrue(any(line.split()[1] == "love" for line in lines[1:-1]))
        self.assertIn("its lead over the others", lines[-1])

    def test_nothing_is_stored(self):
        self.emotrack("predict", "hello")
        self.emotrack("predict", "--no-personal", "hello")
        self.assertFalse(os.path.exists(self.path("data")))
        self.emotrack("predict", "--profile", "nobody", "hello", code=1)
        self.emotrack("predict", "--profile", "../x", "hello", code=1)
        self.assertFalse(os.path.exists(self.path("data")))

    def test_ratings_teach_unless_told_otherwise(self):
        before = self.emotrack("predict", "--json", "sick gig").out
        for identity in self.write(*["that gig was sick, totally sick"] * 3):
            guess = self.history()[0]["guess"]
            self.emotrack("rate", str(identity), "wrong", self.other_label(guess))
        self.assertNotEqual(self.emotrack("predict", "--json", "sick gig").out, before)
        self.assertEqual(before,
                         self.emotrack("predict", "--json", "--no-personal", "sick gig").out)

    def test_a_terminal_gets_nothing_that_moves_it(self):
        terminal = Terminal(self, "predict", "\x1b[31mred\x07 \u202etxet")
        code, seen = terminal.finish()
        self.assertEqual(code, 0)
        for bad in (b"\x1b", b"\x07", "\u202e".encode()):
            self.assertNotIn(bad, seen)
