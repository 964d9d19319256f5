#!/usr/bin/env python3
"""What libvideodb_rt costs, beside what else one could use. `make bench` runs it; README.md beside it says how to read and to extend it.

    run.py [--render]   --render: RESULTS.md anew from what was measured last

Settings, of the environment or of make:
    ROUNDS=8   interleaved rounds of events and REST; the lowest figure of all counts
    LATENCY_ROUNDS=20, START_ROUNDS=100   the same of latency and start-up; the median counts
    SCALE=1    of the numbers of events and calls
    CHANNELS=10000  of the measurements with many
    ONLY=      a regular expression: only what it finds in `kind/row`, such as events/ours or ^latency/
    WRITE=     yes: RESULTS.md gets what is measured; the default without SCALE, CHANNELS and ONLY
"""

import sys

sys.dont_write_bytecode = True

from suite import build, events, figures, fixed, latency, profile, report, rest, scale, start, store
from suite.paths import WRITES
from suite.serving import Failure

# Kind: title, what measures it, what makes a table of it.
KINDS = {
    events.PLAIN: ("Events", lambda: events.run(events.PLAIN), events.table),
    events.TLS: ("Events over TLS", lambda: events.run(events.TLS), events.table),
    events.FRAGMENTED: ("Events, one in ten in two or three frames", lambda: events.run(events.FRAGMENTED), events.table),
    events.UNLIKE: ("Events unlike each other, in other scripts", lambda: events.run(events.UNLIKE), events.table),
    events.SECONDS: ("Events with their times in seconds", lambda: events.run(events.SECONDS), events.table),
    "latency": ("Latency at 1,000 events a second", latency.run, latency.table),
    rest.REST: ("REST", lambda: rest.run(rest.REST), rest.table),
    rest.HTTP2: ("REST over TLS, from a server that offers HTTP/2", lambda: rest.run(rest.HTTP2), rest.table),
    "start": ("Start-up", start.run, start.table),
    "scale": ("Many channels in one process", scale.run, scale.table),
    "instructions": ("Instructions and allocations of an event", fixed.run, fixed.table),
    "profile": ("Where the instructions of an event go", profile.run, profile.table),
}


def measure():
    if not build.build("server"):
        return 1
    measured, failed = {}, False
    for kind, (title, run, table) in KINDS.items():
        print(title, file=sys.stderr, flush=True)
        try:
            results = run()
        except Failure as failure:
            print(f"{kind}: {failure}", file=sys.stderr, flush=True)
            failed = True
            continue
        if results:
            measured[kind] = results
            print(f"\n{title}\n\n{report.table(*table(results))}\n", flush=True)
            if WRITES:
                store.keep(kind, results)
    lines = figures.table(measured)
    if lines[1]:
        print(f"\nFigures\n\n{report.table(*lines)}\n", flush=True)
    return failed


def main():
    if "--render" in sys.argv:
        report.write(KINDS)
        return 0
    failed = measure()
    if WRITES:
        report.write(KINDS)
    return failed


if __name__ == "__main__":
    sys.exit(main())
