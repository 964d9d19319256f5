"""Compares what a consumer printed with what the feed was told, and says what was lost and what came twice."""

import bisect
import collections
import statistics

TRANSCRIPT, SCENE, AUDIO, ALERT = 1, 2, 3, 4
KINDS = {"transcript": TRANSCRIPT, "crowd": TRANSCRIPT, "scene": SCENE, "audio": AUDIO}
INTERIM, BACKFILLED, REDELIVERED = 1, 16, 32
TOLERANCE = 250  # ms: a quarter of the windows' duration


class Sent:
    """One thing that was seen or heard, in one or several indexes."""

    __slots__ = ("times", "ms", "reached", "live", "filled", "repeated", "latency")

    def __init__(self):
        self.times = 0
        self.ms = []
        self.reached = 0
        self.live = 0
        self.filled = 0
        self.repeated = 0
        self.latency = None

    @property
    def received(self):
        return self.live + self.filled


class Truth:
    def __init__(self):
        self.things = {}  # (kind, stream, text) -> {start: Sent}
        self.firings = collections.defaultdict(Sent)  # (stream, label, text, start)
        self.calls = collections.Counter()  # (path, start, index, alert) of a webhook
        self.count = collections.Counter()
        self.last_listed = 0.0
        self._starts = collections.defaultdict(list)  # (kind, stream, text) -> the starts in order

    def add(self, items, answer, alert_labels):
        """`answer` is the feed's; `alert_labels` {index: (label, stream)} of the indexes with alerts."""
        for position, item in enumerate(items):
            key = KINDS[item.kind], item.stream, item.text
            starts = self.things.setdefault(key, {})
            if item.start not in starts:
                starts[item.start] = Sent()
                # Mostly at its end.
                bisect.insort(self._starts[key], item.start)
            sent = starts[item.start]
            sent.times += 1
            sent.ms.append(answer["at"][position])
            sent.reached += answer["reached"][position] == "1"
            self.count[item.kind] += 1
            self.last_listed = max(self.last_listed, answer["at"][position] / 1000 + item.delay)
            if item.kind == "scene" and item.owner in alert_labels and "ALARM" in item.text:
                label, stream = alert_labels[item.owner]
                firing = self.firings[stream, label, item.text, item.start]
                firing.times = 1
                firing.ms.append(answer["at"][position])
        for position, alert, index, reached, callback in answer["alerts"]:
            item = items[position]
            label, stream = alert_labels[index]
            self.firings[stream, label, item.text, item.start].reached += reached
            if callback:
                self.calls["/" + callback.split("/", 3)[3], item.start, index, alert] += 1

    @property
    def total(self):
        return sum(self.count.values())

    def every(self, *kinds):
        for (kind, _, _), starts in self.things.items():
            if not kinds or kind in kinds:
                yield from starts.values()

    def find(self, kind, stream, text, start):
        """What was sent with that text and about that start; None for nothing."""
        key = (kind, stream, text)
        starts = self.things.get(key)
        if starts is None or start is None:
            return None
        ordered, ms = self._starts[key], start * 1000
        at = bisect.bisect_left(ordered, ms)
        near = min(ordered[max(at - 1, 0) : at + 1], key=lambda other: abs(other - ms))
        return starts[near] if abs(near - ms) <= TOLERANCE else None


class Received:
    """What a consumer printed, taken in line by line."""

    def __init__(self, truth):
        self.truth = truth
        self.ours = collections.Counter()
        self.count = 0  # of what was seen and heard
        self.gaps = []  # (from, to in ms, channels lost)
        self.strange = []
        self.transitions = []
        self.live_times = []
        self.longest_hold = 0
        self.dropped = 0
        self.connections = 0
        self.end = None
        self.over = None

    def add(self, line):
        if "kind" not in line:
            self.connections += "connected" in line
            self.end = line.get("end", self.end)
            self.over = line.get("over", self.over)
            return
        kind, flags, event = line["kind"], line["flags"], line["event"]
        if kind >= 100:
            return self._about_the_channel(kind, event)
        if flags & INTERIM:
            return
        data = event.get("data") or {} if isinstance(event, dict) else {}
        stream, text = (event or {}).get("rtstream_id"), data.get("text")
        self.count += kind != ALERT
        if kind == ALERT:
            start = round((line["start"] or 0) * 1000)
            sent = self.truth.firings.get((stream, data.get("label"), text, start))
        else:
            sent = self.truth.find(kind, stream, text, line["start"])
        if sent is None:
            self.strange.append(line)
        elif flags & BACKFILLED:
            sent.filled += 1
        else:
            sent.live += 1
            self.longest_hold = max(self.longest_hold, line["at_ms"] - line["received_ms"])
            sent.latency = max(line["received_ms"] - sent.ms[0], 0)
            if kind == TRANSCRIPT:
                self.live_times.append(line["received_ms"])
        if sent is not None and flags & REDELIVERED:
            sent.repeated += 1

    def _about_the_channel(self, kind, event):
        channel, data = event["channel"], event.get("data") or {}
        self.ours[channel] += 1
        self.connections += channel == "vdbrt.connected"
        self.dropped += data.get("dropped", 0)
        if channel != "vdbrt.overflow":
            self.transitions.append((channel, data))
        if channel == "vdbrt.gap":
            ends = [data.get("from"), data.get("to")]
            self.gaps.append((ends[0] * 1000, ends[1] * 1000 if ends[1] is not None else float("inf"), data.get("lost") or []))


class Outages:
    """When a WebSocket carried events, by the proxy's log."""

    def __init__(self, log):
        self.up = []  # (from, to)
        self.cuts = []
        self.slow = []
        self.faults = 0
        self.met = collections.Counter()
        open_since, slow_since = {}, {}
        for line in log:
            what, number = line["what"], line.get("socket")
            if what == "up":
                open_since[number] = line["ms"]
            elif what == "down" and number in open_since:
                self.up.append((open_since.pop(number), line["ms"]))
                if not line["fault"].startswith("none"):
                    self.cuts.append(line["ms"])
            elif what == "slow":
                slow_since[number] = line["ms"]
            elif what == "fast":
                self.slow.append((slow_since.pop(number, 0), line["ms"]))
            elif what == "fault":
                self.faults += 1
            self.met[what] += 1
        self.up += [(since, float("inf")) for since in open_since.values()]
        self.up.sort()
        self._starts = [since for since, _ in self.up]

    def is_up(self, ms, margin=30):
        """Whether a socket carried events then, and went on for `margin` ms."""
        at = bisect.bisect_right(self._starts, ms) - 1
        return any(since <= ms and ms + margin <= until for since, until in self.up[max(at - 2, 0) : at + 1])

    def is_slow(self, ms, margin=100):
        return any(since - margin <= ms <= until + margin for since, until in self.slow)


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else None


def worst_recovery(cuts, live_times):
    """Milliseconds from a cut to the next transcript by the socket, the longest."""
    live_times, worst = sorted(live_times), 0
    for cut in cuts:
        at = bisect.bisect_right(live_times, cut)
        if at < len(live_times):
            worst = max(worst, live_times[at] - cut)
    return worst


def silent(truth, received, slack=0):
    """Firings that did not arrive and lie in no gap that was told: (their key, when they fired)."""
    gaps = [(since - slack, until + slack) for since, until, lost in received.gaps if "alert" in lost]
    for key, firing in truth.firings.items():
        if not firing.received and not any(since <= firing.ms[0] <= until for since, until in gaps):
            yield key, firing.ms[0]


def judge(truth, received, outages, calls, slack=0):
    """The figures of a run. `calls` is what the webhook receiver counted; `slack` ms that a gap may miss a firing by."""
    things = list(truth.every())
    uncovered = len(list(silent(truth, received, slack)))
    fired_in_gaps = sum(not firing.received for firing in truth.firings.values()) - uncovered
    bound = [s for s in truth.every(TRANSCRIPT) if s.reached and outages.is_up(s.ms[0])]
    arrived = sum(1 for s in bound if s.live)
    latencies = [
        s.latency for s in things if s.latency is not None and outages.is_up(s.ms[0]) and not outages.is_slow(s.ms[0])
    ]
    webhooks_lost = sum(1 for key in truth.calls if not calls[key])
    # One firing calls each address once, whatever alert it comes from.
    by_firing = collections.Counter()
    for (path, start, _, _), count in calls.items():
        by_firing[path, start] += count
    return {
        "sent": truth.total,
        "received live": sum(s.live for s in things),
        "back-filled": sum(s.filled for s in things),
        "lost": sum(max(s.times - s.received, 0) for s in things),
        "duplicated": sum(max(s.received - s.times, 0) for s in things),
        "strange": len(received.strange),
        "alerts fired": len(truth.firings),
        "alerts received": sum(1 for f in truth.firings.values() if f.received),
        "alerts doubled": sum(1 for f in truth.firings.values() if f.received > 1),
        "alerts in told gaps": fired_in_gaps,
        "alerts lost in silence": uncovered,
        "webhooks called": sum(calls.values()),
        "webhooks lost": webhooks_lost,
        "webhooks doubled": sum(1 for count in by_firing.values() if count > 1),
        "faults": outages.faults,
        "cuts": len(outages.cuts),
        "reconnects": max(received.connections - 1, 0),
        "worst recovery ms": worst_recovery(outages.cuts, received.live_times),
        "transcripts by socket": round(100 * arrived / len(bound), 2) if bound else None,
        "live p50 ms": round(statistics.median(latencies)) if latencies else None,
        "live p99 ms": percentile(latencies, 0.99),
        "longest hold ms": received.longest_hold,
    }


# What must be nothing for a client that loses nothing.
NOTHING = [
    "lost", "duplicated", "strange", "alerts doubled", "alerts lost in silence", "webhooks lost", "webhooks doubled",
]  # fmt: skip


def broken_promises(figures, share=95, latency=100, hold=2200):
    out = [f"{name}: {figures[name]}" for name in NOTHING if figures[name]]
    if (figures["transcripts by socket"] or 0) < share:
        out.append(f"transcripts by socket: {figures['transcripts by socket']} %, which should be {share}")
    if (figures["live p99 ms"] or 0) >= latency:
        out.append(f"live p99: {figures['live p99 ms']} ms, which should be under {latency}")
    if figures["longest hold ms"] > hold:
        out.append(f"held back for {figures['longest hold ms']} ms, which should be at most {hold}")
    return out


def table(columns):
    """Figures of several runs beside one another: {name: figures}."""
    rows = list(next(iter(columns.values())))
    width = max(map(len, rows))
    yield " " * width + "".join(f"{name:>22}" for name in columns)
    for row in rows:
        yield f"{row:<{width}}" + "".join(f"{'-' if c[row] is None else c[row]:>22}" for c in columns.values())
