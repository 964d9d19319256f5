"""Start-up: from the start of a process to its first event, by way of REST for the WebSocket's URL."""

import json
from dataclasses import dataclass

from suite import build, fixed, rounds
from suite.paths import BUILD, START_ROUNDS, wanted
from suite.serving import Failure, Server, run_lines


@dataclass
class Row:
    name: str
    label: str
    program: str


OURS, HAND = "ours", "hand"

ROWS = [
    Row(OURS, "**libvideodb_rt**", "start_ours"),
    Row(HAND, "C by hand, libcurl, jansson", "start_hand"),
]


def measure(row, server):
    lines = run_lines([BUILD / "launch", BUILD / row.program], {"VIDEO_DB_API": server.url, "VIDEO_DB_API_KEY": "sk-bench"})
    first, process = map(json.loads, lines)
    if first["channel"] != "transcript" or first["text"] != server.expected["bytes"]:
        raise Failure(f"{row.name}: the first event was {first}")
    return {"ms": (first["at_ns"] - process["from_ns"]) / 1e6, "peak": process["peak_kb"]}


def run():
    rows = [row for row in ROWS if wanted("start", row.name) and build.build(row.program)]
    if not rows or not build.build("launch"):
        return {}
    with Server("--bindings", 0, "--events", 1) as server:
        results = rounds.interleave(rows, START_ROUNDS, lambda row: measure(row, server))
    for row in rows:
        count = fixed.start_up(row.program)
        for sample in results[row.name]:
            sample["instructions"] = count / 1e6
    return results


def table(results):
    head = ["", "ms to the first event", "of C by hand", "million instructions", "of C by hand", "peak memory, KB"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            cells = [row.label]
            for key in ("ms", "instructions"):
                cells += [f"{rounds.median(samples, key):.2f}", rounds.ratio(results, row.name, HAND, key, rounds.median)]
            lines.append([*cells, f"{rounds.median(samples, 'peak'):.0f}"])
    return head, lines
