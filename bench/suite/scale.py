"""Many channels in one process: what each costs, and whether an event costs more because of the others."""

import json
import subprocess
from dataclasses import dataclass, field

from suite import build, rounds
from suite.paths import BUILD, CHANNELS, scaled, wanted
from suite.serving import ENVIRONMENT, Failure, Server

BURST, SPREAD, RATE, ROUNDS, IDLE_SECONDS, PING_SECONDS = 500_000, 60_000, 20_000, 2, 5, 20
# They wait for each other while they are opened.
PINGED = {"ws.connect_timeout_ms": 120_000}
QUIET = {**PINGED, "ws.ping_interval_ms": 86_400_000}


@dataclass
class Row:
    name: str
    label: str
    program: str
    channels: int
    config: dict = field(default_factory=dict)
    is_idle: bool = False  # no events, and idle for as long as each is pinged once


ONE, OURS, OURS_PINGED, HAND_ONE, HAND = "ours_one", "ours", "ours_pinged", "hand_one", "hand"

ROWS = [
    Row(ONE, "**libvideodb_rt**, 1 channel", "scale_ours", 1, QUIET),
    Row(OURS, f"**libvideodb_rt**, {CHANNELS:,} channels", "scale_ours", CHANNELS, QUIET),
    Row(OURS_PINGED, f"**libvideodb_rt**, {CHANNELS:,} channels, default ping", "scale_ours", CHANNELS, PINGED, is_idle=True),
    Row(HAND_ONE, "C by hand, libcurl, 1 connection", "scale_hand", 1),
    Row(HAND, f"C by hand, libcurl, {CHANNELS:,} connections", "scale_hand", CHANNELS),
]


class Client:
    """A program that does what it is told, a line at a time."""

    def __init__(self, row, url):
        command = [BUILD / row.program, url, str(row.channels)]
        environment = {**ENVIRONMENT, "BENCH_CONFIG": json.dumps(row.config)}
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = row.name

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.name}: ended with {self.process.wait(60)}")
        return json.loads(line)

    def tell(self, command):
        tell(self.process, command)
        return self.answer()


def tell(process, command):
    process.stdin.write(command + "\n")
    process.stdin.flush()


def events(client, server, count, command):
    """CPU of an event in microseconds."""
    client.tell(f"expect {count}")
    tell(server.process, command)
    return client.answer()["cpu"] / count * 1e6


def measure(row):
    burst, spread = scaled(BURST), scaled(SPREAD)
    with Server("--bindings", 10**9) as server:
        client = Client(row, server.url)
        try:
            start, opened = client.answer(), client.answer()
            seconds = PING_SECONDS if row.is_idle else IDLE_SECONDS
            result = {
                "open_seconds": opened["wall"],
                "open_cpu": opened["cpu"] / row.channels * 1e6,
                "kilobytes": (opened["rss"] - start["rss"]) / row.channels / 1024,
                "descriptors": (opened["descriptors"] - start["descriptors"]) / row.channels,
                "threads": opened["threads"],
            }
            if not row.is_idle:
                events(client, server, 1000, "blast 1000")
                result["burst"] = min(events(client, server, burst, f"blast {burst}") for _ in range(3))
                result["spread"] = events(client, server, spread, f"spread {spread} {RATE}")
            result["idle"] = client.tell(f"idle {seconds}")["cpu"] / seconds * 100
            result["close_seconds"] = client.tell("close")["wall"]
            if client.process.wait(60):
                raise Failure(f"{row.name}: ended with {client.process.returncode}")
        finally:
            client.process.kill()
            client.process.wait()
    return result


def run():
    """{row: the lowest of each figure}"""
    rows = [row for row in ROWS if wanted("scale", row.name) and build.build(row.program)]
    results = rounds.interleave(rows, ROUNDS, measure)
    return {name: {key: rounds.lowest(samples, key) for key in samples[0]} for name, samples in results.items()}


def table(results):
    head = ["", "one is busy: CPU us an event", "each in turn: CPU us an event", "KB each", "descriptors each", "idle: % of a CPU"]
    head += ["threads", "opened in s", "CPU us to open one", "closed in s"]
    lines = []
    for row in ROWS:
        if r := results.get(row.name):
            lines.append(
                [
                    row.label,
                    "" if row.is_idle else f"{r['burst']:.3f}",
                    "" if row.is_idle else f"{r['spread']:.2f}",
                    f"{r['kilobytes']:.1f}" if row.channels > 1 else "",
                    f"{r['descriptors']:.1f}" if row.channels > 1 else "",
                    f"{r['idle']:.3f}",
                    str(r["threads"]),
                    f"{r['open_seconds']:.2f}",
                    f"{r['open_cpu']:.0f}",
                    f"{r['close_seconds']:.2f}",
                ]
            )
    return head, lines
