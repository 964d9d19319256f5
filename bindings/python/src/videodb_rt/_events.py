"""Events: as the library has them, and as the parsed messages that the API hands out."""

from __future__ import annotations

import copy
from collections import deque
from itertools import repeat
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union, overload

from ._handles import check
from ._header import EventFlag
from ._library import lib, quick
from ._taken import OWN, Taken, parsed, text_of


class Event:
    """A message of an event channel, read only where it is asked for: the cheapest form of one.

    Whatever the service calls a channel and in whatever unit it sends times: `channel` has the specification's name, `start` and `end`
    are seconds since the Unix epoch. What the message does not have is None. It keeps those in memory that came with it.
    """

    __slots__ = ("_at", "_taken")

    def __init__(self, taken: Taken, at: int) -> None:
        self._taken = taken
        self._at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self._taken is other._taken and self._at == other._at

    def __hash__(self) -> int:
        return hash((id(self._taken), self._at))

    def __copy__(self) -> "Event":
        return self

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Event":
        return self

    @property
    def address(self) -> int:
        """What the library knows it by."""
        address: int = self._taken.addresses[self._at]
        return address

    @property
    def kind(self) -> int:
        """What it is: a member of :class:`EventKind`, or a newer number."""
        return self._taken.kinds[self._at]

    @property
    def is_own(self) -> bool:
        """Whether it is the library's own, about the channel, and not the service's."""
        return self._taken.kinds[self._at] >= OWN

    @property
    def flags(self) -> EventFlag:
        """What else is known of it."""
        return EventFlag(self._taken.flags[self._at])

    @property
    def is_interim(self) -> bool:
        """Whether a later transcript replaces this one."""
        return bool(self._taken.flags[self._at] & EventFlag.INTERIM.value)

    @property
    def is_fetched(self) -> bool:
        """Whether it did not come over the socket, but from the service's records, after a gap."""
        return bool(self._taken.flags[self._at] & EventFlag.FETCHED.value)

    @property
    def is_redelivered(self) -> bool:
        """Whether an earlier process may have been given it, and did not acknowledge it."""
        return bool(self._taken.flags[self._at] & EventFlag.REDELIVERED.value)

    @property
    def is_triggered(self) -> bool:
        """Whether an alert says of itself that it was triggered."""
        return bool(self._taken.flags[self._at] & EventFlag.TRIGGERED.value)

    @property
    def channel(self) -> Optional[str]:
        """Name of its channel in the specification: "scene_index" also where the service says "visual_index"."""
        return self._taken.channels[self._at]

    @property
    def rtstream_id(self) -> Optional[str]:
        """The stream it is of."""
        return self._taken.rtstream_ids[self._at]

    @property
    def text(self) -> Optional[str]:
        """What was said or seen."""
        return self._taken.texts[self._at]

    @property
    def label(self) -> Optional[str]:
        """Label of an alert's rule."""
        return self._taken.labels[self._at]

    @property
    def start(self) -> Optional[float]:
        """When it begins, in seconds since the Unix epoch."""
        return self._taken.starts[self._at]

    @property
    def end(self) -> Optional[float]:
        """When it ends, in seconds since the Unix epoch."""
        return self._taken.ends[self._at]

    @property
    def confidence(self) -> Optional[float]:
        """Of an alert, 0 to 1."""
        return self._taken.confidences[self._at]

    @property
    def received(self) -> float:
        """When it was read from the socket, in seconds since the Unix epoch."""
        return self._taken.received_ms[self._at] / 1000

    @property
    def raw(self) -> str:
        """The message as it was received."""
        return self._taken.raw(self._at)

    @property
    def own_data(self) -> Dict[str, Any]:
        """The `data` of a message of the library's own."""
        data: Dict[str, Any] = self.data or {}
        return data

    @property
    def data(self) -> Any:
        """The value of the message's `data`, parsed."""
        text = text_of(quick.vdbrt_event_data, self.address)
        return None if text is None else parsed(text)

    def value(self) -> Any:
        """The message, parsed: mostly a dict. {"raw": text} for one that is no JSON."""
        return self._taken.value(self._at)

    def message(self) -> "EventDict":
        """The message as a dict whose "channel" has the specification's name."""
        return dicts_of(self._taken, [self._at], [self.value()])[0]

    def ack(self) -> None:
        """The program has dealt with it: with a state file it does not come again after a restart. It is for the setting "state.ack"
        "manual"; with "auto" an event counts as dealt with when whoever took it asks for more, or closes the channel."""
        check(lib.vdbrt_event_ack, self.address)

    def __repr__(self) -> str:
        return f"<Event {self.raw}>"


class EventDict(Dict[str, Any]):
    """A message as a dict, with the specification's name of its channel, and the event that it came from as `event`.

    `ev["data"]["start"]` is what the service sent, `ev.event.start` is in seconds. Pickled, it is a plain dict: an event belongs to its
    process.
    """

    __slots__ = ("_source",)
    _source: Union[Tuple[Taken, int], Event]

    @property
    def event(self) -> Event:
        """The event that it came from."""
        source = self._source
        if not isinstance(source, Event):
            source = self._source = Event(*source)
        return source

    def __copy__(self) -> "EventDict":
        result = EventDict(self)
        result._source = self._source
        return result

    def __deepcopy__(self, memo: Dict[int, Any]) -> "EventDict":
        result = EventDict(copy.deepcopy(dict(self), memo))
        result._source = self._source
        return result

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


class EventBatch(Sequence[Event]):
    """What waited on a channel, taken at once: a sequence of events. Cheapest are its columns, which have one thing of each of them:

    ``for channel, text in zip(batch.channels, batch.texts): ...``
    """

    __slots__ = ("_first", "_taken")

    def __init__(self, taken: Optional[Taken] = None, first: int = 0) -> None:
        self._taken = taken
        self._first = first

    def _column(self, name: str) -> Tuple[Any, ...]:
        if self._taken is None:
            return ()
        values: Tuple[Any, ...] = getattr(self._taken, name)
        return values[self._first :] if self._first else values

    @property
    def kinds(self) -> Tuple[int, ...]:
        """:attr:`Event.kind` of each. Those of the library's own are from EventKind.CONNECTED on."""
        return self._column("kinds")

    @property
    def flags(self) -> Tuple[int, ...]:
        """:attr:`Event.flags` of each, as numbers."""
        return self._column("flags")

    @property
    def channels(self) -> Tuple[Optional[str], ...]:
        """:attr:`Event.channel` of each."""
        return self._column("channels")

    @property
    def rtstream_ids(self) -> Tuple[Optional[str], ...]:
        """:attr:`Event.rtstream_id` of each."""
        return self._column("rtstream_ids")

    @property
    def texts(self) -> Tuple[Optional[str], ...]:
        """:attr:`Event.text` of each."""
        return self._column("texts")

    @property
    def labels(self) -> Tuple[Optional[str], ...]:
        """:attr:`Event.label` of each."""
        return self._column("labels")

    @property
    def starts(self) -> Tuple[Optional[float], ...]:
        """:attr:`Event.start` of each."""
        return self._column("starts")

    @property
    def ends(self) -> Tuple[Optional[float], ...]:
        """:attr:`Event.end` of each."""
        return self._column("ends")

    @property
    def confidences(self) -> Tuple[Optional[float], ...]:
        """:attr:`Event.confidence` of each."""
        return self._column("confidences")

    def messages(self) -> List[Any]:
        """:meth:`Event.value` of each, for the caller alone."""
        return self._taken.messages(range(self._first, self._taken.count)) if self._taken else []

    def __len__(self) -> int:
        return self._taken.count - self._first if self._taken else 0

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> List[Event]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[Event, List[Event]]:
        if isinstance(index, slice):
            return list(self)[index]
        if self._taken is None:
            raise IndexError("The batch is empty.")
        return Event(self._taken, range(self._first, self._taken.count)[index])

    def __iter__(self) -> Iterator[Event]:
        return iter(events_of(self._taken, self._first) if self._taken else [])

    def __repr__(self) -> str:
        return f"<EventBatch of {len(self)}>"


# Objects of many events are made without a line of Python for each.
_new: Callable[[Any], Any] = object.__new__
_set_taken: Callable[[Any, Any], None] = Event.__dict__["_taken"].__set__
_set_at: Callable[[Any, Any], None] = Event.__dict__["_at"].__set__
_set_source: Callable[[Any, Any], None] = EventDict.__dict__["_source"].__set__
_channel: Callable[[EventDict, str], Any] = EventDict.get
_ONLY_DICTS = {dict}


def _for_each(function: Callable[[Any, Any], None], objects: Iterable[Any], values: Iterable[Any]) -> None:
    deque(map(function, objects, values), 0)


def events_of(taken: Taken, first: int = 0) -> List[Event]:
    """All of them, from `first` on."""
    places = range(first, taken.count)
    events: List[Event] = list(map(_new, repeat(Event, len(places))))
    _for_each(_set_taken, events, repeat(taken))
    _for_each(_set_at, events, places)
    return events


def dicts_of(taken: Taken, places: Sequence[int], values: List[Any]) -> List[EventDict]:
    """The messages `values`, which are those at `places`, as dicts: with the specification's name of the channel. {"raw": text} for one that
    is none."""
    if set(map(type, values)) != _ONLY_DICTS:
        values = [value if isinstance(value, dict) else {"raw": taken.raw(at)} for value, at in zip(values, places)]
    dicts: List[EventDict] = list(map(EventDict, values))
    _for_each(_set_source, dicts, zip(repeat(taken), places))
    names = taken.channels if len(places) == taken.count else tuple(map(taken.channels.__getitem__, places))
    if tuple(map(_channel, dicts, repeat("channel"))) != names:
        for message, name in zip(dicts, names):
            if name is not None and message.get("channel") != name:
                message["channel"] = name
    return dicts


def message_id(message: Dict[str, Any]) -> Optional[str]:
    """What a message is of: a stream or an index."""
    for key in ("id", "rtstream_id", "rtstreamId", "index_id", "indexId"):
        value = message.get(key)
        if value:
            return str(value)
    return None
