"""A consumer to which things are told steadily while something happens to it."""

import time

import check
from parts import Failed
from world import World

CONNECTED, DISCONNECTED, GAP = 100, 101, 104


class Steady:
    def __init__(self, feed, consumer, rate=50):
        self.feed, self.consumer = feed, consumer
        self.truth = check.Truth()
        self.world = World(consumer.setup(), rate, 1, 0)
        self.lines = []

    def until(self, condition, within):
        """Goes on until `condition()` holds: whether it did in time."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if items := self.world.due():
                self.truth.add(items, self.feed.send(items), {})
            self.lines += self.consumer.lines()
            if condition():
                return True
            if not self.consumer.is_running:
                raise Failed(f"the consumer has ended: {self.consumer.last_words()}")
            time.sleep(0.005)
        return False

    def go_on(self, seconds):
        self.until(lambda: False, seconds)

    def begin(self):
        if not self.until(lambda: self.count_of_service() > 40, 20):
            raise Failed("the consumer gets no events")

    def events(self, kind):
        return [line for line in self.lines if line.get("kind") == kind]

    def count_of_service(self):
        return sum("kind" in line and line["kind"] < CONNECTED for line in self.lines)

    def is_back(self, connections):
        return lambda: len(self.events(CONNECTED)) >= connections

    def finish(self, patience=30):
        """Waits for what is still to come; events, lost, doubled."""
        deadline, quiet = time.monotonic() + patience, time.monotonic()
        while time.monotonic() < deadline:
            if new := self.consumer.lines():
                self.lines += new
                if any("kind" in line for line in new):
                    quiet = time.monotonic()
            if self.count_of_service() >= self.truth.total and time.monotonic() > quiet + 2:
                break
            time.sleep(0.1)
        self.lines += self.consumer.stop()
        received = check.Received(self.truth)
        for line in self.lines:
            received.add(line)
        lost = sum(max(s.times - s.received, 0) for s in self.truth.every())
        doubled = sum(max(s.received - s.times, 0) for s in self.truth.every())
        return self.truth.total, lost, doubled


def verdict(name, figures, bad):
    """Prints it, and gives whether it was bad."""
    print(f"figure: {name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    print(f"FAIL {name}: {'; '.join(bad)}" if bad else f"ok {name}")
    return bool(bad)
