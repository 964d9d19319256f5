#!/usr/bin/env python3
"""A network whose cable is pulled: the service lives in a network namespace of its own, behind a veth pair.

    half_open.py --within 25

The client must notice in time, say so, and lose nothing when the cable is back. Skipped where namespaces are not permitted.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import check
from chaos import QUICK
from parts import KEY, Consumer, Failed, Feed, config
from world import World


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Network:
    def __init__(self):
        self.name = f"chaos{os.getpid()}"
        self.near, self.far = f"cn{os.getpid()}"[:15], f"cf{os.getpid()}"[:15]
        part = os.getpid() % 250 + 1
        self.here, self.there = f"10.213.{part}.1", f"10.213.{part}.2"
        ip("netns", "add", self.name)
        try:
            ip("link", "add", self.near, "type", "veth", "peer", "name", self.far, "netns", self.name)
            ip("addr", "add", f"{self.here}/30", "dev", self.near)
            ip("link", "set", self.near, "up")
            ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", self.far)
            ip("-n", self.name, "link", "set", "lo", "up")
            self.cable(True)
        except subprocess.CalledProcessError:
            self.close()
            raise

    def cable(self, plugged):
        """Pulled at the far end: here the carrier goes, and what is sent vanishes."""
        ip("-n", self.name, "link", "set", self.far, "up" if plugged else "down")

    def close(self):
        for command in (["link", "del", self.near], ["netns", "del", self.name]):
            subprocess.run(["ip", *command], capture_output=True)


def run(given, folder):
    try:
        network = Network()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"skip half-open: no network namespace can be made here: {getattr(error, 'stderr', '') or error}")
        return 0
    feed = consumer = None
    try:
        feed = Feed(folder, "--host", network.there, prefix=["ip", "netns", "exec", network.name])
        quick = [key for key in QUICK if not key.startswith(("ws.ping", "ws.pong"))]
        keys = ["http.allow_cleartext=true", *(quick if given.quick else []), *given.config]
        if given.quick:
            keys += ["ws.ping_interval_ms=2000", "ws.pong_timeout_ms=500"]
        pairs, _ = config(keys)
        consumer = Consumer("c", folder, "--url", feed.url, "--key", KEY, "--streams", "1", "--mode", "next", *pairs)
        truth = check.Truth()
        received = check.Received(truth)
        world = World(consumer.setup(), 50, 1, 0)
        lines = []

        def emit_until(condition, within):
            deadline = time.monotonic() + within
            while time.monotonic() < deadline:
                if items := world.due():
                    truth.add(items, feed.send(items), {})
                lines.extend(consumer.lines())
                if condition():
                    return True
                if not consumer.is_running:
                    raise Failed(f"the consumer has ended: {consumer.last_words()}")
                time.sleep(0.005)
            return False

        def noticed():
            return next((l for l in lines if l.get("kind") == 101 and l["at_ms"] >= pulled), None)

        def is_back():
            return sum(l.get("kind") == 100 for l in lines) > 1

        emit_until(lambda: len(lines) > 60, 10)
        pulled = int(time.time() * 1000)
        network.cable(False)
        emit_until(noticed, given.within + 5)
        line = noticed()
        took = (line["at_ms"] - pulled) / 1000 if line else None
        network.cable(True)
        back = emit_until(is_back, given.within + 60)
        emit_until(lambda: False, 2)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            lines += consumer.lines()
            time.sleep(0.2)
            count = sum("kind" in l and l["kind"] < 100 for l in lines)
            if count >= truth.total and time.monotonic() > deadline - 27:
                break
        lines += consumer.stop()
        for line in lines:
            received.add(line)
        lost = sum(max(s.times - s.received, 0) for s in truth.every())
        doubled = sum(max(s.received - s.times, 0) for s in truth.every())
        print(f"figure: half-open: noticed after {took} s, {truth.total} events, {lost} lost, {doubled} doubled")
        bad = []
        if took is None or took > given.within:
            bad.append(f"noticed after {took} s, which should be {given.within}")
        if not back:
            bad.append("not connected again")
        bad += [f"{lost} lost"] if lost else []
        bad += [f"{doubled} doubled"] if doubled else []
        print(f"FAIL half-open: {'; '.join(bad)}" if bad else "ok half-open")
        return 1 if bad else 0
    finally:
        if consumer:
            consumer.kill()
        if feed:
            feed.end()
        network.close()


def main():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--within", type=float, default=25.0, help="seconds in which a pulled cable must be noticed")
    add("--quick", action="store_true", help="shortened timers")
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-half-open-") as folder:
        try:
            return run(given, Path(folder))
        except Failed as error:
            print(f"FAIL half-open: {error}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
