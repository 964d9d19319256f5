#!/usr/bin/env python3
"""Compares what libvideodb_rt executes for fixed inputs with budgets.txt. One line for each figure: `ok NAME: ...` or `FAIL NAME: ...`.

    bench/budgets.py [--set]     --set writes what it finds, and 5 % more, as the new budgets

Per event and per call are differences of two runs with different numbers of them, so that start and end do not count.
"""

import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from suite import build, instructions
from suite.paths import BENCH, BUILD
from suite.serving import Failure, Server

BUDGETS = BENCH / "budgets.txt"
EVENTS, MORE_EVENTS = 2_000, 22_000
CALLS, MORE_CALLS = 100, 600


def of_events(program, events, measure, options=(), state_file=False):
    with tempfile.TemporaryDirectory() as folder, Server("--events", events, *options) as server:
        environment = {"BENCH_STATE_FILE": str(Path(folder) / "state")} if state_file else {}
        return measure([BUILD / program, server.url, events], environment)


def per_event(*arguments, measure=instructions.count, **options):
    few = of_events(*arguments, EVENTS, measure, **options)
    return (of_events(*arguments, MORE_EVENTS, measure, **options) - few) / (MORE_EVENTS - EVENTS)


def per_call():
    with Server() as server:
        few, many = (instructions.count([BUILD / "rest_ours", server.url, calls, 1], {}) for calls in (CALLS, MORE_CALLS))
    return (many - few) / (MORE_CALLS - CALLS)


def start_up():
    with Server("--bindings", 0, "--events", 1) as server:
        environment = {"VIDEO_DB_API": server.url, "VIDEO_DB_API_KEY": "sk-bench"}
        return min(instructions.count([BUILD / "start_ours"], environment) for _ in range(2))


FIGURES = {
    "event, callback": lambda: per_event("ours_callback"),
    "event, callback, one in ten fragmented": lambda: per_event("ours_callback", options=["--fragmented"]),
    "event, callback, state file": lambda: per_event("ours_callback", state_file=True),
    "event, pulled in batches": lambda: per_event("ours_batch"),
    "allocations for an event, callback": lambda: per_event("ours_callback", measure=instructions.allocations),
    "REST call": per_call,
    "start-up to the first event": start_up,
}


def budgets():
    lines = [line for line in BUDGETS.read_text().splitlines() if not line.startswith("#")]
    return {name: float(figure) for name, figure in (line.rsplit(": ", 1) for line in lines)}


def set_budgets(found):
    comment = [line for line in BUDGETS.read_text().splitlines() if line.startswith("#")]
    lines = [f"{name}: {figure * 1.05 + 0.01:.{2 if figure < 10 else 0}f}" for name, figure in found.items()]
    BUDGETS.write_text("\n".join([*comment, *lines]) + "\n")


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
