#!/usr/bin/env python3
"""CPU per event through the Go package, and through gorilla's WebSocket with encoding/json, on the events of python_events.py.

    bench/go_events.py [--count 200000] [--rounds 5]

Run by `make bench-go`, which installs gorilla from Debian. Each row is a process of its own that reads the channel and the text of every event; the
lowest of all rounds counts, as a disturbance only ever adds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROWS = {
    "C, bench/c_events.c": "c",
    "gorilla, encoding/json": "gorilla",
    "range ws.Events(ctx)": "events",
    "ws.Next(ctx)": "next",
    "ws.NextBatch(ctx)": "batch",
}
OTHER = "gorilla, encoding/json"


def measure(programs, how, url, count):
    if how == "c":
        command, environment = [programs / "c_events", "1"], {**os.environ, "VIDEO_DB_API": url, "VIDEO_DB_API_KEY": "sk-bench"}
    else:
        command, environment = [programs / "go_events", how, url], None
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout)
    if result["count"] != count:
        raise SystemExit(f"{how}: {result['count']} events, not {count}")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    count = options.count // 1000 * 1000
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder)
        subprocess.run(["go", "build", "-o", programs / "go_events", "."], cwd=FOLDER / "go_events", check=True)
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "videodb_rt"], stdout=subprocess.PIPE, check=True, text=True)
        subprocess.run(["gcc", "-O2", FOLDER / "c_events.c", "-o", programs / "c_events", *flags.stdout.split()], check=True)
        command = [sys.executable, FOLDER / "python_events.py", "--serve", "--count", str(count)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            results = {row: [] for row in ROWS}
            for _ in range(options.rounds):
                for row, how in ROWS.items():
                    results[row].append(measure(programs, how, url, count))
        finally:
            server.stdin.close()
            server.wait()
    if len({result["texts"] for rounds in results.values() for result in rounds}) != 1:
        raise SystemExit("the rows disagree on what was said")
    print(f"{count} events, the least of {options.rounds} rounds")
    least = {row: min(result["cpu"] for result in rounds) / count * 1e6 for row, rounds in results.items()}
    for row, rounds in results.items():
        wall = min(result["wall"] for result in rounds)
        ratio = f"{least[OTHER] / least[row]:5.1f} times cheaper" if row != OTHER else ""
        print(f"{row:<24} {least[row]:6.2f} us an event, {count / wall:8.0f} events a second  {ratio}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
