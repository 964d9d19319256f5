"""Events: as the library has them, and as the parsed messages that the API hands out."""

from __future__ import annotations

import json
import math
from ctypes import c_size_t
from typing import Any, Callable, Dict, Optional, Tuple

from ._header import EventFlag, EventKind
from ._library import decode, quick

_free = quick.vdbrt_event_free
_kind = quick.vdbrt_event_kind
_json = quick.vdbrt_event_json

# The channels that the specification names, by kind.
CHANNELS = {
    EventKind.TRANSCRIPT.value: "transcript",
    EventKind.SCENE_INDEX.value: "scene_index",
    EventKind.AUDIO_INDEX.value: "audio_index",
    EventKind.ALERT.value: "alert",
    EventKind.CAPTURE_SESSION.value: "capture_session",
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


class Event:
    """A message of an event channel, read only where it is asked for: the cheapest form of one.

    Whatever the service calls a channel and in whatever unit it sends times: `channel` has the specification's name, `start` and `end`
    are seconds since the Unix epoch. What the message does not have is None.
    """

    __slots__ = ("_address",)

    def __init__(self, address: int) -> None:
        self._address = address

    def __del__(self, _free: Callable[[int], None] = _free) -> None:
        _free(self._address)

    def _text(self, function: Callable[[int, c_size_t], Optional[int]]) -> Optional[str]:
        length = c_size_t()
        address = function(self._address, length)
        if address is None:
            return None
        text: str = decode(address, length.value, b"replace")
        return text

    @property
    def kind(self) -> int:
        """What it is: a member of :class:`EventKind`, or a newer number."""
        kind: int = _kind(self._address)
        return kind

    @property
    def is_own(self) -> bool:
        """Whether it is the library's own, about the channel, and not the service's."""
        return self.kind >= OWN

    @property
    def flags(self) -> EventFlag:
        """What else is known of it."""
        return EventFlag(quick.vdbrt_event_flags(self._address))

    @property
    def is_interim(self) -> bool:
        """Whether a later transcript replaces this one."""
        return bool(self.flags & EventFlag.INTERIM)

    @property
    def is_fetched(self) -> bool:
        """Whether it did not come over the socket, but from the service's records, after a gap."""
        return bool(self.flags & EventFlag.FETCHED)

    @property
    def is_triggered(self) -> bool:
        """Whether an alert says of itself that it was triggered."""
        return bool(self.flags & EventFlag.TRIGGERED)

    @property
    def channel(self) -> Optional[str]:
        """Name of its channel in the specification: "scene_index" also where the service says "visual_index"."""
        return CHANNELS.get(_kind(self._address)) or self._text(quick.vdbrt_event_channel)

    @property
    def rtstream_id(self) -> Optional[str]:
        """The stream it is of."""
        return self._text(quick.vdbrt_event_rtstream_id)

    @property
    def text(self) -> Optional[str]:
        """What was said or seen."""
        return self._text(quick.vdbrt_event_text)

    @property
    def label(self) -> Optional[str]:
        """Label of an alert's rule."""
        return self._text(quick.vdbrt_event_label)

    @property
    def start(self) -> Optional[float]:
        """When it begins, in seconds since the Unix epoch."""
        return _number(quick.vdbrt_event_start(self._address))

    @property
    def end(self) -> Optional[float]:
        """When it ends, in seconds since the Unix epoch."""
        return _number(quick.vdbrt_event_end(self._address))

    @property
    def confidence(self) -> Optional[float]:
        """Of an alert, 0 to 1."""
        return _number(quick.vdbrt_event_confidence(self._address))

    @property
    def received(self) -> float:
        """When it was read from the socket, in seconds since the Unix epoch."""
        milliseconds: int = quick.vdbrt_event_received_ms(self._address)
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
        length = c_size_t()
        return parsed(decode(_json(self._address, length), length.value, b"replace"))

    def message(self, kind: Optional[int] = None) -> "EventDict":
        """The message as a dict whose "channel" has the specification's name. `kind`: what `self.kind` is, where that is known."""
        value = self.value()
        result = EventDict(value if isinstance(value, dict) else {"raw": self.raw})  # pyright: ignore[reportUnknownArgumentType]
        result.event = self
        name = CHANNELS.get(_kind(self._address) if kind is None else kind) or self._text(quick.vdbrt_event_channel)
        if name is not None and result.get("channel") != name:
            result["channel"] = name
        return result

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
