#!/usr/bin/env python3
"""One run of each client through the same faults, and the table of what came of it.

    chaos.py --clients c,swift,official --events 20000 --faults 200

Ends with 1 when a client of ours lost or doubled anything, or came too late. README.md explains the columns. On SIGINT or SIGTERM
nothing more is sent, and the table is of what was.
"""

import argparse
import collections
import concurrent.futures
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import check
import faults
from parts import KEY, Consumer, Failed, Feed, Proxy, config
from progress import Progress, Stop
from webhooks import Receiver
from world import World

# Shortened, so that a cut takes tenths of seconds rather than seconds.
QUICK = """
    reconnect.base_ms=20 reconnect.max_ms=200 rebind.alert_settle_ms=60 rebind.max_alerts_per_hour=100000
    rebind.max_per_hour=100000 rebind.confirm_ms=1000 backfill.overlap_ms=9000 backfill.late_ms=8000 backfill.hold_ms=2000
    poll.interval_ms=500
    watch.quiet_ms=3000 ws.ping_interval_ms=200 ws.pong_timeout_ms=200 ws.connect_timeout_ms=400
    ws.first_message_timeout_ms=400 http.timeout_ms=5000 http.retry_base_ms=20 http.retry_max_ms=1200
""".split()
OFFICIAL_QUICK = "--backoff 0.05 --backoff-max 0.4 --connect-timeout 0.4 --ping 0.2".split()
BATCH = 50
SETTLE = 4.0  # seconds without a new line after which nothing more is expected


class Run:
    stop = Stop()

    def __init__(self, given, client, folder):
        self.given, self.client, self.folder = given, client, folder
        self.truth = check.Truth()
        self.received = check.Received(self.truth)
        self.parts = []

    def go(self):
        try:
            return self._go()
        finally:
            for part in reversed(self.parts):
                part.close() if isinstance(part, Receiver) else part.end(5)

    def _go(self):
        given = self.given
        receiver = Receiver()
        self.parts.append(receiver)
        feed = Feed(self.folder, *given.service)
        self.parts.append(feed)
        proxy = self.proxy = Proxy(self.folder, feed.port)
        self.parts.append(proxy)
        consumer = Consumer(self.client, self.folder, *self.options(proxy.url, receiver.url))
        self.parts.append(consumer)
        streams = consumer.setup()
        labels = {index: (label, stream["id"]) for stream in streams for label, index in zip("ab", stream["scene"])}
        began = time.monotonic()
        self.emit(feed, proxy, consumer, World(streams, given.rate, given.seed, given.late), labels)
        took = time.monotonic() - began
        proxy.do("calm")
        self.wait(consumer)
        memory = consumer.peak_memory() if consumer.is_running else None
        for line in consumer.stop():
            self.received.add(line)
        figures = check.judge(self.truth, self.received, check.Outages(proxy.log()), receiver.calls, given.slack)
        figures["peak memory MB"] = round(memory / 1e6, 1) if memory else None
        figures["seconds"] = round(took)
        return figures

    def options(self, url, webhook):
        given = self.given
        out = ["--url", url, "--key", KEY, "--streams", str(given.streams), "--webhook", webhook]
        if self.client == "official":
            return out + (OFFICIAL_QUICK if given.quick else [])
        keys = (QUICK if given.quick else []) + given.config
        pairs, unknown = config(keys)
        if unknown:
            print(f"not in this library: {' '.join(unknown)}", flush=True)
        return out + ["--mode", given.mode] + (["--log", "0"] if given.verbose else []) + pairs

    def emit(self, feed, proxy, consumer, world, labels):
        given = self.given
        plan = faults.schedule(given.seed, given.events, given.faults, 1.0 if given.quick else given.slow)
        self.progress = Progress(self.client, given.events, given.faults, given.progress)
        sent, backlog = 0, collections.deque()
        while sent < given.events and not self.stop:
            if not backlog:
                backlog += world.due()
            items = [backlog.popleft() for _ in range(min(BATCH, len(backlog), given.events - sent))]
            if items:
                self.truth.add(items, feed.send(items), labels)
                sent += len(items)
            # One at a time, also where the machine is too slow for the rate and items come in heaps.
            if plan and plan[0][0] <= sent:
                proxy.do(plan.pop(0)[1])
            for line in consumer.lines():
                self.received.add(line)
            if not consumer.is_running:
                raise Failed(f"the consumer has ended: {consumer.last_words()}")
            self.progress.tell(sent, self.received.count, given.faults - len(plan))
            time.sleep(0.005)
        self.faults = given.faults - len(plan)

    def wait(self, consumer):
        """Until everything is there and nothing more comes, or nothing more has come for long."""
        deadline = time.monotonic() + self.given.patience
        quiet_since = time.monotonic()
        while time.monotonic() < deadline:
            lines = [line for line in consumer.lines() if "kind" in line]
            for line in lines:
                self.received.add(line)
            if lines:
                quiet_since = time.monotonic()
            self.progress.tell(self.truth.total, self.received.count, self.faults)
            quiet = time.monotonic() - quiet_since
            if quiet > SETTLE and time.time() > self.truth.last_listed + 1:
                # Looked for only now: it is a walk over all that was sent.
                is_missing = self.client != "official" and any(s.times > s.received for s in self.truth.every())
                if not is_missing or quiet > self.given.patience / 2:
                    return
            time.sleep(0.2)

    def explain(self, limit=20):
        """What was lost and what came twice: how many of which pipeline, and some of them."""
        sums = collections.Counter()
        for (kind, stream, _), starts in self.truth.things.items():
            for sent in starts.values():
                sums[f"kind {kind} of {stream[-6:]}"] += max(sent.times - sent.received, 0)
        if any(sums.values()):
            yield "lost by pipeline: " + ", ".join(f"{where}: {count}" for where, count in sums.items())
        for (kind, stream, text), starts in self.truth.things.items():
            for start, sent in starts.items():
                if sent.received != sent.times and limit:
                    limit -= 1
                    yield (
                        f"{'lost' if sent.received < sent.times else 'twice'}: kind {kind} {stream[-6:]} '{text}' at {start}: sent "
                        f"{sent.times} at {sent.ms}, {sent.live} live, {sent.filled} back-filled, {sent.reached} reached a socket"
                    )
        outages = check.Outages(self.proxy.log())
        for key, ms in check.silent(self.truth, self.received, self.given.slack):
            before = max((until - ms for _, until, lost in self.received.gaps if until < ms and "alert" in lost), default=None)
            after = min((since - ms for since, _, lost in self.received.gaps if since > ms and "alert" in lost), default=None)
            ups = [(since - ms, until - ms) for since, until in outages.up if abs(since - ms) < 3000 or abs(until - ms) < 3000]
            yield (
                f"silent: {key[0][-6:]} {key[1]} '{key[2]}' at {ms}, which reached a socket {self.truth.firings[key].reached} times; "
                f"ms to the gaps around it: {before}, {after}; sockets were up: {ups}"
            )
        for (stream, label, text, start), firing in self.truth.firings.items():
            if firing.received > 1 and limit:
                limit -= 1
                yield f"alert {firing.received} times: {stream[-6:]} {label} '{text}' at {start}"
        for line in self.received.strange[:5]:
            yield f"never sent: {json.dumps(line)[:300]}"


def arguments():
    options = argparse.ArgumentParser()
    add = options.add_argument
    add("--clients", default="c,swift,official")
    add("--events", type=int, default=20000)
    add("--faults", type=int, default=200)
    add("--seed", type=int, default=1)
    add("--rate", type=int, default=400, help="events a second")
    add("--streams", type=int, default=3)
    add("--late", type=float, default=6, help="seconds until a record is listed, at most")
    add("--mode", default="push", help="push, next or batch")
    add("--quick", action=argparse.BooleanOptionalAction, default=True, help="shortened timers")
    add("--slow", type=float, default=10.0, help="how much longer faults take with the default timers")
    add("--slack", type=int, default=0, help="milliseconds by which a gap may miss a firing")
    add("--patience", type=float, default=60, help="seconds to wait for the last events")
    add("--progress", type=float, default=60, help="seconds between two lines that say how far it is")
    add("--config", action="append", default=[], metavar="KEY=VALUE")
    add("--service", action="append", default=[], metavar="OPTION", help="of the feed, such as --service=--index-start-moves")
    add("--together", action="store_true", help="all clients at the same time, each with a service of its own")
    add("--out", help="a file for the figures, as JSON")
    add("--keep", help="a folder for what the programs printed")
    add("--verbose", action="store_true")
    return options.parse_args()


def begin(stop):
    """In each process of the run."""
    Run.stop = stop
    stop.listen()


def one(given, client):
    """Figures, and what there is to say; None for figures where there was no run."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = Path(temporary)
        if given.keep:
            folder = Path(given.keep) / client
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        run = Run(given, client, folder)
        try:
            figures = None if Run.stop else run.go()
        except Failed as error:
            return None, [f"FAIL {client}: {error}"]
        if Run.stop and not run.truth.total:
            return None, [f"skip {client}: stopped before anything was sent"]
        said = [f"{client}: stopped after {run.truth.total} of {given.events} events"] if Run.stop else []
        if client == "official":
            return figures, said
        name = f"{client} ({given.mode})"
        broken = check.broken_promises(figures)
        if broken:
            return figures, [*said, f"FAIL {name}: {'; '.join(broken)}", *("  " + line for line in run.explain())]
        return figures, [*said, f"ok {name}: nothing lost, nothing doubled"]


def main():
    given = arguments()
    if not any(option.startswith("--record-time-step") for option in given.service):
        given.service += ["--record-time-step", "0.1"]
    clients = given.clients.split(",")
    columns, failed = {}, False
    Run.stop.listen()
    workers = len(clients) if given.together else 1
    with concurrent.futures.ProcessPoolExecutor(workers, initializer=begin, initargs=(Run.stop,)) as pool:
        for client, (figures, said) in zip(clients, pool.map(one, [given] * len(clients), clients)):
            for line in said:
                print(line, flush=True)
            failed = failed or any(line.startswith("FAIL") for line in said)
            if figures:
                columns[client if client == "official" else f"{client} ({given.mode})"] = figures
    if columns:
        print("\n".join(check.table(columns)))
    if given.out:
        Path(given.out).write_text(json.dumps(columns, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
