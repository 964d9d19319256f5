"""CPU of an event: the server sends as fast as a client takes."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from suite import build, rounds
from suite.paths import BENCH, BUILD, PYTHON, ROUNDS, scaled, wanted
from suite.serving import Failure, Server, run_client


PLAIN, TLS, FRAGMENTED, UNLIKE = "events", "events-tls", "events-fragmented", "events-unlike"
SECONDS = "events-seconds"
MOST, EVERY = (PLAIN, TLS, FRAGMENTED, UNLIKE), (PLAIN, TLS, FRAGMENTED, UNLIKE, SECONDS)
OPTIONS = {PLAIN: [], TLS: [], FRAGMENTED: ["--fragmented"], UNLIKE: ["--unlike"], SECONDS: ["--seconds"]}


@dataclass
class Row:
    name: str
    label: str
    program: str  # of build/bench, or a language
    arguments: tuple = ()  # before the URL and the number of events
    events: int = 1_000_000
    reads: bool = True  # it finds channel and text
    state_file: bool = False
    whole: bool = False  # of events that are one frame each, whatever the table's are
    kinds: tuple = MOST

    def command(self):
        if self.program == "python":
            return [PYTHON, BENCH / "clients/python_events.py", *self.arguments]
        if self.program == "node":
            return ["node", BENCH / "clients/node_ws.cjs", *self.arguments]
        return [BUILD / self.program, *self.arguments]

    def is_ready(self):
        """Says why not."""
        if self.program == "python":
            return True
        if self.program == "node":
            if shutil.which("node") and Path("/usr/share/nodejs/ws").exists():
                return True
            print(f"{self.name} is left out: Node and its package ws are not installed", file=sys.stderr)
            return False
        return build.build(self.program)


SIMDJSON, JANSSON, OURS, SDK = "hand_simdjson", "hand_jansson", "ours", "python_sdk"
C = "C by hand, libcurl"
LIBRARY = "**libvideodb_rt**"

ROWS = [
    Row("raw", "recv and discard, no frames", "raw", events=2_000_000, reads=False, kinds=(PLAIN,)),
    Row("hand_frames", f"{C}, frames only, nothing parsed", "hand_frames", events=2_000_000, reads=False),
    Row(SIMDJSON, f"{C}, simdjson on demand", "hand_simdjson", kinds=EVERY),
    Row(OURS, f"{LIBRARY}, callback", "ours_callback", kinds=EVERY),
    Row("ours_whole", f"{LIBRARY}, callback, events in one frame each", "ours_callback", whole=True, kinds=(FRAGMENTED,)),
    Row("ours_state_file", f"{LIBRARY}, callback, state file", "ours_callback", state_file=True, kinds=EVERY),
    Row("ours_batch", f"{LIBRARY}, pulled in batches", "ours_batch"),
    Row("ours_cpp", f"{LIBRARY}, C++, listen", "ours_cpp", ("callback",), kinds=(PLAIN,)),
    Row("ours_cpp_stream", f"{LIBRARY}, C++, for over stream()", "ours_cpp", ("stream",), kinds=(PLAIN,)),
    Row("beast_simdjson", "C++, Boost.Beast, simdjson on demand", "beast_simdjson", events=500_000),
    Row("beast_rapidjson", "C++, Boost.Beast, RapidJSON", "beast_rapidjson", events=500_000),
    Row(JANSSON, f"{C}, jansson", "hand_jansson", events=300_000, kinds=EVERY),
    Row("lws_jansson", "C, libwebsockets, jansson", "lws_jansson", events=300_000),
    Row("ours_go_batch", f"{LIBRARY}, Go, NextBatch", "go_events", ("batch",), events=300_000),
    Row("ours_go_events", f"{LIBRARY}, Go, range Events", "go_events", ("events",), events=300_000, kinds=(PLAIN,)),
    Row("go_gorilla", "Go, gorilla, encoding/json", "go_events", ("gorilla",), events=200_000),
    Row("node_ws", "Node, ws, JSON.parse", "node", events=200_000),
    Row("ours_python_batch", f"{LIBRARY}, Python, columns of batch()", "python", ("columns",), events=200_000),
    Row("ours_python_each", f"{LIBRARY}, Python, events of batch()", "python", ("batch",), events=200_000, kinds=(PLAIN,)),
    Row("ours_python_events", f"{LIBRARY}, Python, async events()", "python", ("events",), events=200_000, kinds=(PLAIN,)),
    Row("ours_python_receive", f"{LIBRARY}, Python, async receive(), dicts", "python", ("receive",), events=100_000, kinds=(PLAIN,)),
    Row("ours_python_stream", f"{LIBRARY}, Python, async stream(), dicts", "python", ("stream",), events=100_000, kinds=(PLAIN,)),
    Row("python_orjson", "Python, websockets, orjson", "python", ("orjson",), events=100_000),
    Row(SDK, "Python, VideoDB's own SDK", "python", ("sdk",), events=100_000, kinds=EVERY),
]

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
    options = [*([] if row.whole else OPTIONS[kind]), *(["--tls", *tls] if tls else [])]
    with tempfile.TemporaryDirectory() as folder, Server("--events", events, *options, tls=tls) as server:
        environment = {"BENCH_PAYLOAD": str(server.expected["payload"])}
        if tls:
            environment["BENCH_CA"] = environment["SSL_CERT_FILE"] = str(tls[0])
        if row.state_file:
            environment["BENCH_STATE_FILE"] = str(Path(folder) / "state")
        result = run_client([*row.command(), server.url, events], environment)
        check(row, result, server.expected)
    return {
        "cpu": result["cpu"] / events * 1e6,
        "wall": result["wall"] / events * 1e6,
        "server": server.ended["cpu"] / events * 1e6,
    }


def run(kind):
    """{row: samples}, in microseconds an event."""
    tls = build.certificate() if kind == TLS else None
    rows = [row for row in ROWS if kind in row.kinds and wanted(kind, row.name) and row.is_ready()]
    return rounds.interleave(rows, ROUNDS, lambda row: measure(kind, row, tls))


def table(results):
    head = ["", "CPU us an event", "median", "of simdjson by hand", "of libvideodb_rt", "events a second", "server's CPU"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            lines.append(
                [
                    row.label,
                    f"{rounds.lowest(samples, 'cpu'):.3f}",
                    f"{rounds.median(samples, 'cpu'):.3f}",
                    rounds.ratio(results, row.name, SIMDJSON),
                    rounds.ratio(results, row.name, OURS),
                    f"{1e6 / rounds.lowest(samples, 'wall'):,.0f}",
                    f"{rounds.lowest(samples, 'server'):.3f}",
                ]
            )
    return head, lines
