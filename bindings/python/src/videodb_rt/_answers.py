"""What is made of options before, and of answers after a call."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, cast

from ._header import Status
from .exceptions import VideodbError, from_status


def some(options: Mapping[str, Any]) -> Dict[str, Any]:
    """The options that are given."""
    return {key: value for key, value in options.items() if value is not None}


def bad_answer(operation: str, lack: str) -> VideodbError:
    """The error for an answer that lacks what makes it one."""
    return from_status(Status.E_BAD_ANSWER, f"{operation}: the service's answer has no {lack}")


def one(data: Any, operation: str, *keys: str) -> Dict[str, Any]:
    """An object of the service that has at least one of the keys."""
    answer = cast(Dict[str, Any], data) if isinstance(data, dict) else {}
    if not any(answer.get(key) for key in keys):
        raise bad_answer(operation, " or ".join(f"`{key}`" for key in keys))
    return answer


def many(data: Any, key: str) -> List[Dict[str, Any]]:
    """A list of objects in an answer; [] where it is not there."""
    answer = cast(Dict[str, Any], data) if isinstance(data, dict) else {}
    items: Any = answer.get(key)
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict)]  # pyright: ignore[reportUnknownVariableType]
