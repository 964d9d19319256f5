"""What was taken from a channel with one call, read with a few more: a call for each event is what costs."""

from __future__ import annotations

import ctypes
import json
import pickle
from ctypes import Array, byref, c_size_t, c_void_p
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ._handles import error_of
from ._header import Column, EventKind, Status
from ._library import decode, lib, quick

_free_many = quick.vdbrt_event_free_many

# A memoryview of bytes at an address, which are not copied: (address, length, flags).
_view: Any = ctypes.pythonapi.PyMemoryView_FromMemory
_view.argtypes = [c_void_p, ctypes.c_ssize_t, ctypes.c_int]
_view.restype = ctypes.py_object
_READ_ONLY = 0x100

# From here on they are the library's own, about the channel.
OWN = EventKind.CONNECTED.value

_COLUMNS: Dict[str, Column] = {
    "kinds": Column.KIND,
    "flags": Column.FLAGS,
    "channels": Column.CHANNEL,
    "rtstream_ids": Column.RTSTREAM_ID,
    "texts": Column.TEXT,
    "labels": Column.LABEL,
    "starts": Column.START,
    "ends": Column.END,
    "confidences": Column.CONFIDENCE,
    "received_ms": Column.RECEIVED_MS,
}


def _no_json(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_json)


def parsed(text: str) -> Any:
    """The value of a message; {"raw": text} for what is no JSON, or none that Python can hold."""
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return {"raw": text}


def text_of(function: Callable[[int, c_size_t], Optional[int]], address: int) -> Optional[str]:
    """The text that an accessor of the library gives of the event at `address`."""
    length = c_size_t()
    start = function(address, length)
    if start is None:
        return None
    text: str = decode(start, length.value, b"replace")
    return text


class Taken:
    """Some events, and the memory that they are in. What is read of one of them is fetched for all of them."""

    kinds: Tuple[int, ...]
    flags: Tuple[int, ...]
    channels: Tuple[Optional[str], ...]
    rtstream_ids: Tuple[Optional[str], ...]
    texts: Tuple[Optional[str], ...]
    labels: Tuple[Optional[str], ...]
    starts: Tuple[Optional[float], ...]
    ends: Tuple[Optional[float], ...]
    confidences: Tuple[Optional[float], ...]
    received_ms: Tuple[int, ...]

    def __init__(self, addresses: "Array[c_void_p]", count: int) -> None:
        self.addresses: Any = addresses
        self.count = count
        self._values: Optional[List[Any]] = None

    def __del__(self, _free_many: Callable[[Any, int], None] = _free_many) -> None:
        _free_many(self.addresses, self.count)

    def __reduce__(self) -> Any:
        raise TypeError("An event belongs to its process: copy or pickle what it says, event.value() for example.")

    def __getattr__(self, name: str) -> Tuple[Any, ...]:
        """A column that was not asked for yet."""
        column = _COLUMNS.get(name)
        if column is None:
            raise AttributeError(name)
        values = self._column(column)
        setattr(self, name, values)
        return values

    def _column(self, column: Column, addresses: Any = None) -> Tuple[Any, ...]:
        out, length, error = c_void_p(), c_size_t(), c_void_p()
        addresses = addresses or self.addresses
        status = lib.vdbrt_event_pickle(addresses, self.count, column, byref(out), byref(length), byref(error))
        if status != Status.OK:
            raise error_of(status, error)
        try:
            # The library itself has written it, of plain values only.
            values: Tuple[Any, ...] = pickle.loads(_view(out, length.value, _READ_ONLY))
            return values
        finally:
            quick.vdbrt_string_free(out)

    def raw(self, at: int) -> str:
        """A message as it was received."""
        return text_of(quick.vdbrt_event_json, self.addresses[at]) or ""

    def messages(self, places: Sequence[int]) -> List[Any]:
        """The messages at these places, parsed, for the caller alone; {"raw": text} for one that is no JSON."""
        if len(places) == self.count:
            values = list(self._column(Column.MESSAGE))
        else:
            addresses = type(self.addresses)()
            for at in places:
                addresses[at] = self.addresses[at]
            values = list(map(self._column(Column.MESSAGE, addresses).__getitem__, places))
        if None in values:
            values = [parsed(self.raw(at)) if value is None else value for value, at in zip(values, places)]
        return values

    def value(self, at: int) -> Any:
        """A message, parsed. Each is given once, as it can be changed by whoever gets it, and then parsed anew."""
        if self._values is None:
            self._values = list(self._column(Column.MESSAGE))
        value, self._values[at] = self._values[at], None
        return parsed(self.raw(at)) if value is None else value
