"""What libvideodb_rt is meant to reach, each as one number out of one run, and whether it does."""

from dataclasses import dataclass
from typing import Callable

from suite import events, latency, rest, scale, start
from suite.rounds import lowest, median


@dataclass
class Figure:
    label: str
    measure: Callable  # of {kind: results}
    limit: float
    at_least: bool = False  # the limit is a floor
    digits: int = 2

    def is_met(self, value):
        return value >= self.limit if self.at_least else value <= self.limit


def over(kind, row, other):
    return lambda all: lowest(all[kind][row], "cpu") / lowest(all[kind][other], "cpu")


def of_latency(key):
    return lambda all: latency.ratio(all["latency"], OURS, key)


def cheapest_of_peers(kind):
    """Ours beside the cheapest peer but for simdjson by hand: below 1, ours is cheaper than all of them."""
    not_peers = {events.SIMDJSON, "raw", "hand_frames"}
    peers = [row.name for row in events.ROWS if kind in row.kinds and row.name not in not_peers and not row.name.startswith("ours")]

    def measure(all):
        return lowest(all[kind][events.OURS], "cpu") / min(lowest(all[kind][name], "cpu") for name in peers)

    return measure


def of_scale(row, key, other=None, less=False):
    def measure(all):
        value = all["scale"][row][key]
        if other is None:
            return value
        return value - all["scale"][other][key] if less else value / all["scale"][other][key]

    return measure


def of_start(key, less=False):
    def measure(all):
        ours, hand = (median(all["start"][row], key) for row in (start.OURS, start.HAND))
        return ours - hand if less else ours / hand

    return measure


PLAIN, TLS, FRAGMENTED = events.PLAIN, events.TLS, events.FRAGMENTED
OURS, STATE, HAND, SDK = events.OURS, "ours_state_file", events.SIMDJSON, events.SDK

FIGURES = [
    Figure("event: ours / C by hand with simdjson", over(PLAIN, OURS, HAND), 1.25),
    Figure("event, state file: ours / C by hand with simdjson", over(PLAIN, STATE, HAND), 1.25),
    Figure("event over TLS: ours / C by hand with simdjson", over(TLS, OURS, HAND), 1.25),
    Figure("event over TLS, state file: ours / C by hand with simdjson", over(TLS, STATE, HAND), 1.25),
    Figure("event: ours / the cheapest of all other peers", cheapest_of_peers(PLAIN), 1),
    Figure("event over TLS: ours / the cheapest of all other peers", cheapest_of_peers(TLS), 1),
    Figure("event: C by hand with jansson / ours", over(PLAIN, events.JANSSON, OURS), 20, True, 1),
    Figure("event: VideoDB's own SDK / ours", over(PLAIN, SDK, OURS), 30, True, 1),
    Figure("event, one in ten fragmented / event, ours", over(FRAGMENTED, OURS, "ours_whole"), 1.2),
    Figure("event: VideoDB's own SDK / ours through Python", over(PLAIN, SDK, "ours_python_batch"), 5, True, 1),
    Figure("event: ours through Go / gorilla with encoding/json", over(PLAIN, "ours_go_batch", "go_gorilla"), 1),
    Figure("latency, p50: ours / C by hand with simdjson", of_latency("p50"), 1.10),
    Figure("latency, p99: ours / C by hand with simdjson", of_latency("p99"), 1.25),
    Figure("REST call: ours / C by hand", over(rest.REST, rest.OURS, rest.HAND), 1.20),
    Figure("REST call: VideoDB's own SDK / ours", over(rest.REST, rest.SDK, rest.OURS), 8, True, 1),
    Figure("REST call: ours in 8 threads / in one", over(rest.REST, rest.OURS_8, rest.OURS), 1.2),
    Figure("start to first event, time: ours / C by hand", of_start("ms"), 1.10),
    Figure("start to first event, instructions: ours / C by hand", of_start("instructions"), 1.05),
    Figure("start to first event, peak memory: ours less C by hand, KB", of_start("peak", less=True), 1024, digits=0),
    Figure("event, one of many channels is busy / one channel, ours", of_scale(scale.OURS, "burst", scale.ONE), 1.2),
    Figure("memory of a channel: ours less a connection by hand, KB", of_scale(scale.OURS, "kilobytes", scale.HAND, True), 32, digits=1),
    Figure("many idle channels, no pings: % of a CPU", of_scale(scale.OURS, "idle"), 0.1, digits=3),
    Figure("many idle channels, default ping: % of a CPU", of_scale(scale.OURS_PINGED, "idle"), 3),
]


def table(all):
    """Of the figures that can be told from {kind: results}."""
    lines = []
    for figure in FIGURES:
        try:
            value = figure.measure(all)
        except (KeyError, ValueError):
            continue
        bound = f"at {'least' if figure.at_least else 'most'} {figure.limit:g}"
        lines.append([figure.label, bound, f"{value:.{figure.digits}f}", "yes" if figure.is_met(value) else "**no**"])
    return ["", "wanted", "measured", "reached"], lines
