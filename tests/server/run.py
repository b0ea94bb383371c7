#!/usr/bin/env python3
"""Drives the real server: tests/server/run.py SERVER SUM [--soak SECONDS] [WORD...]

SERVER: emotrack-server; SUM: tests/server/sum, which reads a sum through the server's own code.
WORD: only the tests whose names contain one of them. --soak: how long the test of exactly once
kills and cuts (15 seconds without it). The last line is "N passed, N failed".
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, ".."))
from suite import run_cases  # noqa: E402


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    os.environ["EMOTRACK_SERVER"] = os.path.abspath(arguments[0])
    os.environ["EMOTRACK_SUM"] = os.path.abspath(arguments[1])
    words = arguments[2:]
    if words[:1] == ["--soak"]:
        os.environ["EMOTRACK_SOAK"] = words[1]
        words = words[2:]
    return run_cases(HERE, words)


if __name__ == "__main__":
    sys.exit(main())
