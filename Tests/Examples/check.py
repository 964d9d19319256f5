"""Runs the tests of test_examples.py, or those whose names contain one of the arguments, with the runner of bindings/python/tests."""

import sys
import unittest

import support
import test_examples
from run import Lines, tests


def main():
    found = unittest.defaultTestLoader.loadTestsFromModule(test_examples)
    # The class of test_docs that SECTIONS came with stays where it is.
    mine = [test for test in tests(found) if type(test).__module__ == "test_examples"]
    wanted = [test for test in mine if not sys.argv[1:] or any(name in test.id() for name in sys.argv[1:])]
    result = Lines()
    unittest.TestSuite(wanted).run(result)
    if support.figures:
        print("figure: " + "; ".join(support.figures))
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
