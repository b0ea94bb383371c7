#!/usr/bin/env python3
"""The lints are given a bad tree: each must find what is bad, and nothing in a good one."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import habits  # noqa: E402
import layers  # noqa: E402
import source  # noqa: E402

GOOD_HEADER = "#ifndef EMOTRACK_{0}_H\n#define EMOTRACK_{0}_H\n\n#endif\n"
HEADERS = ("base/error.h", "classifier/text.h", "classifier/predict.h", "db/db.h", "db/entry.h",
           "db/filter.h", "sync/client.h", "app/journal.h", "app/tui/tui.h",
           "app/commands/command.h")


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()
        for path in HEADERS:
            self.write(path, GOOD_HEADER.format(path[:-2].replace("/", "_").upper()))

    def tearDown(self):
        shutil.rmtree(self.root)

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path


class Layers(Tree):
    WRONG = [
        ("base/a.c", '"classifier/text.h"'),
        ("base/a.c", '"app/journal.h"'),
        ("base/a.c", "<sqlite3.h>"),
        ("base/a.c", "<sys/socket.h>"),
        ("classifier/a.c", '"db/db.h"'),
        ("classifier/a.c", '"app/journal.h"'),
        ("classifier/a.c", "<sqlite3.h>"),
        ("db/a.c", '"classifier/predict.h"'),
        ("db/a.c", '"sync/client.h"'),
        ("db/a.h", "<curses.h>"),
        ("sync/a.c", '"db/db.h"'),
        ("sync/a.c", '"app/journal.h"'),
        ("app/tui/a.c", '"db/db.h"'),
        ("app/tui/a.c", '"db/filter.h"'),
        ("app/tui/a.c", '"sync/client.h"'),
        ("app/tui/a.c", '"app/commands/command.h"'),
        ("app/tui/a.c", "<sqlite3.h>"),
        ("app/commands/a.c", '"db/db.h"'),
        ("app/commands/a.c", '  "classifier/text.h" // why not'),
        ("app/commands/a.c", "<curses.h>"),
        ("app/commands/train.c", '"db/db.h"'),
        ("app/a.c", "<curses.h>"),
        ("app/a.c", "<sqlite3.h>"),
        ("app/a.c", '"journal.h"'),
        ("app/a.c", '"base/missing.h"'),
    ]
    RIGHT = [
        ("base/a.c", '"base/error.h"'),
        ("base/a.c", "<utf8proc.h>"),
        ("classifier/a.c", '"base/error.h"'),
        ("db/a.c", "<sqlite3.h>"),
        ("sync/a.c", '"classifier/predict.h"'),
        ("app/tui/a.c", '"app/journal.h"'),
        ("app/tui/a.c", '"db/entry.h"'),
        ("app/tui/a.c", "<curses.h>"),
        ("app/tui/a.c", "<termios.h>"),
        ("app/commands/a.c", "<cjson/cJSON.h>"),
        ("app/commands/train.c", '"classifier/text.h"'),
        ("app/a.c", '"db/db.h"'),
        ("app/a.c", '"app/tui/tui.h"'),
        ("tests/db/a_test.c", '"classifier/text.h"'),
    ]

    def findings(self, path, header):
        written = self.write(path, f"\n#include {header}\n")
        found = list(layers.findings(self.root))
        os.remove(written)
        return found

    def test_wrong_arrows(self):
        for path, header in self.WRONG:
            found = self.findings(path, header)
            self.assertEqual(len(found), 1, (path, header))
            self.assertTrue(found[0].startswith(path + ":2:"), found)

    def test_right_arrows(self):
        for path, header in self.RIGHT:
            self.assertEqual(self.findings(path, header), [], (path, header))

    def test_a_comment_is_no_arrow(self):
        self.assertEqual(self.findings("base/a.c", '<stdio.h>\n// #include "db/db.h"'), [])
        self.assertEqual(self.findings("base/a.c", '<stdio.h>\n/*\n#include "db/db.h"\n*/'), [])


class Habits(Tree):
    BAD = [
        ("base/a.c", "int a;" + " " * 100 + "int b;\n"),
        ("base/a.c", "\tint a;\n"),
        ("base/a.c", "int a; \n"),
        ("base/a.c", "int a;\r\n"),
        ("base/a.c", "/* TODO: later */\n"),
        ("base/a.c", "int a;"),
        ("base/a.c", "int a(void) { strcpy(b, c); }\n"),
        ("base/a.c", "int a(void) { return atoi (b); }\n"),
        ("base/a.c", "int a(void) { exit(1); }\n"),
        ("app/a.c", 'int a(void) { system("true"); }\n'),
        ("app/tui/a.c", "char *a(void) { return strtok(b, c); }\n"),
        ("classifier/a.c", "double a(void) { return exp(1.0); }\n"),
        ("classifier/a.c", "float a(void) { return logf(1.0f); }\n"),
        ("classifier/a.h", "int a;\n"),
        ("classifier/a.h", GOOD_HEADER.format("DB_A")),
        ("tests/a.py", "a = 1 \n"),
    ]
    GOOD = [
        ("base/a.c", "/* strcpy(a, b) and exit(1) are not for us */\n"),
        ("base/a.c", 'const char *a = "exp(1) \\" strcpy(b)";\n'),
        ("base/a.c", "int my_strcpy(void);\nint strcpy_of(void);\n"),
        ("base/a.c", "/* " + "\u00e9" * 90 + " */\n"),
        ("base/a.c", "double a(void) { return exp(1.0); }\n"),
        ("classifier/a.c", "double a(void) { return sqrt(1.0) + own_exp(1.0); }\n"),
        ("classifier/a.h", "/* what it is */\n" + GOOD_HEADER.format("CLASSIFIER_A")),
        ("app/a.c", "int main(void) { exit(1); }\n"),
    ]

    def findings(self, path, text):
        written = self.write(path, text)
        found = list(habits.findings(self.root))
        os.remove(written)
        return found

    def test_bad_habits(self):
        for path, text in self.BAD:
            found = self.findings(path, text)
            self.assertTrue(found and found[0].startswith(path + ":1:"), (path, text, found))

    def test_good_habits(self):
        for path, text in self.GOOD:
            self.assertEqual(self.findings(path, text), [], (path, text))


class Source(unittest.TestCase):
    def test_lines_stay_where_they_are(self):
        text = "a /* b\nc */ d // e\n\"f // g\" '\"' h\n"
        self.assertEqual(source.code(text), "a     \n     d     \n\"\" '' h\n")


class Tidy(Tree):
    """Only where there is clang-tidy: `make lint` sees to that, `make test` does without."""

    def findings(self, text):
        path = self.write("base/a.c", text)
        shutil.copy(os.path.join(HERE, "../../.clang-tidy"), self.root)
        return subprocess.run(["clang-tidy", "--quiet", path, "--", "-std=c11"],
                              capture_output=True, text=True).stdout

    def test_a_long_function(self):
        body = "".join(f"    a += {n};\n" for n in range(70))
        found = self.findings(f"int a(int a);\nint a(int a)\n{{\n{body}    return a;\n}}\n")
        self.assertIn("readability-function-size", found)

    def test_a_tangled_function(self):
        loops = "".join("    " * n + f"for (int i{n} = 0; i{n} < a; i{n}++)\n" for n in range(1, 8))
        found = self.findings(f"int a(int a);\nint a(int a)\n{{\n{loops}a--;\n    return a;\n}}\n")
        self.assertIn("readability-function-cognitive-complexity", found)

    def test_a_leak(self):
        found = self.findings("#include <stdlib.h>\nint a(void);\n"
                              "int a(void)\n{\n    char *b = malloc(1);\n    return b != 0;\n}\n")
        self.assertIn("clang-analyzer-unix.Malloc", found)

    def test_a_good_function(self):
        found = self.findings("int a(int b);\nint a(int b)\n{\n    return b + 1;\n}\n")
        self.assertEqual(found, "")


if not shutil.which("clang-tidy"):
    del Tidy

if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed"
          + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed else 0)
