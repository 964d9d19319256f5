"""CPU of an event: the server sends as fast as a client takes."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from suite import build, rounds
from suite.paths import BUILD, ROUNDS, scaled, wanted
from suite.serving import Failure, Server, run_client


@dataclass
class Row:
    name: str
    label: str
    program: str
    events: int = 1_000_000
    environment: dict = field(default_factory=dict)
    reads: bool = True  # it finds channel and text
    state_file: bool = False
    kinds: tuple = ("events", "events-tls", "events-fragmented")

    def command(self):
        return [BUILD / self.program]


SIMDJSON, JANSSON, OURS = "hand_simdjson", "hand_jansson", "ours"

ROWS = [
    Row("raw", "recv and discard, no frames", "raw", 2_000_000, reads=False, kinds=("events",)),
    Row("hand_frames", "C by hand, frames only, nothing parsed", "hand_frames", 2_000_000, reads=False),
    Row(SIMDJSON, "C by hand, libcurl, simdjson on demand", "hand_simdjson"),
    Row(OURS, "libvideodb_rt, callback", "ours_callback"),
    Row("ours_state_file", "libvideodb_rt, callback, state file", "ours_callback", state_file=True),
    Row("ours_batch", "libvideodb_rt, pulled in batches", "ours_batch"),
    Row(JANSSON, "C by hand, libcurl, jansson", "hand_jansson", 500_000),
]

OPTIONS = {"events": [], "events-tls": [], "events-fragmented": ["--fragmented"]}


def check(row, result, expected):
    if result["events"] != expected["events"]:
        raise Failure(f"{row.name}: {result['events']} events, not {expected['events']}")
    if not row.reads:
        return
    if result["text"] != expected[result["unit"]]:
        raise Failure(f"{row.name}: {result['text']} {result['unit']} of text, not {expected[result['unit']]}")
    if result["transcripts"] * 2 != expected["events"]:
        raise Failure(f"{row.name}: {result['transcripts']} transcripts, not {expected['events'] // 2}")


def measure(kind, row, tls):
    events = scaled(row.events // 2 if tls else row.events, 10000)
    with tempfile.TemporaryDirectory() as folder, Server("--events", events, *OPTIONS[kind], tls=tls) as server:
        environment = {**row.environment, "BENCH_PAYLOAD": str(server.expected["payload"])}
        if tls:
            environment["BENCH_CA"] = environment["SSL_CERT_FILE"] = str(tls[0])
        if row.state_file:
            environment["BENCH_STATE_FILE"] = str(Path(folder) / "state")
        result = run_client([*row.command(), server.url, events], environment)
        check(row, result, server.expected)
    return {
        "cpu": result["cpu"] / events * 1e6,
        "wall": result["wall"] / events * 1e6,
        "server": server.cpu / events * 1e6,
    }


def run(kind, tls=None):
    """{row: samples}, in microseconds an event."""
    rows = [row for row in ROWS if kind in row.kinds and wanted(kind, row.name) and build.build(row.program)]
    return rounds.interleave(rows, ROUNDS, lambda row: measure(kind, row, tls))


def table(results):
    head = ["", "CPU us an event", "median", "x simdjson by hand", "events a second", "server's CPU"]
    lines = []
    base = results.get(SIMDJSON)
    for row in ROWS:
        if samples := results.get(row.name):
            cpu = rounds.lowest(samples, "cpu")
            ratio = f"{cpu / rounds.lowest(base, 'cpu'):.2f}" if base else ""
            lines.append(
                [
                    row.label,
                    f"{cpu:.3f}",
                    f"{rounds.median(samples, 'cpu'):.3f}",
                    ratio,
                    f"{1e6 / rounds.lowest(samples, 'wall'):,.0f}",
                    f"{rounds.lowest(samples, 'server'):.3f}",
                ]
            )
    return head, lines
