"""What goes wrong, in the classes of the official SDK."""

from __future__ import annotations

import json
from typing import Any, Optional

from ._header import Status


class Response:
    """What the service answered, with what one reads of a `requests.Response`."""

    def __init__(self, status_code: int, text: str) -> None:
        self.status_code = status_code
        self.text = text

    @property
    def ok(self) -> bool:
        """Whether the status is one of success. An answer of status 200 can be a refusal all the same."""
        return self.status_code < 400

    def json(self) -> Any:
        """The answer, parsed. ValueError where it was no JSON."""
        return json.loads(self.text)

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


class VideodbError(Exception):
    """What all errors of this package are.

    :ivar status: The library's code, a member of :class:`Status`; None where the error is not the library's. A plain int where the
        library is newer than this package
    :ivar response: What the service answered, or None
    :ivar bool retryable: The same call may succeed later, and repeating it cannot do its work twice
    :ivar retry_after: Seconds that the service asks to wait, or None
    """

    status: Optional[int] = None
    response: Optional[Response] = None
    retryable: bool = False
    retry_after: Optional[float] = None

    def __init__(self, message: str = "An error occurred", cause: Optional[BaseException] = None) -> None:
        super().__init__(message)
        self.cause = cause

    def __str__(self) -> str:
        return super().__str__() + (f" caused by {self.cause}" if self.cause else "")


class AuthenticationError(VideodbError):
    """There is no key, or the service does not accept it."""

    def __init__(self, message: str, response: Optional[Response] = None) -> None:
        super().__init__(message)
        self.response = response


class InvalidRequestError(VideodbError):
    """The service refused the request, its answer cannot be used, or the network failed. `status` tells which."""

    def __init__(self, message: str, response: Optional[Response] = None) -> None:
        super().__init__(message)
        self.response = response


class OptionError(InvalidRequestError, ValueError):
    """An argument is missing, or has a wrong type or value. Nothing was sent."""


class RequestTimeoutError(VideodbError):
    """A deadline passed."""

    def __init__(self, message: str, response: Optional[Response] = None) -> None:
        super().__init__(message)
        self.response = response


class SearchError(VideodbError):
    """A search is invalid."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


class CancelledError(VideodbError):
    """The operation was cancelled. The request may have reached the service."""


class ConnectionClosedError(VideodbError, ConnectionError):
    """The connection of an event channel ended, and not because it was closed here.

    :ivar code: Close code of the WebSocket; 1006 where there was none
    :ivar reason: What is known of why
    """

    code: int = 1006
    reason: str = ""


_OPTION = {
    Status.E_ARGUMENT,
    Status.E_ENCODING,
    Status.E_JSON,
    Status.E_OPTION,
    Status.E_CONFIG_KEY,
    Status.E_CONFIG_VALUE,
    Status.E_URL,
    Status.E_CLEARTEXT,
}
_PLAIN = {
    Status.E_HANDLE,
    Status.E_STATE,
    Status.E_REENTRANT,
    Status.E_FORKED,
    Status.E_NO_MEMORY,
    Status.E_CLOSED,
    Status.E_END,
    Status.E_INTERNAL,
}


def from_status(status: int, message: str, response: Optional[Response] = None) -> VideodbError:
    """The error for a code of the library."""
    error: VideodbError
    if status in (Status.E_AUTH, Status.E_CREDENTIAL):
        error = AuthenticationError(message, response)
    elif status == Status.E_TIMEOUT:
        error = RequestTimeoutError(message, response)
    elif status == Status.E_CANCELLED:
        error = CancelledError(message)
    elif status in _OPTION:
        error = OptionError(message, response)
    elif status in _PLAIN:
        error = VideodbError(message)
    else:
        error = InvalidRequestError(message, response)
    try:
        error.status = Status(status)
    except ValueError:
        error.status = status
    return error
