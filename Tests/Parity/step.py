"""One step of the parity script: the same call, said to our library and to the official SDK."""

from dataclasses import dataclass, field
from typing import Callable, Optional


@dataclass(frozen=True)
class Step:
    name: str
    # Ours: the name of the function without its prefix, and what vdbrt_call_async takes (or, for what sends nothing, the
    # arguments by name: see driver.c).
    operation: str
    args: dict = field(default_factory=dict)
    # Theirs: what an Official (official.py) does. None where the SDK has no such method or option: then `row` says by which row of
    # the protocol the request is as `expect` has it.
    sdk: Optional[Callable] = None
    row: Optional[str] = None
    expect: Optional[dict] = None
    # Both are to refuse the arguments, and send nothing.
    refused: bool = False


def request(method, path, query=None, body=None):
    """An expected request. Values of a query are texts; a body that is None is no body."""
    return {"method": method, "path": path, "query": query or {}, "body": body}
