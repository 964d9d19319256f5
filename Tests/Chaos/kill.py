#!/usr/bin/env python3
"""Kills a consumer that has a state file with SIGKILL, again and again at random moments, and starts it again.

    kill.py --kills 100

No event that was not acknowledged may be lost, none that was may come again, and what is repeated must have been handed out before,
not acknowledged, and be marked so.
"""

import argparse
import collections
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import check
from chaos import QUICK
from parts import CONSUMERS, KEY, Consumer, Failed, Feed, config, environment
from world import World


class Prints:
    """What was printed of one thing, over all lives of the consumer."""

    def __init__(self, sent):
        self.sent = sent
        self.acknowledged = 0
        self.count = 0
        self.marked = 0


class Lives:
    def __init__(self, truth):
        self.truth = truth
        self.things = {}
        self.figures = collections.Counter()
        self.received = check.Received(truth)
        self.wrong = []

    def add(self, lines):
        """All that one life printed."""
        numbered = {}
        for line in lines:
            if "ack" in line:
                if numbered.get(line["ack"]) is not None:
                    numbered[line["ack"]].acknowledged += 1
                continue
            if line.get("kind", 100) >= check.ALERT or line["flags"] & check.INTERIM:
                self.received.add(line)
                continue
            data = line["event"]["data"]
            sent = self.truth.find(line["kind"], line["event"]["rtstream_id"], data.get("text"), line["start"])
            if sent is None:
                self.wrong.append(f"never sent: {json.dumps(line)[:200]}")
                continue
            prints = numbered[line["n"]] = self.things.setdefault(id(sent), Prints(sent))
            if prints.acknowledged >= sent.times:
                self.figures["acknowledged and delivered again"] += 1
                self.wrong.append(f"acknowledged and delivered again: {json.dumps(line)[:300]}")
            marked = bool(line["flags"] & check.REDELIVERED)
            prints.count += 1
            prints.marked += marked
            self.figures["printed"] += 1
            self.figures["back-filled"] += bool(line["flags"] & check.BACKFILLED)

    def judge(self):
        figures = {"sent": self.truth.total, "printed": 0, "back-filled": 0, "repeated": 0} | self.figures
        figures["acknowledged and delivered again"] = self.figures["acknowledged and delivered again"]
        figures["lost"] = sum(
            max(sent.times - (self.things[id(sent)].count if id(sent) in self.things else 0), 0) for sent in self.truth.every()
        )
        repeats = [(p, p.count - p.sent.times) for p in self.things.values() if p.count > p.sent.times]
        figures["repeated"] = sum(more for _, more in repeats)
        figures["repeated and not marked"] = sum(max(more - p.marked, 0) for p, more in repeats)
        return figures


def second_process_is_refused(url, state, pairs):
    """The state file is locked while a client has it."""
    argv = [*CONSUMERS["c"], "--url", url, "--key", KEY, "--resume", "yes", "--mode", "next", "--state", str(state), *pairs]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, env=environment(), timeout=10, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "a second process used the same state file"
    return None if done.returncode == 1 and "state" in done.stderr else f"a second process ended with {done.returncode}: {done.stderr}"


def run(given, folder):
    pairs, unknown = config([*QUICK, "state.ack=manual", "backfill.overlap_ms=60000", *given.config])
    if "state.ack" in unknown:
        print("skip kill: this library has no state file")
        return 0
    truth = check.Truth()
    lives = Lives(truth)
    dice = random.Random(given.seed)
    feed = Feed(folder, "--record-time-step", "0.1")
    state = folder / "state"
    consumer = None
    try:
        options = ["--url", feed.url, "--key", KEY, "--streams", "2", "--mode", "next", "--state", str(state)]
        options += ["--ack-lag", str(given.ack_lag), *pairs]
        consumer = Consumer("c", folder, *options, name="life-0")
        world = World(consumer.setup(), given.rate, given.seed, given.late)
        files = [consumer.path]
        refused = second_process_is_refused(feed.url, state, pairs)
        kills, next_kill = 0, time.monotonic() + 1
        last_lines = time.monotonic()
        while True:
            now = time.monotonic()
            if kills < given.kills or now < next_kill:
                if items := world.due():
                    truth.add(items, feed.send(items), {})
            if kills < given.kills and now >= next_kill:
                consumer.kill()
                kills += 1
                consumer = Consumer("c", folder, *options, "--resume", "yes", name=f"life-{kills}")
                files.append(consumer.path)
                next_kill = now + dice.uniform(0.01, given.most)
            if not consumer.is_running:
                raise Failed(f"the consumer has ended: {consumer.last_words()}")
            if consumer.lines():
                last_lines = now
            if kills == given.kills and now > next_kill + given.late + 3 and now - last_lines > given.patience:
                break
            time.sleep(0.005)
        consumer.stop()
        for path in files:
            whole = path.read_bytes().split(b"\n")[:-1]
            lives.add(json.loads(line) for line in whole)
    finally:
        if consumer:
            consumer.kill()
        feed.end()
    figures = lives.judge()
    for name, value in figures.items():
        print(f"{name:<34}{value:>10}")
    nothing = ("lost", "acknowledged and delivered again", "repeated and not marked")
    bad = [f"{name}: {figures[name]}" for name in nothing if figures[name]]
    bad += [refused] if refused else []
    bad += lives.wrong[:5]
    # At each kill so many events were handed out and not acknowledged at most.
    most = given.kills * (given.ack_lag + 2)
    if figures["repeated"] > most:
        bad.append(f"repeated {figures['repeated']}, at most {most} were not acknowledged")
    print(f"FAIL kill: {'; '.join(bad)}" if bad else f"ok killed {given.kills} times: nothing lost, nothing acknowledged came again")
    return 1 if bad else 0


def main():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--kills", type=int, default=100)
    add("--most", type=float, default=0.5, help="seconds that a life may take")
    add("--rate", type=int, default=200)
    add("--late", type=float, default=1)
    add("--ack-lag", type=int, default=5, help="events that are not acknowledged yet")
    add("--seed", type=int, default=1)
    add("--patience", type=float, default=5)
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    add("--keep", help="a folder for what the programs printed")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-kill-") as temporary:
        folder = Path(temporary)
        if given.keep:
            folder = Path(given.keep)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            return run(given, folder)
        except Failed as error:
            print(f"FAIL kill: {error}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
