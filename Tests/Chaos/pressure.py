#!/usr/bin/env python3
"""A consumer that is slower than its events, one that sleeps, and one whose queue drops the oldest.

    pressure.py --tests slow,asleep,drop
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import check
from chaos import QUICK
from parts import KEY, Consumer, Failed, Feed, config
from world import World


def emit(feed, streams, truth, count, rate, is_crowd=False, is_pushed=True):
    """Tells `count` items, and says how many a second that were."""
    world = World(streams, rate, 1, 0, is_crowd)
    began, sent = None, 0
    while sent < count:
        items = world.due()[: count - sent]
        if items:
            began = began or time.monotonic()
            for item in items:
                item.live = is_pushed
            truth.add(items, feed.send(items), {})
            sent += len(items)
        else:
            time.sleep(0.001)
    return sent / (time.monotonic() - began)


class Bench:
    """A feed and a consumer of it, without a proxy between them."""

    def __init__(self, folder, service, options, keys):
        pairs, self.unknown = config(keys)
        self.feed = Feed(folder, *service)
        self.consumer = None
        try:
            self.consumer = Consumer("c", folder, "--url", self.feed.url, "--key", KEY, *options, *pairs)
            self.streams = self.consumer.setup()
        except Failed:
            self.close()
            raise
        self.truth = check.Truth()
        self.received = check.Received(self.truth)

    def emit(self, count, rate, is_crowd=False, is_pushed=True):
        """Nothing is read meanwhile."""
        return emit(self.feed, self.streams, self.truth, count, rate, is_crowd, is_pushed)

    def wait(self, quiet):
        """Until all is there, or nothing has come for `quiet` seconds; the seconds until the last event came."""
        began = last = time.monotonic()
        missing = self.truth.total
        while time.monotonic() - last < (quiet if missing else 2):
            for line in self.consumer.lines():
                self.received.add(line)
            # What tells of attempts is no progress.
            if missing != self.lost:
                missing, last = self.lost, time.monotonic()
            time.sleep(0.2)
        return last - began

    @property
    def lost(self):
        return sum(max(s.times - s.received, 0) for s in self.truth.every())

    @property
    def doubled(self):
        return sum(max(s.received - s.times, 0) for s in self.truth.every())

    def finish(self):
        memory = self.consumer.peak_memory() if self.consumer.is_running else 0
        for line in self.consumer.stop():
            self.received.add(line)
        return memory

    def reasons(self):
        ends = [data for channel, data in self.received.transitions if channel == "vdbrt.disconnected"]
        return [f"{data.get('status')} {data.get('reason')}" for data in ends]

    def false_alarms(self):
        """Connections that were taken for dead: nothing is wrong with the network here."""
        return [reason for reason in self.reasons() if "pong" in reason.lower() or "ping" in reason.lower()]

    def close(self):
        if self.consumer:
            self.consumer.kill()
        self.feed.end()


def report(name, figures, bad):
    print(f"figure: {name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    print(f"FAIL {name}: {'; '.join(bad)}" if bad else f"ok {name}")
    return bool(bad)


def must_be_zero(figures, *names):
    return [f"{name}: {figures[name]}" for name in names if figures[name]]


def slow(given, folder):
    """10,000 a second for a consumer of 2,000."""
    bench = Bench(folder, [], ["--streams", "3", "--mode", "batch", "--per-second", str(given.taken)], given.config)
    try:
        before = bench.consumer.peak_memory()
        rate = bench.emit(given.events, given.rate, is_crowd=True)
        took = bench.wait(60)
        peak = bench.finish()
        figures = {
            "events": bench.truth.total,
            "told a second": round(rate),
            "taken a second": given.taken,
            "back-filled": sum(s.filled for s in bench.truth.every()),
            "caught up after s": round(took, 1),
            "lost": bench.lost,
            "doubled": bench.doubled,
            "false half-open": len(bench.false_alarms()),
            "disconnected": len(bench.reasons()),
            "peak memory MB": round(peak / 1e6, 1),
            "before MB": round(before / 1e6, 1),
        }
        bad = must_be_zero(figures, "lost", "doubled", "false half-open")
        if peak > given.memory * 1e6:
            bad.append(f"memory: {peak / 1e6:.1f} MB, which should be at most {given.memory}")
        if rate < given.taken * 2:
            bad.append(f"the feed managed {rate:.0f} a second only")
        return report("a slow consumer", figures, bad + bench.reasons()[:3] if bad else [])
    finally:
        bench.close()


def asleep(given, folder):
    """Asleep, with a queue that is full at once and a service that pings."""
    keys = [*QUICK, "queue.max_events=64", f"queue.pause_max_ms={int(given.asleep * 250)}", *given.config]
    bench = Bench(folder, ["--socket-ping-seconds", str(max(1, given.asleep / 4))], ["--streams", "2", "--mode", "next"], keys)
    try:
        bench.emit(200, 200)
        bench.consumer.say(f"pause {int(given.asleep * 1000)}")
        bench.emit(int(200 * given.asleep), 200)
        bench.emit(200, 200)
        bench.wait(given.asleep + 30)
        peak = bench.finish()
        gaps = [data.get("reason") for channel, data in bench.received.transitions if channel == "vdbrt.gap"]
        figures = {
            "events": bench.truth.total,
            "lost": bench.lost,
            "doubled": bench.doubled,
            "false half-open": len(bench.false_alarms()),
            "gaps": " ".join(map(str, gaps)) or 0,
            "peak memory MB": round(peak / 1e6, 1),
        }
        bad = must_be_zero(figures, "lost", "doubled", "false half-open")
        return report("a consumer asleep", figures, bad + bench.reasons()[:3] if bad else [])
    finally:
        bench.close()


def drop(given, folder):
    """With drop_oldest what was dropped is counted."""
    keys = ["queue.overflow=drop_oldest", "queue.max_events=500", *given.config]
    bench = Bench(folder, [], ["--streams", "2", "--mode", "batch"], keys)
    try:
        bench.emit(500, 1000)
        bench.consumer.say("pause 3000")
        bench.emit(6000, 2000)
        bench.emit(500, 1000)
        bench.wait(5)
        bench.finish()
        reached = sum(s.reached for s in bench.truth.every())
        live = sum(s.live for s in bench.truth.every())
        figures = {"pushed": reached, "received": live, "dropped": bench.received.dropped, "doubled": bench.doubled}
        bad = must_be_zero(figures, "doubled")
        if live + bench.received.dropped != reached:
            bad.append(f"received {live} and dropped {bench.received.dropped} are not the {reached} that were pushed")
        if not bench.received.dropped:
            bad.append("nothing was dropped, so nothing was tested")
        return report("drop_oldest counts", figures, bad + bench.reasons()[:3] if bad else [])
    finally:
        bench.close()


def main():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--tests", default="slow,asleep,drop")
    add("--events", type=int, default=100000)
    add("--rate", type=int, default=10000)
    add("--taken", type=int, default=2000, help="events that the slow consumer takes in a second")
    add("--asleep", type=float, default=60, help="seconds")
    add("--memory", type=float, default=64, help="megabytes that the client may take")
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    given = options.parse_args()
    failed = False
    for name in given.tests.split(","):
        with tempfile.TemporaryDirectory(prefix="chaos-pressure-") as folder:
            try:
                failed = {"slow": slow, "asleep": asleep, "drop": drop}[name](given, Path(folder)) or failed
            except Failed as error:
                print(f"FAIL {name}: {error}")
                failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
