"""What the suites that drive the real programs share."""

import sys
import time
import traceback

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
