"""REST: CPU of a call that asks for one stream, on a kept connection."""

from dataclasses import dataclass

from suite import build, rounds
from suite.paths import BENCH, BUILD, PYTHON, ROUNDS, scaled, wanted
from suite.serving import Failure, Server, run_client

STREAM_ID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"


@dataclass
class Row:
    name: str
    label: str
    program: str
    calls: int  # of each thread
    threads: int = 1
    how: str = ""

    def command(self, url, calls):
        if self.how:
            return [PYTHON, BENCH / "clients/python_rest.py", self.how, url, calls]
        return [BUILD / self.program, url, calls, self.threads]


OURS, HAND, SDK, OURS_8, HAND_8 = "ours", "hand", "python_sdk", "ours_8_threads", "hand_8_threads"

ROWS = [
    Row(OURS, "**libvideodb_rt**", "rest_ours", 5000),
    Row(HAND, "C by hand, libcurl, jansson", "rest_hand", 5000),
    Row(OURS_8, "**libvideodb_rt**, 8 threads", "rest_ours", 1000, threads=8),
    Row(HAND_8, "C by hand, libcurl, jansson, 8 threads", "rest_hand", 1000, threads=8),
    Row("ours_python", "**libvideodb_rt**, Python", "", 2000, how="ours"),
    Row(SDK, "Python, VideoDB's own SDK", "", 1000, how="sdk"),
]


def measure(row):
    calls = scaled(row.calls, 100)
    with Server() as server:
        result = run_client(row.command(server.url, calls), {})
    total = calls * row.threads
    if result["calls"] != total:
        raise Failure(f"{row.name}: {result['calls']} calls, not {total}")
    if row.how and result["ids"] != total * len(STREAM_ID):
        raise Failure(f"{row.name}: the answers are not what was asked for")
    return {"cpu": result["cpu"] / total * 1e6, "wall": result["wall"] / total * 1e6, "length": result.get("length", 0) / total}


def run():
    rows = [row for row in ROWS if wanted("rest", row.name) and (row.how or build.build(row.program))]
    results = rounds.interleave(rows, ROUNDS, measure)
    lengths = {sample["length"] for row in rows if not row.how for sample in results[row.name]}
    if len(lengths) > 1:
        raise Failure(f"rest: the clients make strings of different lengths: {sorted(lengths)}")
    return results


def table(results):
    head = ["", "CPU us a call", "median", "of C by hand", "of libvideodb_rt", "calls a second"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            cells = [row.label, f"{rounds.lowest(samples, 'cpu'):.1f}", f"{rounds.median(samples, 'cpu'):.1f}"]
            cells += [rounds.ratio(results, row.name, other) for other in (HAND, OURS)]
            lines.append([*cells, f"{1e6 / rounds.lowest(samples, 'wall'):,.0f}"])
    return head, lines
