"""How far a long run is, and whether somebody wants it to end."""

import multiprocessing
import signal
import sys
import time


class Stop:
    """True once SIGINT or SIGTERM has come, to whichever process of the run: a byte that all share, and no lock that one of them
    could hold when a signal comes."""

    def __init__(self):
        self._byte = multiprocessing.RawValue("b", 0)

    def listen(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._set)

    def _set(self, *_):
        self._byte.value = 1

    def __bool__(self):
        return bool(self._byte.value)


class Progress:
    """A line on standard error every so many seconds."""

    def __init__(self, name, events, faults, seconds):
        self.name, self.events, self.faults, self.seconds = name, events, faults, seconds
        self.began = self.last = time.monotonic()
        self.sent = 0

    def tell(self, sent, received, faults):
        now = time.monotonic()
        if now - self.last < self.seconds:
            return
        print(
            f"{now - self.began:.0f} s, {self.name}: sent {sent} of {self.events} ({(sent - self.sent) / (now - self.last):.0f} a "
            f"second), received {received}, faults {faults} of {self.faults}",
            file=sys.stderr,
            flush=True,
        )
        self.last, self.sent = now, sent
