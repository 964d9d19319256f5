"""Events: as the library has them, and as the parsed messages that the API hands out."""

from __future__ import annotations

import json
import math
from ctypes import Array, byref, c_size_t, c_void_p
from typing import Any, Callable, Dict, List, Optional, Tuple

from ._handles import check, error_of, taken
from ._header import Column, EventFlag, EventKind, Status
from ._library import decode, lib, quick

_free_many = quick.vdbrt_event_free_many
_json = quick.vdbrt_event_json

# Names of channels by kind: those of the specification, and the library's own.
_CHANNELS = {
    kind.value: (kind.name.lower() if kind < EventKind.CONNECTED else f"vdbrt.{kind.name.lower()}")
    for kind in EventKind
    if kind != EventKind.OTHER
}
# From here on they are the library's own, about the channel.
OWN = EventKind.CONNECTED.value


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_json)
_parse: Callable[[str], Tuple[Any, int]] = _decoder.raw_decode


def parsed(text: str) -> Any:
    """The value of a message; {"raw": text} for what is no JSON, or none that Python can hold."""
    try:
        value, end = _parse(text)
        if end == len(text):
            return value
    except (ValueError, RecursionError):
        pass
    try:
        return _decoder.decode(text)  # white space around it
    except (ValueError, RecursionError):
        return {"raw": text}


def _whole(text: Optional[str]) -> Optional[str]:
    """A text that can be encoded: half of a pair of surrogates becomes U+FFFD, as everywhere in the library."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _values(column: str) -> List[Any]:
    values: List[Any] = _parse(column)[0]
    return values


def _texts(column: str) -> List[Optional[str]]:
    texts = _values(column)
    return list(map(_whole, texts)) if "\\u" in column else texts


def _messages(column: str) -> List[Any]:
    """The values of the messages; None for one that is no JSON. Where one of them is none that Python can hold, all are None."""
    try:
        return _values(column)
    except (ValueError, RecursionError):
        return []


_COLUMNS: Dict[str, Tuple[Column, Callable[[str], List[Any]]]] = {
    "kinds": (Column.KIND, _values),
    "flags": (Column.FLAGS, _values),
    "channels": (Column.CHANNEL, _texts),
    "rtstream_ids": (Column.RTSTREAM_ID, _texts),
    "texts": (Column.TEXT, _texts),
    "labels": (Column.LABEL, _texts),
    "messages": (Column.MESSAGE, _messages),
}


class Batch:
    """The events that came with one call. What is read of one of them is fetched for all of them, as a call for each is what costs.

    Of what is parsed, each message is given once, as it can be changed by whoever gets it.
    """

    kinds: List[int]
    flags: List[int]
    channels: List[Optional[str]]
    rtstream_ids: List[Optional[str]]
    texts: List[Optional[str]]
    labels: List[Optional[str]]
    messages: List[Any]

    def __init__(self, addresses: "Array[c_void_p]", count: int) -> None:
        self.addresses: Any = addresses
        self.count = count

    def __del__(self, _free_many: Callable[[Any, int], None] = _free_many) -> None:
        _free_many(self.addresses, self.count)

    def __getattr__(self, name: str) -> List[Any]:
        """A column that was not asked for yet."""
        values = self._channels() if name == "channels" else None
        values = values or self._column(name)
        setattr(self, name, values)
        return values

    def _channels(self) -> Optional[List[Any]]:
        """Without a text for each, where all are of kinds with a name."""
        try:
            return list(map(_CHANNELS.__getitem__, self.kinds))
        except KeyError:
            return None

    def _column(self, name: str) -> List[Any]:
        if name not in _COLUMNS:
            raise AttributeError(name)
        column, read = _COLUMNS[name]
        out, error = c_void_p(), c_void_p()
        status = quick.vdbrt_event_column(self.addresses, self.count, column, byref(out), byref(error))
        if status != Status.OK:
            raise error_of(status, error)
        return read(taken(out).decode(errors="replace")) or [None] * self.count


class Event:
    """A message of an event channel, read only where it is asked for: the cheapest form of one.

    Whatever the service calls a channel and in whatever unit it sends times: `channel` has the specification's name, `start` and `end`
    are seconds since the Unix epoch. What the message does not have is None. It keeps those in memory that came with it.
    """

    __slots__ = ("_at", "_batch")

    def __init__(self, batch: Batch, at: int) -> None:
        self._batch = batch
        self._at = at

    @property
    def address(self) -> int:
        """What the library knows it by."""
        address: int = self._batch.addresses[self._at]
        return address

    def _text(self, function: Callable[[int, c_size_t], Optional[int]]) -> Optional[str]:
        length = c_size_t()
        address = function(self.address, length)
        if address is None:
            return None
        text: str = decode(address, length.value, b"replace")
        return text

    @property
    def kind(self) -> int:
        """What it is: a member of :class:`EventKind`, or a newer number."""
        return self._batch.kinds[self._at]

    @property
    def is_own(self) -> bool:
        """Whether it is the library's own, about the channel, and not the service's."""
        return self._batch.kinds[self._at] >= OWN

    @property
    def flags(self) -> EventFlag:
        """What else is known of it."""
        return EventFlag(self._batch.flags[self._at])

    @property
    def is_interim(self) -> bool:
        """Whether a later transcript replaces this one."""
        return bool(self._batch.flags[self._at] & EventFlag.INTERIM.value)

    @property
    def is_fetched(self) -> bool:
        """Whether it did not come over the socket, but from the service's records, after a gap."""
        return bool(self._batch.flags[self._at] & EventFlag.FETCHED.value)

    @property
    def is_redelivered(self) -> bool:
        """Whether an earlier process may have been given it, and did not acknowledge it."""
        return bool(self._batch.flags[self._at] & EventFlag.REDELIVERED.value)

    @property
    def is_triggered(self) -> bool:
        """Whether an alert says of itself that it was triggered."""
        return bool(self._batch.flags[self._at] & EventFlag.TRIGGERED.value)

    @property
    def channel(self) -> Optional[str]:
        """Name of its channel in the specification: "scene_index" also where the service says "visual_index"."""
        return self._batch.channels[self._at]

    @property
    def rtstream_id(self) -> Optional[str]:
        """The stream it is of."""
        return self._batch.rtstream_ids[self._at]

    @property
    def text(self) -> Optional[str]:
        """What was said or seen."""
        return self._batch.texts[self._at]

    @property
    def label(self) -> Optional[str]:
        """Label of an alert's rule."""
        return self._batch.labels[self._at]

    @property
    def start(self) -> Optional[float]:
        """When it begins, in seconds since the Unix epoch."""
        return _number(quick.vdbrt_event_start(self.address))

    @property
    def end(self) -> Optional[float]:
        """When it ends, in seconds since the Unix epoch."""
        return _number(quick.vdbrt_event_end(self.address))

    @property
    def confidence(self) -> Optional[float]:
        """Of an alert, 0 to 1."""
        return _number(quick.vdbrt_event_confidence(self.address))

    @property
    def received(self) -> float:
        """When it was read from the socket, in seconds since the Unix epoch."""
        milliseconds: int = quick.vdbrt_event_received_ms(self.address)
        return milliseconds / 1000

    @property
    def raw(self) -> str:
        """The message as it was received."""
        return self._text(_json) or ""

    @property
    def own_data(self) -> Dict[str, Any]:
        """The `data` of a message of the library's own."""
        data: Dict[str, Any] = self.data or {}
        return data

    @property
    def data(self) -> Any:
        """The value of the message's `data`, parsed."""
        text = self._text(quick.vdbrt_event_data)
        return None if text is None else parsed(text)

    def value(self) -> Any:
        """The message, parsed: mostly a dict. {"raw": text} for one that is no JSON."""
        messages = self._batch.messages
        value, messages[self._at] = messages[self._at], None
        return parsed(self.raw) if value is None else value

    def message(self) -> "EventDict":
        """The message as a dict whose "channel" has the specification's name."""
        value = self.value()
        result = EventDict(value if isinstance(value, dict) else {"raw": self.raw})  # pyright: ignore[reportUnknownArgumentType]
        result.event = self
        name = self._batch.channels[self._at]
        if name is not None and ("channel" not in result or result["channel"] != name):
            result["channel"] = name
        return result

    def ack(self) -> None:
        """The program has dealt with it: with a state file it does not come again after a restart. It is for the setting "state.ack"
        "manual"; with "auto" an event counts as dealt with when whoever took it asks for more, or closes the channel."""
        check(lib.vdbrt_event_ack, self.address)

    def __repr__(self) -> str:
        return f"<Event {self.raw}>"


class EventDict(Dict[str, Any]):
    """A message as a dict, with the specification's name of its channel, and the event that it came from as `event`.

    `ev["data"]["start"]` is what the service sent, `ev.event.start` is in seconds.
    """

    __slots__ = ("event",)
    event: Event


def _number(value: float) -> Optional[float]:
    return None if math.isnan(value) else value


def message_id(message: Dict[str, Any]) -> Optional[str]:
    """What a message is of: a stream or an index."""
    for key in ("id", "rtstream_id", "rtstreamId", "index_id", "indexId"):
        value = message.get(key)
        if value:
            return str(value)
    return None
