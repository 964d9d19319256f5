"""REST: CPU of a call that asks for one stream, on a kept connection."""

from dataclasses import dataclass

from suite import build, rounds
from suite.paths import BENCH, BUILD, PYTHON, ROUNDS, scaled, wanted
from suite.serving import Failure, Server, run_client

REST, HTTP2 = "rest", "rest-http2"
STREAM_ID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"


@dataclass
class Row:
    name: str
    label: str
    program: str
    calls: int  # of each thread
    threads: int = 1
    how: str = ""
    kinds: tuple = (REST, HTTP2)

    def command(self, url, calls):
        if self.how:
            return [PYTHON, BENCH / "clients/python_rest.py", self.how, url, calls]
        return [BUILD / self.program, url, calls, self.threads]


OURS, HAND, SDK, OURS_8, HAND_8 = "ours", "hand", "python_sdk", "ours_8_threads", "hand_8_threads"

ROWS = [
    Row(OURS, "**libvideodb_rt**", "rest_ours", 5000),
    Row(HAND, "C by hand, libcurl, jansson", "rest_hand", 5000),
    Row(OURS_8, "**libvideodb_rt**, 8 threads", "rest_ours", 1000, threads=8, kinds=(REST,)),
    Row(HAND_8, "C by hand, libcurl, jansson, 8 threads", "rest_hand", 1000, threads=8, kinds=(REST,)),
    Row("ours_python", "**libvideodb_rt**, Python", "", 2000, how="ours", kinds=(REST,)),
    Row(SDK, "Python, VideoDB's own SDK", "", 1000, how="sdk"),
]


def measure(row, tls=None):
    calls = scaled(row.calls, 100)
    environment = {"BENCH_CA": str(tls[0]), "REQUESTS_CA_BUNDLE": str(tls[0])} if tls else {}
    with Server(*tls, tls=tls, program="http2") if tls else Server() as server:
        result = run_client(row.command(server.url, calls), environment)
    total = calls * row.threads
    if result["calls"] != total:
        raise Failure(f"{row.name}: {result['calls']} calls, not {total}")
    if row.how and result["ids"] != total * len(STREAM_ID):
        raise Failure(f"{row.name}: the answers are not what was asked for")
    return {
        "cpu": result["cpu"] / total * 1e6,
        "wall": result["wall"] / total * 1e6,
        "length": result.get("length", 0) / total,
        "protocol": ", ".join(server.ended.get("calls", {})),
    }


def run(kind):
    tls = build.certificate() if kind == HTTP2 else None
    if tls and not build.build("http2"):
        return {}
    rows = [row for row in ROWS if kind in row.kinds and wanted(kind, row.name) and (row.how or build.build(row.program))]
    results = rounds.interleave(rows, ROUNDS, lambda row: measure(row, tls))
    lengths = {sample["length"] for row in rows if not row.how for sample in results[row.name]}
    if len(lengths) > 1:
        raise Failure(f"{kind}: the clients make strings of different lengths: {sorted(lengths)}")
    return results


def table(results):
    head = ["", "CPU us a call", "median", "of C by hand", "of libvideodb_rt", "calls a second", "protocol"]
    lines = []
    for row in ROWS:
        if samples := results.get(row.name):
            cells = [row.label, f"{rounds.lowest(samples, 'cpu'):.1f}", f"{rounds.median(samples, 'cpu'):.1f}"]
            cells += [rounds.ratio(results, row.name, other) for other in (HAND, OURS)]
            lines.append([*cells, f"{1e6 / rounds.lowest(samples, 'wall'):,.0f}", samples[0]["protocol"] or "HTTP/1.1"])
    return head, lines
