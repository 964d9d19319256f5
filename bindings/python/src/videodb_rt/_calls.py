"""Calls of the service: by name, with a deadline, interruptible by Ctrl-C.

A call blocks in C, where a signal handler of Python cannot run. Only the main thread runs such handlers, so a call that is made there
is carried out by a thread of its own while the main one waits for it in Python, and is cancelled if the wait ends with an exception.
On other threads the call is made directly. Either way other threads run meanwhile.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from ctypes import byref, c_void_p
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, TypeVar

from ._handles import Client, Op, Records, encoded, error_of, taken
from ._header import FUNCTIONS, Status
from ._library import lib

T = TypeVar("T")

# How long a signal that another thread got can go unnoticed.
SLICE_S = 0.1

# What a caller gives a call; the rest of its parameters are ours.
_OURS = ("client", "op", "out_json", "err")

_current: "contextvars.ContextVar[Optional[Op]]" = contextvars.ContextVar("videodb_rt_op", default=None)


def current_op() -> Optional[int]:
    """Address of the op of the :class:`Operation` that is current."""
    op = _current.get()
    return op.address if op else None


class Operation:
    """A deadline for all calls within it, and a switch that ends them.

        with Operation(timeout=5) as operation:
            results = rtstream.search("a white car")

    `operation.cancel()`, from any thread, ends the call under way and those to come with :class:`CancelledError`; when the time is
    over they end with :class:`RequestTimeoutError`. The time counts from the making. It takes the place of the setting
    ``http.timeout_ms``, and of an `Operation` outside of it. Ctrl-C during a call of the main thread cancels it.

    :param float timeout: Seconds; None for no limit
    """

    def __init__(self, timeout: Optional[float] = None) -> None:
        self._op = Op(-1 if timeout is None else max(0, round(timeout * 1000)))
        self._tokens: List["contextvars.Token[Optional[Op]]"] = []

    def cancel(self) -> None:
        """Ends the calls that are made within it, those under way and those to come."""
        self._op.cancel()

    def __enter__(self) -> "Operation":
        self._tokens.append(_current.set(self._op))
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._tokens.pop())


async def to_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Runs a call that waits, such as `rtstream.search`, without holding up the event loop.

    As `asyncio.to_thread`, but cancelling the task ends the call too. It has the time of an :class:`Operation` outside of it, or no
    other limit than those of the settings.
    """
    operation = _current.get() or Op(-1)
    context = contextvars.copy_context()
    context.run(_current.set, operation)
    work = asyncio.get_running_loop().run_in_executor(None, lambda: context.run(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        operation.cancel()
        # Its end is not waited for; what it was is nobody's to look at any more.
        work.add_done_callback(lambda ended: None if ended.cancelled() else ended.exception())
        raise


def interruptible(call: Callable[[Optional[int]], T], timeout_ms: int) -> T:
    """What `call` gives for the address of an op. timeout_ms counts where no :class:`Operation` is current."""
    if threading.current_thread() is not threading.main_thread():
        return call(current_op())
    op = _current.get() or Op(timeout_ms)
    results: List[T] = []
    errors: List[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            results.append(call(op.address))
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=work, name="videodb_rt call", daemon=True).start()
    except RuntimeError:  # no more threads, or the interpreter is ending
        return call(op.address)
    try:
        while not done.wait(SLICE_S):
            pass
    except BaseException:
        op.cancel()
        done.wait()
        raise
    if errors:
        raise errors[0]
    return results[0]


def _texts(function: str, arguments: Mapping[str, Any]) -> List[Optional[bytes]]:
    """The text parameters in the order of the function. What is named ..._json may be a value to be written as JSON."""
    names = [name for name, _ in FUNCTIONS[function][1] if name not in _OURS]
    unknown = set(arguments) - set(names)
    if unknown:
        raise TypeError(f"{function} has no parameter {', '.join(sorted(unknown))}")
    texts: List[Optional[bytes]] = []
    for name in names:
        value = arguments.get(name)
        if name.endswith("_json") and value is not None and not isinstance(value, str):
            value = json.dumps(value, allow_nan=False)
        texts.append(encoded(value, name))
    return texts


def run(client: Client, operation: str, timeout_ms: int, **arguments: Any) -> Any:
    """Makes the call `vdbrt_OPERATION` with its text arguments by their names in the header, and gives what it hands out, parsed.

    An argument that ends in ``_json`` may be any value that JSON has; a str is given exactly so.
    """
    name = f"vdbrt_{operation}"
    function = getattr(lib, name)
    texts = _texts(name, arguments)
    has_out = any(parameter == "out_json" for parameter, _ in FUNCTIONS[name][1])
    address = client.address

    def call(op: Optional[int]) -> Optional[bytes]:
        out, error = c_void_p(), c_void_p()
        status = function(address, *texts, op, *([byref(out)] if has_out else []), byref(error))
        if status != Status.OK:
            raise error_of(status, error)
        return taken(out) if has_out else None

    answer = interruptible(call, timeout_ms)
    return None if answer is None else json.loads(answer)


def each(client: Client, operation: str, timeout_ms: int, arguments: Mapping[str, Any]) -> Iterator[Dict[str, Any]]:
    """The records that a paged operation lists, page by page."""
    with Records(client, operation, arguments) as records:
        while True:
            record = interruptible(records.next, timeout_ms)
            if record is None:
                return
            yield record


def helper(name: str, *texts: Optional[str]) -> str:
    """What `vdbrt_NAME` makes of its texts, without asking the service."""
    out, error = c_void_p(), c_void_p()
    status = getattr(lib, f"vdbrt_{name}")(*(encoded(text, name) for text in texts), byref(out), byref(error))
    if status != Status.OK:
        raise error_of(status, error)
    return taken(out).decode()
