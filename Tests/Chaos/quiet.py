#!/usr/bin/env python3
"""Pipelines that fall silent behind a healthy socket: first their events are not pushed, then the stream is stopped.

    quiet.py

What was not pushed must arrive all the same, and the stop must be told (`vdbrt.stalled`).
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from chaos import QUICK
from parts import KEY, Failed, known_keys
from pressure import Bench, must_be_zero, report


def stop_stream(bench):
    """As somebody else would."""
    request = urllib.request.Request(
        f"{bench.feed.url}/rtstream/{bench.streams[0]['id']}/status",
        json.dumps({"action": "stop"}).encode(),
        {"x-access-token": KEY, "Content-Type": "application/json"},
        method="PATCH",
    )
    urllib.request.urlopen(request, timeout=10).read()


def stalls(bench):
    return [data for channel, data in bench.received.transitions if channel == "vdbrt.stalled"]


def run(given, folder):
    if "watch.quiet_ms" not in known_keys():
        print("skip quiet: this library does not watch its pipelines")
        return 0
    quick = [key for key in QUICK if not key.startswith("watch.")]
    keys = [*quick, f"watch.quiet_ms={given.quiet}", *given.config]
    bench = Bench(folder, [], ["--streams", "2", "--mode", "next"], keys)
    try:
        bench.emit(300, 200)
        bench.emit(200, 100, is_pushed=False)
        bench.wait(given.quiet / 1000 * 4)
        lost, unasked = bench.lost, len(stalls(bench))
        stop_stream(bench)
        deadline = time.monotonic() + given.quiet / 1000 * 5 + 10
        while time.monotonic() < deadline and not stalls(bench)[unasked:]:
            for line in bench.consumer.lines():
                bench.received.add(line)
            time.sleep(0.05)
        bench.finish()
        told = stalls(bench)
        figures = {
            "events": bench.truth.total,
            "lost": lost,
            "doubled": bench.doubled,
            "disconnected": len(bench.reasons()),
            "stalled while it ran": unasked,
            "stalled": len(told) - unasked,
        }
        bad = must_be_zero(figures, "lost", "doubled", "disconnected", "stalled while it ran")
        if not any(data.get("rtstream_id") == bench.streams[0]["id"] for data in told[unasked:]):
            bad.append(f"the stop of the stream was not told: {told[unasked:]}")
        return 1 if report("quiet pipelines", figures, bad) else 0
    finally:
        bench.close()


def main():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--quiet", type=int, default=1500, help="watch.quiet_ms")
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-quiet-") as folder:
        try:
            return run(given, Path(folder))
        except Failed as error:
            print(f"FAIL quiet: {error}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
