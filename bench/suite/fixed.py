"""Instructions and allocations for fixed inputs. Those of an event and of a call are differences of two runs with different numbers
of them, so that start and end do not count."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from suite import build, instructions
from suite.paths import BUILD, wanted
from suite.serving import Server

EVENTS, MORE_EVENTS = 2_000, 22_000
CALLS, MORE_CALLS = 100, 600


@dataclass
class Row:
    name: str
    label: str
    program: str
    options: tuple = ()
    state_file: bool = False

    def run(self, measure, events):
        with tempfile.TemporaryDirectory() as folder, Server("--events", events, *self.options) as server:
            environment = {"BENCH_STATE_FILE": str(Path(folder) / "state")} if self.state_file else {}
            return measure([BUILD / self.program, server.url, events], environment)

    def per_event(self, measure=instructions.count):
        few = self.run(measure, EVENTS)
        return (self.run(measure, MORE_EVENTS) - few) / (MORE_EVENTS - EVENTS)


PLAIN = Row("ours", "**libvideodb_rt**, callback", "ours_callback")
FRAGMENTED = Row("ours_fragmented", "**libvideodb_rt**, callback, one in ten fragmented", "ours_callback", ("--fragmented",))
UNLIKE = Row("ours_unlike", "**libvideodb_rt**, callback, unlike each other", "ours_callback", ("--unlike",))
SECONDS = Row("ours_seconds", "**libvideodb_rt**, callback, times in seconds", "ours_callback", ("--seconds",))
NUMBERED = Row("ours_numbered", "**libvideodb_rt**, callback, numbered", "ours_callback", ("--numbered",))
STATE_FILE = Row("ours_state_file", "**libvideodb_rt**, callback, state file", "ours_callback", state_file=True)
BATCH = Row("ours_batch", "**libvideodb_rt**, pulled in batches", "ours_batch")
ROWS = [
    PLAIN,
    FRAGMENTED,
    UNLIKE,
    SECONDS,
    NUMBERED,
    STATE_FILE,
    BATCH,
    Row("hand_simdjson", "C by hand, libcurl, simdjson on demand", "hand_simdjson"),
    Row("hand_jansson", "C by hand, libcurl, jansson", "hand_jansson"),
]


def per_call(program):
    with Server() as server:
        few, many = (instructions.count([BUILD / program, server.url, calls, 1], {}) for calls in (CALLS, MORE_CALLS))
    return (many - few) / (MORE_CALLS - CALLS)


def start_up(program):
    """From the start of the process to its first event."""
    with Server("--bindings", 0, "--events", 1) as server:
        environment = {"VIDEO_DB_API": server.url, "VIDEO_DB_API_KEY": "sk-bench"}
        return min(instructions.count([BUILD / program], environment) for _ in range(3))


def run():
    rows = [row for row in ROWS if wanted("instructions", row.name) and build.build(row.program)]
    return {row.name: {"instructions": row.per_event(), "allocations": row.per_event(instructions.allocations)} for row in rows}


def table(results):
    lines = [
        [row.label, f"{results[row.name]['instructions']:,.0f}", f"{results[row.name]['allocations']:.2f}"]
        for row in ROWS
        if row.name in results
    ]
    return ["", "instructions an event", "allocations an event"], lines
