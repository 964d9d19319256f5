"""The event channel: receives what running indexes, transcripts and alerts tell."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Any, AsyncGenerator, AsyncIterator, Dict, Generator, Generic, Iterator, Optional, Type, TypeVar

from ._calls import current_op
from ._events import Event, EventBatch, EventDict
from ._handles import Channel
from ._header import Status
from ._reader import Reader
from ._views import View
from .exceptions import VideodbError, from_status

if TYPE_CHECKING:
    from .client import Connection

T = TypeVar("T")


class EventStream(Generic[T]):
    """Events, one after the other: for `async for` and for `for`. It ends when the connection was closed here, or in order by the
    service; :class:`ConnectionClosedError` tells of any other end. What it is not asked for waits for the next reader."""

    def __init__(self, reader: Reader, view: View) -> None:
        self._reader = reader
        self._view = view
        self._sync: Optional[Generator[T, None, None]] = None
        self._async: Optional[AsyncGenerator[T, None]] = None

    def __iter__(self) -> Iterator[T]:
        if self._sync is None:
            self._sync = self._reader.each(self._view)
        return self._sync

    def __next__(self) -> T:
        return next(iter(self))

    def __aiter__(self) -> AsyncIterator[T]:
        if self._async is None:
            self._async = self._reader.aeach(self._view)
        return self._async

    async def __anext__(self) -> T:
        return await self.__aiter__().__anext__()

    async def aclose(self) -> None:
        """Ends it, as `aclose` of an asynchronous generator."""
        if self._async is not None:
            await self._async.aclose()

    def close(self) -> None:
        """Ends it, as `close` of a generator."""
        if self._sync is not None:
            self._sync.close()


class WebSocketConnection:
    """An event channel. Made by :meth:`Connection.connect_websocket`; nothing is sent before it is connected.

    With asyncio: ``await ws.connect()`` or ``async with ws:``, then ``async for ev in ws.stream():``. Without: ``ws.open()`` or
    ``with ws:``, then ``for ev in ws.stream():``. Pings are answered and events received also while nothing of it is awaited.

    :ivar url: None. The address is a secret, and stays in the library
    """

    url: Optional[str] = None

    def __init__(self, _connection: "Connection", options: Dict[str, Any]) -> None:
        self._connection = _connection
        self._options = options
        self._has_state_file = bool(options.get("state_file") or _connection.has_state_file)
        self._reader: Optional[Reader] = None
        self._id: Optional[str] = None

    def __repr__(self) -> str:
        return f"WebSocketConnection(connection_id={self.connection_id})"

    # ---- Opening and closing

    @property
    def connection_id(self) -> Optional[str]:
        """The id to pass as `ws_connection_id`; None before it is connected. After the end: the last one."""
        if self._reader is not None:
            try:
                self._id = self._reader.channel.connection_id()
            except VideodbError:
                pass
        return self._id

    def _begin(self) -> Reader:
        """A new channel that is being opened."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._id = None
        channel = Channel(self._connection.handle, {**self._options, "wait": False, "retry": False}, current_op())
        return Reader(channel, self._connection.acknowledges and self._has_state_file)

    def _opened(self, reader: Reader) -> None:
        event = reader.pop()
        if event is None:
            raise from_status(Status.E_CLOSED, "The event channel was closed while it was being opened.")
        self._id = reader.connected(event)
        self._reader = reader

    async def connect(self) -> "WebSocketConnection":
        """Opens it, or opens it anew, and waits for the connection id. Its limits are those of the settings.

        :raises VideodbError: of the class that a call would raise; nothing is left open
        """
        reader = self._begin()
        try:
            while not reader.take(1) and not reader.ended:
                await reader.readable()
            self._opened(reader)
        except BaseException:
            reader.channel.close()
            raise
        return self

    def open(self) -> "WebSocketConnection":
        """The same as :meth:`connect`, for code without asyncio."""
        reader = self._begin()
        try:
            while not reader.take(1) and not reader.ended:
                reader.wait(None)
            self._opened(reader)
        except BaseException:
            reader.channel.close()
            raise
        return self

    async def close(self) -> None:
        """Closes it with a handshake. What was received before can still be read."""
        if self._reader is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.shutdown)

    def shutdown(self, timeout: float = 10) -> None:
        """The same as :meth:`close`, for code without asyncio. After `timeout` seconds it goes on closing in the background."""
        if self._reader is None or self._reader.channel.closed:
            return
        self._reader.settle()
        try:
            self._reader.channel.end(max(0, round(timeout * 1000)))
        except VideodbError as error:
            if error.status not in (Status.E_TIMEOUT, Status.E_CLOSED, Status.E_DISCONNECTED, Status.E_FORKED):
                raise

    @property
    def close_code(self) -> Optional[int]:
        """Close code of the WebSocket, once its end was read: 1000 or 1001 for one in order, 1006 where there was no close frame."""
        code = self._reader.last.get("close_code") if self._reader else None
        return code if isinstance(code, int) else None

    @property
    def close_reason(self) -> Optional[str]:
        """Why it ended, once its end was read."""
        return self._reader.last.get("reason") if self._reader else None

    async def __aenter__(self) -> "WebSocketConnection":
        return await self.connect()

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        if kind is not None and self._reader is not None:
            self._reader.drop()
        await self.close()

    def __enter__(self) -> "WebSocketConnection":
        return self.open()

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]) -> None:
        if kind is not None and self._reader is not None:
            self._reader.drop()
        self.shutdown()

    # ---- Receiving

    def _connected(self) -> Reader:
        if self._reader is None:
            raise ConnectionError("WebSocket is not connected. Call connect() first, or open() without asyncio.")
        return self._reader

    def receive(self) -> EventStream[Any]:
        """The messages as the service sent them, parsed: mostly dicts. {"raw": text} for one that is no JSON."""
        return EventStream(self._connected(), View())

    def stream(self, channel: Optional[str] = None, id: Optional[str] = None, notices: bool = False) -> EventStream[EventDict]:
        """The messages as dicts, their channels named as in the specification whatever the service calls them.

        What does not match is dropped.

        :param str channel: Only messages of this channel: "transcript", "scene_index", "audio_index", "alert" or "capture_session"; the log
            warns of another
        :param str id: Only messages of this stream or index
        :param bool notices: Also what the library tells of the channel, "vdbrt.gap" for example; otherwise the log of this package
            (`logging`, "videodb_rt") does. A `channel` of that name has it too
        """
        return EventStream(self._connected(), View.named_messages(channel, id, notices))

    def events(self) -> EventStream[Event]:
        """Everything, in its cheapest form: :class:`Event`, of which only what is asked for is read. What the library tells of the
        channel is among them: `event.is_own`."""
        return EventStream(self._connected(), View(parsed=False, own=True))

    def batch(self, timeout: Optional[float] = None) -> EventBatch:
        """All events that wait, at least one; without asyncio. What the library tells of the channel is among them: `event.is_own`.

        :param float timeout: Seconds to wait for the first; None: no limit
        :return: An empty one if none came in that time, or none will come any more (`ended`)
        """
        reader = self._connected()
        reader.settle()
        while True:
            batch = reader.batch()
            if batch or reader.ended or not reader.wait(timeout):
                return batch

    @property
    def ended(self) -> bool:
        """Whether the connection has ended and all that it received was read."""
        return self._reader is not None and self._reader.ended

    def bindings(self) -> Dict[str, Any]:
        """What is bound to the channel, of an earlier process too: {"connection_id", "pipelines", "alerts", "capture_sessions"}, as
        `vdbrt_events_bindings` has it. What is in there has not to be started again."""
        bindings: Dict[str, Any] = self._connected().channel.bindings()
        return bindings

    def counters(self) -> Dict[str, int]:
        """What has happened on the channel so far, by the names of `vdbrt_events_counters`: connections, attempts, received, backfilled,
        duplicates, dropped, gaps, ..."""
        counters: Dict[str, int] = self._connected().channel.counters()
        return counters

    def fileno(self) -> int:
        """A descriptor for a loop of one's own: readable while :meth:`batch` has something to give. Never read it or close it."""
        return self._connected().channel.fileno()

    async def send(self, message: Dict[str, Any]) -> None:
        """Not possible: the protocol has no message that a client sends, and the library sends none.

        :raises VideodbError: always
        """
        self._connected()
        raise VideodbError("The protocol of this WebSocket has no message that a client sends; nothing was sent.")
