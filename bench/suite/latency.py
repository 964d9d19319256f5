"""Latency: from the sending of an event to the program that has read it, at 1,000 events a second."""

from suite import build, events, rounds
from suite.paths import BUILD, LATENCY_ROUNDS, scaled, wanted
from suite.serving import Server, run_client

RATE, EVENTS = 1000, 1500
ROWS = [row for row in events.ROWS if row.name in (events.OURS, events.SIMDJSON, events.JANSSON)]


def measure(row):
    count = scaled(EVENTS, 500)
    with Server("--events", count, "--rate", RATE) as server:
        result = run_client([BUILD / row.program, server.url, count, "latency"], {})
        events.check(row, result, server.expected)
    return {"p50": result["p50"], "p99": result["p99"], "cpu": result["cpu"] / count * 1e6}


def run():
    rows = [row for row in ROWS if wanted("latency", row.name) and build.build(row.program)]
    return rounds.interleave(rows, LATENCY_ROUNDS, measure)


def table(results):
    head = ["", "p50 us", "of simdjson by hand", "p99 us", "of simdjson by hand", "CPU us an event"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            cells = [row.label]
            for key in ("p50", "p99"):
                cells += [f"{rounds.median(samples, key):.1f}", rounds.ratio(results, row.name, events.SIMDJSON, key, rounds.median)]
            lines.append([*cells, f"{rounds.median(samples, 'cpu'):.1f}"])
    return head, lines
