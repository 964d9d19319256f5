"""Latency: from the sending of an event to the program that has read it, at 1,000 events a second.

To wake a program takes twice as long where the scheduler happens to have it on another core than the server, and for seconds at a time
where the machine has other guests. So all programs run at once, and get the events in turns of a quarter of a second, in which the others
sleep; all are on the server's core; and what is compared are figures of one run."""

import os

from suite import build, events, rounds
from suite.paths import BUILD, LATENCY_ROUNDS, scaled, wanted
from suite.serving import Server, run_clients

RATE, EVENTS = 1000, 1500
ROWS = [row for row in events.ROWS if row.name in (events.OURS, events.SIMDJSON, events.JANSSON)]


def measure(rows):
    """{row: figures}"""
    count, cores = scaled(EVENTS, 500), os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})  # of what is started from here, too
    try:
        with Server("--events", count * len(rows), "--rate", RATE, "--clients", len(rows)) as server:
            found = run_clients([[BUILD / row.program, server.url, count, "latency"] for row in rows])
            total = {key: sum(result[key] for result in found) for key in ("events", "text", "transcripts")}
            events.check(rows[0], {**total, "unit": found[0]["unit"]}, server.expected)
    finally:
        os.sched_setaffinity(0, cores)
    return {row.name: {"p50": r["p50"], "p99": r["p99"], "cpu": r["cpu"] / count * 1e6} for row, r in zip(rows, found)}


def run():
    rows = [row for row in ROWS if wanted("latency", row.name) and build.build(row.program)]
    return rounds.together(rows, LATENCY_ROUNDS, measure)


def ratio(results, row, key):
    """To C by hand with simdjson: the median of what it is in each run."""
    return rounds.median([{key: one[key] / hand[key]} for one, hand in zip(results[row], results[events.SIMDJSON])], key)


def table(results):
    head = ["", "p50 us", "of simdjson by hand", "p99 us", "of simdjson by hand", "CPU us an event"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            cells = [row.label]
            for key in ("p50", "p99"):
                of_hand = f"{ratio(results, row.name, key):.2f}" if results.get(events.SIMDJSON) else ""
                cells += [f"{rounds.median(samples, key):.1f}", of_hand]
            lines.append([*cells, f"{rounds.median(samples, 'cpu'):.1f}"])
    return head, lines
