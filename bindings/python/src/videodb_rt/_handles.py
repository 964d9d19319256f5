"""What the library hands out and takes back: configurations, clients, operations, iterators.

Each has `address` (VideodbError once it was closed), `close()`, which can be called again, at any time and in any order, works as a
context manager, and is closed when it is collected. The library checks handles itself, so one that another thread closes meanwhile
is an error there, never a crash.
"""

from __future__ import annotations

import atexit
import json
import weakref
from ctypes import byref, c_int32, c_void_p, string_at
from types import TracebackType
from typing import Any, Callable, Mapping, Optional, Type, TypeVar

from ._header import Status
from ._library import lib
from .exceptions import Response, VideodbError, from_status

Self = TypeVar("Self", bound="Handle")


def error_of(status: int, error: c_void_p) -> VideodbError:
    """The exception for a failed call; takes its error object."""
    message: bytes = lib.vdbrt_error_message(error)
    http_status: int = lib.vdbrt_error_http_status(error)
    body: Optional[bytes] = lib.vdbrt_error_body_json(error)
    response = Response(http_status, (body or b"").decode(errors="replace")) if http_status else None
    text = message.decode(errors="replace") or lib.vdbrt_status_name(status).decode()
    result = from_status(status, text, response)
    result.retryable = bool(lib.vdbrt_error_is_retryable(error))
    wait: int = lib.vdbrt_error_retry_after_ms(error)
    result.retry_after = wait / 1000 if wait >= 0 else None
    lib.vdbrt_error_free(error)
    return result


def check(function: Callable[..., int], *arguments: Any) -> None:
    """Calls what has an error as its last parameter, and raises it."""
    error = c_void_p()
    status = function(*arguments, byref(error))
    if status != Status.OK:
        raise error_of(status, error)


def taken(text: c_void_p) -> bytes:
    """What came out of a `char **`; gives it back."""
    try:
        return string_at(text.value or 0)
    finally:
        lib.vdbrt_string_free(text)


def encoded(text: Optional[str], name: str) -> Optional[bytes]:
    """A text argument. What C would cut off, or could not be told, is an error."""
    if text is None:
        return None
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{name} must be a str, not {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"{name} contains a NUL character")
    return text.encode()


class Handle:
    """The base of all."""

    _release: str = ""

    def __init__(self, address: int) -> None:
        self._address = address
        self._finalizer = weakref.finalize(self, getattr(lib, self._release), address)
        self._finalizer.atexit = False  # type: ignore[misc]  # the process gives everything back; clients are shut down below

    @property
    def closed(self) -> bool:
        """Whether it was given back."""
        return not self._finalizer.alive

    @property
    def address(self) -> int:
        """What the library knows it by."""
        if not self._finalizer.alive:
            raise from_status(Status.E_CLOSED, f"This {type(self).__name__} was closed.")
        return self._address

    def close(self) -> None:
        """Gives it back. Never waits."""
        self._finalizer()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
        self.close()


class Config(Handle):
    """Settings of a client, by the keys that :func:`describe` lists."""

    _release = "vdbrt_config_free"

    def __init__(self, settings: Mapping[str, Any]) -> None:
        out = c_void_p()
        check(lib.vdbrt_config_new, byref(out))
        super().__init__(out.value or 0)
        check(lib.vdbrt_config_set_json, self.address, json.dumps(dict(settings), allow_nan=False).encode())


def describe() -> Any:
    """All settings: a list of {key, type, unit, default, description}, sorted by key."""
    out = c_void_p()
    check(lib.vdbrt_config_describe, byref(out))
    return json.loads(taken(out))


class Op(Handle):
    """One deadline and one switch for any number of calls."""

    _release = "vdbrt_op_release"

    def __init__(self, timeout_ms: int) -> None:
        out = c_void_p()
        check(lib.vdbrt_op_new, timeout_ms, byref(out))
        super().__init__(out.value or 0)

    def cancel(self) -> None:
        """Ends the calls that have it, those under way and those to come."""
        if not self.closed:
            lib.vdbrt_op_cancel(self.address)


class Client(Handle):
    """A client: its kept connections, its channels and their I/O thread."""

    _release = "vdbrt_client_release"

    def __init__(self, config: Config) -> None:
        out = c_void_p()
        check(lib.vdbrt_client_new, config.address, byref(out))
        super().__init__(out.value or 0)
        _clients.add(self)

    def shutdown(self, timeout_ms: int) -> None:
        """Ends calls under way, closes the channels with a handshake, and ends the I/O thread."""
        check(lib.vdbrt_client_shutdown, self.address, timeout_ms)

    def set_credential(self, credential: str) -> None:
        """Replaces the key for all that is sent from here on."""
        check(lib.vdbrt_client_set_credential, self.address, encoded(credential, "credential"))


_clients: "weakref.WeakSet[Client]" = weakref.WeakSet()
AT_EXIT_MS = 1000


def _shut_down() -> None:
    """At the end of the interpreter: the servers of open channels are told. In a forked child this does nothing."""
    for client in list(_clients):
        if not client.closed:
            lib.vdbrt_client_shutdown(client.address, AT_EXIT_MS, None)


atexit.register(_shut_down)


class Records(Handle):
    """What a paged operation lists, record by record."""

    _release = "vdbrt_records_release"

    def __init__(self, client: Client, operation: str, arguments: Mapping[str, Any]) -> None:
        out = c_void_p()
        text = json.dumps(dict(arguments), allow_nan=False)
        check(lib.vdbrt_records_new, client.address, operation.encode(), text.encode(), byref(out))
        super().__init__(out.value or 0)

    def next(self, op: Optional[int]) -> Any:
        """The next record, or None after the last. `op`: address of an :class:`Op`."""
        out, error = c_void_p(), c_void_p()
        status = lib.vdbrt_records_next(self.address, op, byref(out), byref(error))
        if status == Status.E_END:
            lib.vdbrt_error_free(error)
            return None
        if status != Status.OK:
            raise error_of(status, error)
        return json.loads(taken(out))


class Channel(Handle):
    """An event channel: one WebSocket and its queue."""

    _release = "vdbrt_events_release"

    def __init__(self, client: Client, options: Mapping[str, Any], op: Optional[int]) -> None:
        out = c_void_p()
        text = json.dumps(dict(options), allow_nan=False)
        check(lib.vdbrt_events_open, client.address, text.encode(), op, byref(out))
        super().__init__(out.value or 0)

    def fileno(self) -> int:
        """A descriptor that is readable while an event, or the end, waits to be taken. Never read it or close it."""
        fd = c_int32()
        check(lib.vdbrt_events_fd, self.address, byref(fd))
        return fd.value

    def connection_id(self) -> str:
        """The id to pass as ws_connection_id."""
        out = c_void_p()
        check(lib.vdbrt_events_connection_id, self.address, byref(out))
        return taken(out).decode()

    def counters(self) -> Any:
        """What has happened so far."""
        out = c_void_p()
        check(lib.vdbrt_events_counters, self.address, byref(out))
        return json.loads(taken(out))

    def bindings(self) -> Any:
        """What is bound to it."""
        out = c_void_p()
        check(lib.vdbrt_events_bindings, self.address, byref(out))
        return json.loads(taken(out))

    def end(self, timeout_ms: int) -> None:
        """Ends the channel with a close handshake and waits for it. What is queued can still be taken."""
        check(lib.vdbrt_events_close, self.address, timeout_ms)
