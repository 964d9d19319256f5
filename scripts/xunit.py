#!/usr/bin/env python3
"""Reports the tests of xunit files as scripts/test.sh counts them: ok, FAIL or skip, one a line."""

import sys
import xml.etree.ElementTree as ElementTree


def main(files):
    failed = False
    for file in files:
        for case in ElementTree.parse(file).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            fault = case.find("failure")
            if fault is None:
                fault = case.find("error")
            if fault is not None:
                failed = True
                print(f"FAIL {name}: {' '.join((fault.get('message') or fault.text or '').split())}")
            elif case.find("skipped") is not None:
                print(f"skip {name}")
            else:
                print(f"ok {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
