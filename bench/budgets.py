#!/usr/bin/env python3
"""Compares what libvideodb_rt executes for fixed inputs with budgets.txt. One line for each figure: `ok NAME: ...` or `FAIL NAME: ...`.

    bench/budgets.py [--set]     --set writes what it finds, and 5 % more, as the new budgets
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

from suite import build, fixed, instructions
from suite.paths import BENCH
from suite.serving import Failure

BUDGETS = BENCH / "budgets.txt"
FIGURES = {
    "event, callback": fixed.PLAIN.per_event,
    "event, callback, one in ten fragmented": fixed.FRAGMENTED.per_event,
    "event, callback, unlike each other": fixed.UNLIKE.per_event,
    "event, callback, times in seconds": fixed.SECONDS.per_event,
    "event, callback, numbered": fixed.NUMBERED.per_event,
    "event, callback, state file": fixed.STATE_FILE.per_event,
    "event, pulled in batches": fixed.BATCH.per_event,
    "allocations for an event, callback": lambda: fixed.PLAIN.per_event(instructions.allocations),
    "allocations for an event, callback, times in seconds": lambda: fixed.SECONDS.per_event(instructions.allocations),
    "REST call": lambda: fixed.per_call("rest_ours"),
    "start-up to the first event": lambda: fixed.start_up("start_ours"),
}


def budgets():
    lines = [line for line in BUDGETS.read_text().splitlines() if not line.startswith("#")]
    return {name: float(figure) for name, figure in (line.rsplit(": ", 1) for line in lines)}


def set_budgets(found):
    comment = [line for line in BUDGETS.read_text().splitlines() if line.startswith("#")]
    lines = [f"{name}: {figure * 1.05 + 0.01:.{2 if figure < 10 else 0}f}" for name, figure in found.items()]
    BUDGETS.write_text("\n".join([*comment, *lines]) + "\n")


def is_like_theirs():
    """Whether the processor is of the kind that the budgets were set on: strings are looked through as wide as it can."""
    return "avx2" in Path("/proc/cpuinfo").read_text()


def main():
    programs = ("server", "ours_callback", "ours_batch", "rest_ours", "start_ours")
    if not all([build.build(program) for program in programs]):
        return 1
    allowed, found, failed = budgets(), {}, False
    for name, measure in FIGURES.items():
        try:
            found[name] = measure()
        except Failure as failure:
            print(f"FAIL {name}: {failure}")
            failed = True
            continue
        figure = f"{found[name]:,.2f}" if found[name] < 10 else f"{found[name]:,.0f}"
        if "--set" in sys.argv:
            print(f"{name}: {figure}")
        elif name not in allowed:
            print(f"FAIL {name}: {figure}, and budgets.txt has none for it")
            failed = True
        elif found[name] > allowed[name] and not is_like_theirs():
            print(f"skip {name}: {figure}; the budgets are those of an x86-64 processor with AVX2, which this is not")
        elif found[name] > allowed[name]:
            print(f"FAIL {name}: {figure}, above its budget of {allowed[name]:,.0f}")
            failed = True
        else:
            print(f"ok {name}: {figure} of {allowed[name]:,.{2 if allowed[name] < 10 else 0}f}", flush=True)
    if not failed and "--set" in sys.argv:
        set_budgets(found)
    return failed


if __name__ == "__main__":
    sys.exit(main())
