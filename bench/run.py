#!/usr/bin/env python3
"""What libvideodb_rt costs, beside what else one could use. `make bench` runs it; README.md beside it says how to read and to extend it.

    ROUNDS=5   interleaved rounds; the lowest figure of all counts
    SCALE=1    of the numbers of events and calls
    ONLY=      a regular expression: only what it finds in `kind/row`, such as events/ours or latency
"""

import sys

sys.dont_write_bytecode = True

from suite import build, events, report
from suite.serving import Failure

KINDS = {
    events.PLAIN: "Events",
    events.TLS: "Events over TLS",
    events.FRAGMENTED: "Events, one in ten in two or three frames",
}


def main():
    if not build.build("server"):
        return 1
    for kind, title in KINDS.items():
        try:
            print(f"{title}", file=sys.stderr)
            results = events.run(kind)
        except Failure as failure:
            print(f"{kind}: {failure}", file=sys.stderr)
            return 1
        if results:
            print(f"\n{title}\n\n{report.table(*events.table(results))}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
