#!/usr/bin/env python3
"""Drives the built programs: tests/cli/run.py EMOTRACK LAB [WORD...]

WORD: only the tests whose names contain one of them. The last line is "N passed, N failed", with
", N skipped" where there were any.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, ".."))
from suite import run_cases  # noqa: E402


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.environ["EMOTRACK_PROGRAM"] = os.path.abspath(sys.argv[1])
    os.environ["EMOTRACK_LAB"] = os.path.abspath(sys.argv[2])
    return run_cases(HERE, sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
