#!/usr/bin/env python3
"""Runs the tests of this folder, or those whose names contain one of the arguments. One line for each: ok, FAIL or skip."""

import sys
import time
import traceback
import unittest
from pathlib import Path


class Lines(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()
        self.bad = False

    def say(self, verdict, test, rest=""):
        name = f"{type(test).__module__.replace('test_', '')}.{type(test).__name__}.{getattr(test, '_testMethodName', test)}"
        print(f"{verdict} {name}{rest}", flush=True)

    def addSuccess(self, test):
        if not self.bad:
            self.say("ok", test, f": {time.monotonic() - self.began:.1f} s")

    def fail(self, test, error, where=""):
        self.bad = True
        text = "".join(traceback.format_exception(*error)).rstrip()
        self.say("FAIL", test, f"{where}: {error[1]}"[:300].replace("\n", " "))
        print("  " + text.replace("\n", "\n  "), flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.fail(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.fail(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            self.fail(test, error, f" {subtest._subDescription()}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("skip", test, f": {reason}")


def tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item)
        else:
            yield item


def main():
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder))
    found = unittest.defaultTestLoader.discover(str(folder), top_level_dir=str(folder))
    wanted = [test for test in tests(found) if not sys.argv[1:] or any(name in test.id() for name in sys.argv[1:])]
    result = Lines()
    unittest.TestSuite(wanted).run(result)
    if "support" in sys.modules and sys.modules["support"].figures:
        print("figure: " + "; ".join(sys.modules["support"].figures))
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
