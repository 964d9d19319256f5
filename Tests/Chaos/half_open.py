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

from chaos import QUICK
from parts import KEY, Consumer, Failed, Feed, config
from steady import DISCONNECTED, Steady, verdict


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
            ip("addr", "add", f"{self.here}/29", "dev", self.near)
            ip("link", "set", self.near, "up")
            ip("-n", self.name, "addr", "add", f"{self.there}/29", "dev", self.far)
            ip("-n", self.name, "link", "set", "lo", "up")
            self.cable(True)
        except subprocess.CalledProcessError:
            self.close()
            raise

    def cable(self, plugged):
        """Pulled at the far end: here the carrier goes, and what is sent vanishes."""
        ip("-n", self.name, "link", "set", self.far, "up" if plugged else "down")

    def move(self):
        """Here another address takes the place of the one that connections have."""
        ip("addr", "del", f"{self.here}/29", "dev", self.near)
        self.here = self.here[:-1] + "3"
        ip("addr", "add", f"{self.here}/29", "dev", self.near)

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
        steady = Steady(feed, consumer)

        def noticed():
            return next((line for line in steady.events(DISCONNECTED) if line["at_ms"] >= pulled), None)

        steady.begin()
        pulled = int(time.time() * 1000)
        network.cable(False)
        steady.until(noticed, given.within + 5)
        line = noticed()
        took = (line["at_ms"] - pulled) / 1000 if line else None
        network.cable(True)
        back = steady.until(steady.is_back(2), given.within + 60)
        steady.go_on(2)
        events, lost, doubled = steady.finish()
        bad = []
        if took is None or took > given.within:
            bad.append(f"noticed after {took} s, which should be {given.within}")
        if not back:
            bad.append("not connected again")
        bad += [f"{lost} lost"] if lost else []
        bad += [f"{doubled} doubled"] if doubled else []
        return verdict("half-open", {"noticed after s": took, "events": events, "lost": lost, "doubled": doubled}, bad)
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
