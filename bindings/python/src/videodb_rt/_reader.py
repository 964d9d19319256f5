"""Takes the events of a channel, many with one call, for code that waits and for asyncio."""

from __future__ import annotations

import asyncio
import functools
import os
import select
import threading
import time
import weakref
from collections import deque
from ctypes import byref, c_size_t, c_void_p
from operator import length_hint
from typing import Any, AsyncGenerator, Callable, Dict, Generator, Iterator, List, Optional, Tuple

from ._events import Event, EventBatch
from ._handles import Channel, error_of
from ._header import EventKind, Status
from ._library import lib, quick
from ._taken import Taken
from ._views import ORDERLY, SKIP, View
from .exceptions import ConnectionClosedError, VideodbError, from_status

# How many come with one call, and stay in memory together.
BATCH = 128
_Addresses = c_void_p * BATCH
# How long a signal that another thread got can go unnoticed.
SLICE_S = 0.1

_readers: "weakref.WeakSet[Reader]" = weakref.WeakSet()


class Reader:
    """The events of one channel. Several threads may read; each event goes to one of them."""

    def __init__(self, channel: Channel, acknowledges: bool) -> None:
        """`acknowledges`: an event that was handed out is acknowledged when whoever got it asks for more."""
        self.channel = channel
        self._lock = threading.RLock()
        # What was taken and not handed out: the places that are left. Whoever gets one of them from the iterator has the event alone.
        self._taken: Optional[Taken] = None
        self._places: Iterator[int] = iter(())
        self._items: Dict[View, Tuple[List[Any], bool]] = {}
        self._acknowledges = acknowledges
        self._given: List[Tuple[Taken, int]] = []
        self._waiting: "Optional[asyncio.Future[None]]" = None
        self._wake: Callable[[], None] = lambda: None
        self._ended = False
        self._last: Dict[str, Any] = {}
        _readers.add(self)

    # ---- Taking

    def take(self, most: int = BATCH) -> bool:
        """Takes what waits, where nothing is left; False if that was nothing. After the last event `ended` is True."""
        with self._lock:  # or another thread's later ones could get before them
            if not length_hint(self._places):
                taken = self._fetch(most)
                if taken is None:
                    return False
                self._keep(taken, 0)
        return True

    def _keep(self, taken: Taken, first: int) -> None:
        self._taken = taken
        self._places = iter(range(first, taken.count))
        self._items = {}

    def _fetch(self, most: int) -> Optional[Taken]:
        error, count, addresses = c_void_p(), c_size_t(), _Addresses()
        with self._lock:
            status = lib.vdbrt_events_next_batch(self.channel.address, 0, addresses, min(most, BATCH), byref(count), byref(error))
            if status == Status.OK:
                taken = Taken(addresses, count.value)
                if quick.vdbrt_event_kind(addresses[count.value - 1]) == EventKind.DISCONNECTED:
                    end = Event(taken, count.value - 1).own_data
                    if not end.get("reconnecting"):
                        self._last = end
                return taken
        if status in (Status.E_DISCONNECTED, Status.E_CLOSED) or (self._last and status != Status.E_FORKED):
            self._ended = True  # the status is that of the end
        elif status != Status.E_AGAIN:
            raise error_of(status, error)
        lib.vdbrt_error_free(error)
        return None

    @property
    def ended(self) -> bool:
        """Whether the connection has ended and all its events were handed out."""
        return self._ended and not length_hint(self._places)

    @property
    def last(self) -> Dict[str, Any]:
        """status, reason and close_code of an end that was handed out; {} before."""
        return self._last

    def batch(self) -> EventBatch:
        """All that were taken and not handed out; else all that wait. Empty if that is nothing."""
        with self._lock:
            left = list(self._places)
            taken, first = (self._taken, left[0]) if left else (self._fetch(BATCH), 0)
        if self._acknowledges and taken is not None:
            self._given += [(taken, at) for at in range(first, taken.count)]
        return EventBatch(taken, first)

    def pop(self) -> Optional[Event]:
        """The next event that was taken."""
        with self._lock:
            for at in self._places:
                if self._taken is not None:
                    return Event(self._taken, at)
        return None

    def settle(self) -> None:
        """Whoever got the events that were handed out is done with them."""
        given, self._given = self._given, []
        for taken, at in given:
            quick.vdbrt_event_ack(taken.addresses[at], None)  # fails where the channel is gone: it comes again

    def drop(self) -> None:
        """Whoever got the events that were handed out has failed: after a restart they come again."""
        self._given = []

    def forget(self) -> None:
        """In a forked child: what was taken is the parent's."""
        deque(self._places, 0)
        self._given = []
        self._lock = threading.RLock()

    def end_error(self) -> Optional[VideodbError]:
        """Why the channel ended; None where that was in order."""
        name, code = str(self._last.get("status", "")), self._last.get("close_code")
        if name == "VDBRT_E_CLOSED" or code in ORDERLY or not self._last:
            return None
        error = ConnectionClosedError(str(self._last.get("reason") or "The connection of the event channel ended."))
        error.status = _status_named(name)
        error.code = code if isinstance(code, int) else 1006
        error.reason = str(self._last.get("reason") or "")
        return error

    # ---- Waiting

    def wait(self, timeout_s: Optional[float]) -> bool:
        """Until there is something to take; False if there is nothing in that time."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        poller = select.poll()
        poller.register(self.channel.fileno(), select.POLLIN)
        while True:
            left = SLICE_S if deadline is None else min(SLICE_S, deadline - time.monotonic())
            if poller.poll(max(0.0, left) * 1000):
                return True
            if deadline is not None and time.monotonic() >= deadline:
                return False
            if self.channel.closed:
                return True  # the next take tells

    async def readable(self) -> None:
        """Until there is something to take."""
        if self._waiting is not None:
            raise RuntimeError("Another task already waits for the events of this channel. Read them in one task, or open another channel.")
        loop = asyncio.get_running_loop()
        fd = self.channel.fileno()
        self._waiting = future = loop.create_future()
        self._wake = functools.partial(_wake, loop, fd, future)
        loop.add_reader(fd, self._wake)
        try:
            await future
        finally:
            self._wake()
            self._waiting = None

    def close(self) -> None:
        """Gives the channel back. Who waits for its events gets an error."""
        waiting = self._waiting
        if waiting is not None and not waiting.get_loop().is_closed():
            # Before the descriptor is closed, as its number may be another channel's then.
            if _running_loop() is waiting.get_loop():
                self._wake()
            else:
                waiting.get_loop().call_soon_threadsafe(self._wake)
        self.channel.close()

    # ---- Iterating

    def _left(self, view: View) -> Optional[Iterator[Any]]:
        """What is handed out of what was taken; None if nothing is left of that."""
        with self._lock:
            taken, places = self._taken, self._places
            if taken is None or not length_hint(places):
                self._taken, self._items = None, {}
                return None
            found = self._items.get(view)
            if found is None:
                found = self._items[view] = view.items(taken)
        items, has_skips = found
        if self._acknowledges or has_skips:
            return self._one_by_one(view, taken, places, items)
        return map(items.__getitem__, places)

    def _one_by_one(self, view: View, taken: Taken, places: Iterator[int], items: List[Any]) -> Generator[Any, None, None]:
        for at in places:
            if self._acknowledges:
                self.settle()
                self._given.append((taken, at))
            item = items[at]
            if item is SKIP:
                view.pass_over(taken, at)
            else:
                yield item

    def each(self, view: View) -> Generator[Any, None, None]:
        """The events, each to one of those who ask."""
        while True:
            self.settle()
            left = self._left(view)
            if left is not None:
                yield from left
                del left  # nothing of it stays while more is waited for
            elif not self.take():
                if self._ended:
                    break
                self.wait(None)
        self._raise_end()

    async def aeach(self, view: View) -> AsyncGenerator[Any, None]:
        """The same for asyncio."""
        while True:
            self.settle()
            left = self._left(view)
            if left is not None:
                item = None
                for item in left:
                    yield item
                del left, item
            elif self.take():
                await asyncio.sleep(0)  # the others' turn, once for each batch
            elif self._ended:
                break
            else:
                await self.readable()
        self._raise_end()

    def _raise_end(self) -> None:
        error = self.end_error()
        if error is not None:
            raise error

    # ---- Opening

    def connected(self, event: Event) -> str:
        """The connection id, once the first event is there; raises why there is none."""
        if event.kind == EventKind.CONNECTED:
            return str(event.own_data.get("connection_id"))
        if event.kind == EventKind.DISCONNECTED:
            raise from_status(_status_named(str(event.own_data.get("status"))), str(event.own_data.get("reason")))
        if self._taken is not None:
            self._keep(self._taken, 0)  # "drop_oldest" has dropped the first one already
        return self.channel.connection_id()


def _running_loop() -> Optional[asyncio.AbstractEventLoop]:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _wake(loop: asyncio.AbstractEventLoop, fd: int, future: "asyncio.Future[None]") -> None:
    """Once: the descriptor is not looked at any more, and who waits goes on."""
    if future.done() and not future.cancelled():
        return
    loop.remove_reader(fd)
    if not future.done():
        future.set_result(None)


def _status_named(name: str) -> int:
    try:
        return Status[name[len("VDBRT_") :]]
    except KeyError:
        return Status.E_INTERNAL


def _after_fork() -> None:
    for reader in list(_readers):
        reader.forget()


os.register_at_fork(after_in_child=_after_fork)
