#!/usr/bin/env python3
"""Drives the built programs: tests/cli/run.py EMOTRACK LAB [WORD...]

WORD: only the tests whose names contain one of them. The last line is "N passed, N failed", with
", N skipped" where there were any.
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
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    os.environ["EMOTRACK_PROGRAM"] = os.path.abspath(sys.argv[1])
    os.environ["EMOTRACK_LAB"] = os.path.abspath(sys.argv[2])
    sys.dont_write_bytecode = True
    sys.path.insert(0, HERE)
    found = each(unittest.defaultTestLoader.discover(HERE, pattern="*_test.py"))
    words = sys.argv[3:]
    suite = unittest.TestSuite(test for test in found
                               if not words or any(word in test.id() for word in words))
    result = unittest.TestResult()
    suite.run(result)
    for test, trace in result.failures + result.errors:
        print(f"FAILED {test.id()}\n{trace}")
    for test, reason in result.skipped:
        print(f"SKIPPED {test.id()}: {reason}")
    failed = len({test.id() for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed"
          + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
