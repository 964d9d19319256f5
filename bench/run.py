#!/usr/bin/env python3
"""What libvideodb_rt costs, beside what else one could use. `make bench` runs it; README.md beside it says how to read and to extend it.

    ROUNDS=5   interleaved rounds of events and REST; the lowest figure of all counts
    LATENCY_ROUNDS=20, START_ROUNDS=100   the same of latency and start-up; the median counts
    SCALE=1    of the numbers of events and calls
    CHANNELS=10000  of the measurements with many
    ONLY=      a regular expression: only what it finds in `kind/row`, such as events/ours or latency
"""

import sys

sys.dont_write_bytecode = True

from suite import build, events, latency, profile, report, rest, scale, start
from suite.serving import Failure

# Kind: title, what measures it, what makes a table of it.
KINDS = {
    events.PLAIN: ("Events", lambda: events.run(events.PLAIN), events.table),
    events.TLS: ("Events over TLS", lambda: events.run(events.TLS), events.table),
    events.FRAGMENTED: ("Events, one in ten in two or three frames", lambda: events.run(events.FRAGMENTED), events.table),
    "latency": ("Latency at 1,000 events a second", latency.run, latency.table),
    "rest": ("REST", rest.run, rest.table),
    "start": ("Start-up", start.run, start.table),
    "profile": ("Where the instructions of an event go", profile.run, profile.table),
    "scale": ("Many channels in one process", scale.run, scale.table),
}


def main():
    if not build.build("server"):
        return 1
    for kind, (title, run, table) in KINDS.items():
        try:
            print(title, file=sys.stderr, flush=True)
            results = run()
        except Failure as failure:
            print(f"{kind}: {failure}", file=sys.stderr)
            return 1
        if results:
            print(f"\n{title}\n\n{report.table(*table(results))}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
