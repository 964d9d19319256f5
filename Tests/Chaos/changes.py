#!/usr/bin/env python3
"""What happens to a machine while a channel is open: its clock is set, the service moves to another address, the machine gets another
address itself, it is suspended.

    changes.py --tests clock,dns,address,suspend

Each must be noticed, or must do nothing, and nothing may be lost. Skipped where namespaces are not permitted.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chaos import QUICK
from half_open import Network
from parts import KEY, ROOT, Consumer, Failed, Feed, Proxy, config
from steady import DISCONNECTED, GAP, Steady, verdict

CLOCK = os.environ.get("VDBRT_CHAOS_CLOCK") or str(ROOT / "build" / "chaos" / "clock.so")
NAME = "service.test"
# A busy machine answers late: where no silence is looked for, none is found.
PATIENT = ["ws.ping_interval_ms=10000", "ws.pong_timeout_ms=10000"]


class Skipped(Exception):
    pass


class Parts:
    """What a test starts, ended in reverse."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def add(self, part):
        self.started.append(part)
        return part

    def consumer(self, url, *keys, prefix=(), more=()):
        pairs, _ = config([*QUICK, "http.allow_cleartext=true", *keys])
        options = ["--url", url, "--key", KEY, "--streams", "1", "--mode", "next", *pairs, *more]
        return self.add(Consumer("c", self.folder, *options, prefix=prefix))

    def close(self):
        for part in reversed(self.started):
            part.kill() if isinstance(part, Consumer) else part.close() if isinstance(part, Network) else part.end(5)


def figures_of(steady, bad, disconnected, gaps):
    """The end of each test: nothing lost or doubled, and as many cuts and gaps as there were."""
    events, lost, doubled = steady.finish()
    cuts, told = len(steady.events(DISCONNECTED)), len(steady.events(GAP))
    figures = {"events": events, "lost": lost, "doubled": doubled, "cuts": cuts, "gaps": told}
    bad += [f"{name}: {figures[name]}" for name in ("lost", "doubled") if figures[name]]
    if (cuts, told) != (disconnected, gaps):
        bad.append(f"{cuts} cuts and {told} gaps, of {disconnected} and {gaps}")
    return figures


def clock(parts):
    """The wall clock is set by an hour, forward and back, while the channel is open and while it is not."""
    offset = parts.folder / "offset"

    def set_clock(hours):
        new = offset.with_suffix(".new")
        new.write_text(str(int(hours * 3600_000)))
        new.rename(offset)

    set_clock(0)
    feed = parts.add(Feed(parts.folder))
    proxy = parts.add(Proxy(parts.folder, feed.port))
    consumer = parts.consumer(proxy.url, *PATIENT, prefix=["env", f"LD_PRELOAD={CLOCK}", f"CLOCK_OFFSET_FILE={offset}"])
    steady = Steady(feed, consumer)
    steady.begin()
    bad = []
    for hours in (1, -1, 0):
        set_clock(hours)
        steady.go_on(0.7)
    for cuts, hours in enumerate((1, -1), start=1):
        proxy.do({"fault": "refuse", "ms": 300})
        if not steady.until(lambda: len(steady.events(DISCONNECTED)) == cuts, 5):
            bad.append("the cut was not noticed")
        set_clock(hours)
        if not steady.until(steady.is_back(cuts + 1), 10):
            bad.append("not connected again")
        steady.go_on(0.7)
    steady_before = time.time()
    figures = figures_of(steady, bad, disconnected=2, gaps=2)
    shown = [line["received_ms"] / 1000 - steady_before for line in steady.lines if line.get("received_ms")]
    if not (max(shown) > 3500 and min(shown) < -3500):
        bad.append("the library did not see the clock move, so nothing was tested")
    for gap in steady.events(GAP):
        data = gap["event"]["data"]
        # By the service's clock, which is right.
        if not (data["from"] <= data["to"] <= data["from"] + 10 and abs(data["to"] - steady_before) < 30):
            bad.append(f"a gap from {data['from']} to {data['to']} at {steady_before:.0f}")
    return verdict("the clock is set", figures, bad)


def dns(parts):
    """The name of the service stands for another address after a cut."""
    hosts = parts.folder / "hosts"
    hosts.write_text(f"127.0.0.2 {NAME}\n")
    inside = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
    tried = subprocess.run([*inside, "true"], capture_output=True, text=True)
    if tried.returncode:
        raise Skipped(f"no mount namespace can be made here: {tried.stderr.strip()}")
    feed = parts.add(Feed(parts.folder))
    here = parts.folder / "first"
    there = parts.folder / "second"
    here.mkdir(), there.mkdir()
    old = parts.add(Proxy(here, feed.port, "--bind", "127.0.0.2"))
    port = old.url.rsplit(":", 1)[1]
    consumer = parts.consumer(f"http://{NAME}:{port}", *PATIENT, prefix=inside)
    steady = Steady(feed, consumer)
    steady.begin()
    new = parts.add(Proxy(there, feed.port, "--bind", "127.0.0.3", "--own-port", port))
    bad = []
    hosts.write_text(f"127.0.0.3 {NAME}\n")
    began = time.monotonic()
    old.end(5)
    if not steady.until(steady.is_back(2), 25):
        bad.append("not connected to the new address")
    took = time.monotonic() - began
    steady.go_on(0.5)
    figures = figures_of(steady, bad, disconnected=1, gaps=1)
    if not any(line["what"] == "up" for line in new.log()):
        bad.append("the new address got no connection")
    return verdict("the service moves to another address", {"seconds": round(took, 2), **figures}, bad)


def address(parts):
    """The interface gets another address, as on another network: what was connected is dead, and nobody says so. A call that was under way
    waits no longer than the channel does."""
    try:
        network = parts.add(Network())
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped(f"no network namespace can be made here: {getattr(error, 'stderr', '') or error}") from None
    feed = parts.add(Feed(parts.folder, "--host", network.there, prefix=["ip", "netns", "exec", network.name]))
    keys = ["ws.ping_interval_ms=1500", "ws.pong_timeout_ms=500", "http.timeout_ms=30000"]
    consumer = parts.consumer(feed.url, *keys, more=["--calls", "20"])
    steady = Steady(feed, consumer)
    steady.begin()
    bad = []
    network.move()
    began = time.monotonic()
    if not steady.until(steady.is_back(2), 25):
        bad.append("not connected again within 25 s")
    took = time.monotonic() - began
    steady.go_on(0.5)
    figures = figures_of(steady, bad, disconnected=1, gaps=1)
    calls = [line for line in steady.lines if "call" in line]
    longest = max(call["took_ms"] for call in calls)
    bad += [f"a call ended with {call['call']}" for call in calls if call["call"] != "VDBRT_OK"]
    # The ping, its limit, and what a busy machine takes.
    if longest > 2000 + 2500:
        bad.append(f"a call took {longest} ms")
    elif longest < 500:
        bad.append("no call was under way, so nothing was tested")
    figures |= {"calls": len(calls), "longest call ms": longest}
    return verdict("the network is switched", {"seconds": round(took, 2), **figures}, bad)


def suspend(parts):
    """The process stands still for longer than a ping and its deadline take: once with a connection that lives on, once with one that died
    meanwhile without a word."""
    feed = parts.add(Feed(parts.folder))
    proxy = parts.add(Proxy(parts.folder, feed.port))
    consumer = parts.consumer(proxy.url, "ws.ping_interval_ms=500", "ws.pong_timeout_ms=1000")
    steady = Steady(feed, consumer)
    steady.begin()
    bad = []

    def stand_still(meanwhile=lambda: None):
        os.kill(consumer.pid, signal.SIGSTOP)
        meanwhile()
        steady.go_on(2.5)
        os.kill(consumer.pid, signal.SIGCONT)

    for _ in range(2):
        stand_still()
        steady.go_on(0.6)
    if steady.events(DISCONNECTED):
        bad.append("a connection that lived was taken for dead")
    stand_still(lambda: proxy.do({"fault": "silence"}))
    began = time.monotonic()
    if not steady.until(steady.is_back(2), 10):
        bad.append("the dead connection was not found")
    took = time.monotonic() - began
    figures = figures_of(steady, bad, disconnected=1, gaps=1)
    return verdict("suspended", {"seconds": round(took, 2), **figures}, bad)


TESTS = {"clock": clock, "dns": dns, "address": address, "suspend": suspend}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--tests", default=",".join(TESTS))
    given = options.parse_args()
    failed = False
    for name in given.tests.split(","):
        with tempfile.TemporaryDirectory(prefix="chaos-changes-") as folder:
            parts = Parts(Path(folder))
            try:
                failed = TESTS[name](parts) or failed
            except Skipped as why:
                print(f"skip {name}: {why}")
            except Failed as error:
                print(f"FAIL {name}: {error}")
                failed = True
            finally:
                parts.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
