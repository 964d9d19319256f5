"""Many channels in one process: what each costs, and whether an event costs more because of the others."""

import json
import subprocess
from dataclasses import dataclass

from suite import build
from suite.paths import BUILD, CHANNELS, scaled, wanted
from suite.serving import ENVIRONMENT, Failure, Server

BURST, SPREAD, RATE = 500_000, 60_000, 20_000
QUIET = '{"ws.ping_interval_ms":86400000}'


@dataclass
class Row:
    name: str
    label: str
    program: str
    channels: int
    config: str = "{}"
    idle_seconds: float = 5


OURS, ONE, PINGED, HAND, HAND_ONE = "ours", "ours_one", "ours_pinged", "hand", "hand_one"

ROWS = [
    Row(ONE, "**libvideodb_rt**, 1 channel", "scale_ours", 1, QUIET),
    Row(OURS, f"**libvideodb_rt**, {CHANNELS:,} channels", "scale_ours", CHANNELS, QUIET),
    Row(PINGED, f"**libvideodb_rt**, {CHANNELS:,} channels, default ping", "scale_ours", CHANNELS, idle_seconds=20),
    Row(HAND_ONE, "C by hand, libcurl, 1 connection", "scale_hand", 1),
    Row(HAND, f"C by hand, libcurl, {CHANNELS:,} connections", "scale_hand", CHANNELS),
]


class Client:
    """A program that does what it is told, a line at a time."""

    def __init__(self, row, url):
        command = [BUILD / row.program, url, str(row.channels)]
        environment = {**ENVIRONMENT, "BENCH_CONFIG": row.config}
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
            events(client, server, 1000, "blast 1000")
            result = {
                "open_seconds": opened["wall"],
                "open_cpu": opened["cpu"] / row.channels * 1e6,
                "kilobytes": (opened["rss"] - start["rss"]) / row.channels / 1024,
                "threads": opened["threads"],
                "burst": min(events(client, server, burst, f"blast {burst}") for _ in range(3)),
                "spread": min(events(client, server, spread, f"spread {spread} {RATE}") for _ in range(2)),
                "idle": client.tell(f"idle {row.idle_seconds}")["cpu"] / row.idle_seconds * 100,
                "close_seconds": client.tell("close")["wall"],
            }
            if client.process.wait(60):
                raise Failure(f"{row.name}: ended with {client.process.returncode}")
        finally:
            client.process.kill()
            client.process.wait()
    return result


def run():
    """{row: its one sample}"""
    rows = [row for row in ROWS if wanted("scale", row.name) and build.build(row.program)]
    return {row.name: measure(row) for row in rows}


def table(results):
    head = ["", "one is busy: CPU us an event", "each in turn: CPU us an event", "KB each", "idle, % of a CPU", "threads"]
    head += ["opened in s", "CPU us to open one", "closed in s"]
    lines = []
    for row in ROWS:
        if r := results.get(row.name):
            lines.append(
                [
                    row.label,
                    f"{r['burst']:.3f}",
                    f"{r['spread']:.2f}",
                    f"{r['kilobytes']:.1f}" if row.channels > 1 else "",
                    f"{r['idle']:.3f}",
                    str(r["threads"]),
                    f"{r['open_seconds']:.2f}",
                    f"{r['open_cpu']:.0f}",
                    f"{r['close_seconds']:.2f}",
                ]
            )
    return head, lines
