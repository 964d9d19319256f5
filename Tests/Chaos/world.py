"""What is seen and heard: items of streams that run in real time, from one seed.

Every pipeline has tracks. A track has one window of a second after another, without a pause, and says the same for a few windows in
a row; a pipeline's tracks overlap. So equal texts lie in adjacent windows, and a busy pipeline needs no more than now and one second
ago. The two scene indexes of a stream see the same.
"""

import itertools
import random
import time
from dataclasses import dataclass

THINGS = ["a red car", "a person", "two dogs", "a white van", "nobody", "a bicycle"]
DEEDS = ["passes the gate", "stands still", "comes in from the left", "turns around", "leaves"]
RUN = 3  # windows in a row with the same text


@dataclass
class Item:
    kind: str  # "transcript", "scene", "audio" or "crowd"
    stream: str
    owner: str  # the id that the feed wants: the stream's or the index's
    text: str
    start: int  # milliseconds
    end: int
    delay: float  # seconds until its record is listed
    live: bool = True


class World:
    def __init__(self, streams, rate, seed, late, is_crowd=False):
        """`rate` items a second, of all streams; `late` seconds at most until a record is listed. A crowd only speaks."""
        self.random = random.Random(seed)
        self.late = late
        self.tracks = []
        each = rate / len(streams)
        for stream in streams:
            shares = [("transcript", [stream["id"]], 0.4), ("scene", stream["scene"], 0.4), ("audio", stream["audio"], 0.2)]
            for kind, owners, share in [("crowd", [stream["id"]], 1)] if is_crowd else shares:
                count = max(1, round(each * share / len(owners)))
                self.tracks += [(kind, stream["id"], owners, number, number / count) for number in range(count)]
        self.tracks.sort(key=lambda track: track[4])
        # Windows end now and then one after another, each track's at its own moment of each second.
        self.origin = int(time.time() * 1000) + 100
        self.order = itertools.cycle(range(len(self.tracks)))
        self.round = 0
        self.next = self._make(next(self.order))

    def _make(self, position):
        kind, stream, owners, number, offset = self.tracks[position]
        if position == 0 and self.tracks:
            self.round += 1
        end = self.origin + 1000 * self.round + int(1000 * offset)
        phrase = self.round // RUN
        text = f"{THINGS[(number + phrase) % len(THINGS)]} {DEEDS[phrase % len(DEEDS)]} at {number}"
        if kind == "scene" and number % 10 == 0 and self.round % 2 == 0:
            text = "ALARM " + text
        return [Item(kind, stream, owner, text, end - 1000, end, self._delay()) for owner in owners]

    def _delay(self):
        luck = self.random.random()
        if luck < 0.7 or not self.late:
            return 0.0
        return round(self.random.random() * (min(2.0, self.late) if luck < 0.95 else self.late), 3)

    def due(self):
        """The items whose windows have ended by now."""
        now, out = time.time() * 1000, []
        behind = int(now) - self.next[0].end
        if behind > 1000:
            # A machine that is too slow for the rate sees less a second, rather than what was long ago.
            self.origin += behind
            for item in self.next:
                item.start += behind
                item.end += behind
        while self.next[0].end <= now:
            out += self.next
            self.next = self._make(next(self.order))
        return out
