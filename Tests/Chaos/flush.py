#!/usr/bin/env python3
"""What a state file costs in time: how long its flush to the disk takes, and how long events wait, beside a channel without one.

    flush.py --rates 1000,10000 --seconds 10 --busy --folder A_FOLDER_ON_THE_DISK

The flush is timed by strace, where that is there. --busy: another program writes to the disk all the time.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import check
from parts import KEY, Consumer, Failed, Feed, config
from pressure import emit
from steady import verdict

FLUSHED = re.compile(r"fdatasync.*<([\d.]+)>$")


def run(folder, rate, seconds, with_state, keys):
    """How long flushes took, how long events were on their way, how many were lost; milliseconds."""
    trace, prefix, options = folder / "trace", [], []
    if with_state:
        options = ["--state", str(folder / "state")]
        if shutil.which("strace"):
            prefix = ["strace", "-f", "-qq", "--seccomp-bpf", "-T", "-e", "trace=fdatasync", "-o", str(trace)]
    feed = Feed(folder)
    consumer = None
    try:
        pairs, _ = config(keys)
        options += ["--url", feed.url, "--key", KEY, "--streams", "3", "--mode", "push"]
        consumer = Consumer("c", folder, *options, *pairs, prefix=prefix)
        truth = check.Truth()
        streams = consumer.setup()
        emit(feed, streams, truth, rate * seconds, rate, is_crowd=True)
        received = check.Received(truth)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and any(sent.latency is None for sent in truth.every()):
            time.sleep(0.2)
            for line in consumer.lines():
                received.add(line)
        for line in consumer.stop():
            received.add(line)
    finally:
        if consumer:
            consumer.kill()
        feed.end()
    waited = sorted(sent.latency for sent in truth.every() if sent.latency is not None)
    lines = trace.read_text().splitlines() if trace.exists() else []
    flushes = [float(found[1]) * 1000 for line in lines if (found := FLUSHED.search(line))]
    return flushes, waited, truth.total - len(waited)


class BusyDisk:
    """Writes to a file of the folder and has it brought to the disk, over and over."""

    def __init__(self, folder):
        self.path = Path(folder or tempfile.gettempdir()) / f"chaos-flush-busy-{os.getpid()}"
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        with open(self.path, "wb", buffering=0) as file:
            while not self.over.is_set():
                file.seek(0)
                for _ in range(64):
                    file.write(bytes(1 << 20))
                os.fsync(file.fileno())

    def end(self):
        self.over.set()
        self.thread.join()
        self.path.unlink()


def described(waited):
    return f"{waited[len(waited) // 2]} / {waited[len(waited) * 99 // 100]} / {waited[-1]} ms"


def main():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--rates", default="1000,10000")
    add("--seconds", type=int, default=10)
    add("--folder", help="where the state file is; a temporary one by default")
    add("--busy", action="store_true")
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    given = options.parse_args()
    busy = BusyDisk(given.folder) if given.busy else None
    try:
        return measure(given)
    finally:
        if busy:
            busy.end()


def measure(given):
    failed = False
    for rate in map(int, given.rates.split(",")):
        results = []
        for with_state in (False, True):
            with tempfile.TemporaryDirectory(prefix="chaos-flush-", dir=given.folder) as folder:
                try:
                    results.append(run(Path(folder), rate, given.seconds, with_state, given.config))
                except Failed as error:
                    print(f"FAIL state file: {error}")
                    return 1
        (_, plain, lost), (flushes, waited, lost_with) = results
        figures = {"flushes": len(flushes) or "not timed"}
        if flushes:
            figures["flush mean / longest"] = f"{sum(flushes) / len(flushes):.1f} / {max(flushes):.1f} ms"
        figures["event p50 / p99 / longest"] = described(waited)
        figures["without a state file"] = described(plain)
        bad = [f"{lost + lost_with} lost"] if lost + lost_with else []
        failed = verdict(f"state file at {rate} a second", figures, bad) or failed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
