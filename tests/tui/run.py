#!/usr/bin/env python3
"""The terminal UI as a user sees it: the tests of the modules *_test.py in this folder.

    tests/tui/run.py build/emotrack [MODULE or name of a test...]

A module is named without its _test.py. Each test gets a user of its own (user.py).
"""

import glob
import importlib
import os
import sys

import screen  # noqa: F401  (it says where suite.py is)
from suite import run
from user import User

HERE = os.path.dirname(os.path.abspath(__file__))


def tests(words):
    """The tests of the modules that are named, or, where none is, of all; by name."""
    names = sorted(os.path.basename(path)[:-3]
                   for path in glob.glob(os.path.join(HERE, "*_test.py")))
    named = [name for name in names if name[:-len("_test")] in words]
    found = {}
    for name in named or names:
        for key, value in vars(importlib.import_module(name)).items():
            if key.startswith("test_") and callable(value):
                assert key not in found, f"two tests are called {key}"
                found[key] = value
    sys.argv[2:] = [word for word in words if f"{word}_test" not in names]
    return found


if __name__ == "__main__":
    sys.exit(run(tests(sys.argv[2:]), User))
