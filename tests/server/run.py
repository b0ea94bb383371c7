#!/usr/bin/env python3
"""Drives the real server: tests/server/run.py SERVER SUM [--soak SECONDS] [WORD...]

SERVER: emotrack-server; SUM: tests/server/sum, which reads a sum through the server's own code.
WORD: only the tests whose names contain one of them. --soak: how long the test of exactly once
kills and cuts (15 seconds without it). The last line is "N passed, N failed".
"""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each(item)
        else:
            yield item


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
    sys.dont_write_bytecode = True
    sys.path.insert(0, HERE)
    found = each(unittest.defaultTestLoader.discover(HERE, pattern="*_test.py"))
    suite = unittest.TestSuite(test for test in found
                               if not words or any(word in test.id() for word in words))
    result = unittest.TestResult()
    suite.run(result)
    for test, trace in result.failures + result.errors:
        print(f"FAILED {test.id()}\n{trace}")
    failed = len({test.id() for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
