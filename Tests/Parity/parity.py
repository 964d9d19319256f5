#!/usr/bin/env python3
"""The official SDK and our library make the same requests: the script of steps/ with both, against a server that records.

    parity.py --driver PROGRAM [--library FOLDER]

It runs under a Python that has the SDK. Each step is done by our library (driver.c) and by the SDK; method, path, query, JSON body and
the token's header of what arrived are compared, or for what sends nothing the outputs (compare.py says how). A difference that is
meant stands in differences.json, with the row of the protocol that it rests on; one that no step shows any more fails as well as one
that is not there. Every function of the header that makes a request has to be in the script.

Prints a line for each step, in the manner of scripts/report.sh, and ends with 1 where one fails.
"""

import argparse
import importlib.metadata
import json
import secrets
import sys
from pathlib import Path

import compare
from compare import ABSENT, Differences, show
from driver import Driver, DriverError
from header import operations
from recorder import Recorder
from steps import STEPS

HERE = Path(__file__).resolve().parent


class Report:
    def __init__(self):
        self.failed = 0

    def ok(self, name, figure=""):
        print(f"ok {name}" + (f": {figure}" if figure else ""), flush=True)

    def fail(self, name, reasons):
        self.failed += 1
        print(f"FAIL {name}: " + "\n  ".join(reasons), flush=True)


class Runner:
    def __init__(self, driver, recorder, token, report):
        self.driver, self.recorder, self.token, self.report = driver, recorder, token, report
        self.differences = Differences(json.loads((HERE / "differences.json").read_text()))
        # Reported, not compared: header -> side -> values.
        self.headers = {name: {"ours": set(), "theirs": set()} for name in ("x-videodb-client", "content-type")}

    def ours(self, step):
        answer = self.driver.call(step.operation, step.args)
        fields, requests = self.arrived("ours")
        if answer["status"] != "VDBRT_OK":
            refused = answer["status"] in ("VDBRT_E_ARGUMENT", "VDBRT_E_OPTION") or answer["status"]
            return fields | {"refused": refused}, f"ours: {answer['status']}: {answer['message']}", requests
        if not requests:
            fields["output"] = answer["out"]
        if step.operation == "events_open":
            self.driver.call("events_close")
        return fields, "", requests

    def theirs(self, step):
        # Imported here, so that a fault in the SDK's place is reported as one of the step.
        from official import Official

        try:
            output = step.sdk(Official(self.token, self.recorder.url))
        except Exception as error:
            refused = isinstance(error, ValueError) or type(error).__name__
            return self.arrived("theirs")[0] | {"refused": refused}, f"theirs: {type(error).__name__}: {error}"
        fields, requests = self.arrived("theirs")
        return (fields, "") if requests else (fields | {"output": output}, "")

    def arrived(self, side):
        requests = self.recorder.take()
        for request in requests:
            for name, sides in self.headers.items():
                kind = "with a body" if request.body else "without"
                sides[side] |= {(value, kind) for value in request.header(name)}
        return compare.fields_of(requests), requests

    def run(self, step):
        ours, why_ours, requests = self.ours(step)
        why_theirs = ""
        if step.sdk:
            theirs, why_theirs = self.theirs(step)
        else:
            theirs = compare.fields_expected(step.expect, self.token)
        faults, intended = [], 0
        if not step.sdk and not compare.ROW_OF_STEP.fullmatch(step.row or ""):
            faults.append(f"the SDK has no such call, and the step cites no row that says so: {step.row!r}")
        if step.refused:
            faults += [f"{name} did not refuse the arguments" for name, side in (("ours", ours), ("theirs", theirs)) if side.get("refused") is not True]
            faults += ["a request was sent all the same"] if ours["requests"] or theirs["requests"] else []
        for field, a, b in compare.unequal(ours, theirs):
            if self.differences.allow(step.name, field, a, b):
                intended += 1
            else:
                faults.append(f"{field}: ours {show(a)}, {'theirs' if step.sdk else 'expected'} {show(b)}")
        if not step.refused and "refused" in ours and "refused" in theirs:
            faults.append("both refused it")
        if faults:
            self.report.fail(step.name, faults + [text for text in (why_ours, why_theirs) if text])
            return
        shown = f"{requests[0].method} {requests[0].path}" if requests else "nothing sent" if step.refused else show(ours["output"])
        shown += f", {intended} intended" if intended else ""
        self.report.ok(step.name, shown + ("" if step.sdk else ", the SDK has none"))

    def show_headers(self):
        """Not compared: who each says it is, and what it calls its body."""
        for name, sides in self.headers.items():
            texts = []
            for side, values in sides.items():
                by_value = {}
                for value, kind in sorted(values):
                    by_value.setdefault(value, []).append(kind)
                texts.append(f"{side} " + (", ".join(f"{v} ({' and '.join(k)} body)" for v, k in by_value.items()) or "none"))
            self.report.ok(f"{name}, for the record", "; ".join(texts).replace("with a body and without body", "all requests"))


def check_coverage(report, names, steps):
    stepped = {f"vdbrt_{step.operation}" for step in steps}
    missing = [name for name in names if name not in stepped]
    if missing or not names:
        report.fail("every operation of the header has a step", missing or ["the header has no operation"])
    else:
        report.ok("every operation of the header has a step", f"{len(names)}")
    twice = sorted({step.name for step in steps if [s.name for s in steps].count(step.name) > 1})
    if twice:
        report.fail("every step has a name of its own", twice)
    return len(names) - len(missing)


def check_comparison(report):
    """What would make every step pass: a comparison that cannot tell."""
    told = [(5, 5.5), (True, 1), (False, 0), (None, ABSENT), ({}, ABSENT), ({}, None), ([], ABSENT), ({"a": None}, {})]
    told += [("5", "5.0"), ("5", 5), ([1, 2], [2, 1])]
    same = [(5, 5.0), ({"a": 1, "b": [None]}, {"b": [None], "a": 1.0})]
    faults = [f"{show(a)} and {show(b)} are not told apart" for a, b in told if compare.equal(a, b)]
    faults += [f"{show(a)} and {show(b)} are not the same" for a, b in same if not compare.equal(a, b)]
    unused = Differences([{"steps": ["x"], "field": "path", "row": "6 #1", "why": "w"}]).faults()
    uncited = Differences([{"steps": ["x"], "field": "path", "row": "because", "why": "w"}])
    uncited.unused.clear()
    if not unused or not uncited.faults():
        faults.append("a difference that is unused, or cites nothing, is let through")
    report.fail("the comparison tells apart", faults) if faults else report.ok("the comparison tells apart", f"{len(told)} pairs")


def main():
    parser = argparse.ArgumentParser(description="The official SDK and our library make the same requests.")
    parser.add_argument("--driver", required=True, type=Path)
    parser.add_argument("--library", type=Path)
    options = parser.parse_args()
    report = Report()
    check_comparison(report)
    names = operations(HERE.parents[1])
    covered = check_coverage(report, names, STEPS)
    token, recorder = secrets.token_hex(16), Recorder()
    driver = Driver(options.driver, recorder.url, token, options.library)
    runner = Runner(driver, recorder, token, report)
    try:
        for step in STEPS:
            runner.run(step)
    except DriverError as error:
        report.fail("the driver answers", [str(error)])
    faults = runner.differences.faults()
    if faults:
        report.fail("differences.json", faults)
    else:
        report.ok("every intended difference is used and cites its row", f"{len(runner.differences.entries)}")
    runner.show_headers()
    code = driver.close()
    if code != 0:
        report.fail("the driver shuts down", [f"exit code {code}"])
    print(
        f"figure: parity {covered} of {len(names)} operations, {len(STEPS)} steps, {len(runner.differences.entries)} intended "
        f"differences, videodb {importlib.metadata.version('videodb')}"
    )
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
