"""What the suites that drive the real programs share."""

import sys
import time
import traceback
import unittest

DEADLINE = 30  # seconds until what does not come counts as a failure


def wait(condition, what):
    """Polls until the condition gives something true; its value."""
    end = time.monotonic() + DEADLINE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.02)


def run(functions, make):
    """Runs the test_* functions, or those that the command line names behind its first word, each
    with a thing of its own from `make`, closed afterwards. The exit code."""
    wanted = sys.argv[2:]
    tests = {name: test for name, test in functions.items() if name.startswith("test_")}
    chosen = {name: test for name, test in tests.items() if not wanted or name in wanted}
    failed = 0
    for name, test in chosen.items():
        thing = make()
        try:
            test(thing)
            print(f"ok      {name}")
        except Exception:
            failed += 1
            print(f"FAILED  {name}")
            traceback.print_exc(file=sys.stdout)
        finally:
            thing.close()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each(item)
        else:
            yield item


def run_cases(folder, words):
    """Runs the unittest cases in the folder's *_test.py; with words, those whose names contain one
    of them. The exit code."""
    sys.path.insert(0, folder)
    found = each(unittest.defaultTestLoader.discover(folder, pattern="*_test.py"))
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
