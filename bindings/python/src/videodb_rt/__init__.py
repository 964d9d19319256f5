"""The client of VideoDB's real-time video API, on the native library libvideodb_rt.

What the official package `videodb` has for real time has the same names, arguments, attributes and exceptions here, so that a script
moves over by its import line:

    import videodb_rt as videodb
"""

from __future__ import annotations

import logging
from typing import Any, Mapping, Optional

from ._calls import Operation, to_thread
from ._constants import (
    VIDEO_DB_API,
    IndexType,
    MediaType,
    RTStreamChannelType,
    SceneExtractionType,
    SearchType,
    Segmenter,
)
from ._events import Event, EventBatch, EventDict
from ._handles import describe
from ._header import VERSION_STRING, EventFlag, EventKind, Status
from ._library import path as library_path
from ._library import version as library_version
from ._player import build_iframe_embed_code, play_stream, player_url_to_embed_url
from .capture import AudioChannel, Channel, VideoChannel
from .capture_session import CaptureSession
from .client import Connection
from .collection import Collection
from .exceptions import (
    AuthenticationError,
    CancelledError,
    ConnectionClosedError,
    InvalidRequestError,
    OptionError,
    RequestTimeoutError,
    SearchError,
    VideodbError,
)
from .rtstream import (
    RTStream,
    RTStreamExportResult,
    RTStreamIndex,
    RTStreamSceneIndex,
    RTStreamSearchResult,
    RTStreamShot,
    RTStreamUnderstanding,
)
from .websocket_client import EventStream, WebSocketConnection

__version__ = VERSION_STRING

__all__ = [
    "VIDEO_DB_API",
    "AudioChannel",
    "AuthenticationError",
    "CancelledError",
    "CaptureSession",
    "Channel",
    "Collection",
    "Connection",
    "ConnectionClosedError",
    "Event",
    "EventBatch",
    "EventDict",
    "EventFlag",
    "EventKind",
    "EventStream",
    "IndexType",
    "InvalidRequestError",
    "MediaType",
    "Operation",
    "OptionError",
    "RTStream",
    "RTStreamChannelType",
    "RTStreamExportResult",
    "RTStreamIndex",
    "RTStreamSceneIndex",
    "RTStreamSearchResult",
    "RTStreamShot",
    "RTStreamUnderstanding",
    "RequestTimeoutError",
    "SceneExtractionType",
    "SearchError",
    "SearchType",
    "Segmenter",
    "Status",
    "VideoChannel",
    "VideodbError",
    "WebSocketConnection",
    "build_iframe_embed_code",
    "connect",
    "describe",
    "library_path",
    "library_version",
    "play_stream",
    "player_url_to_embed_url",
    "to_thread",
]

logger: logging.Logger = logging.getLogger("videodb_rt")


def connect(
    api_key: Optional[str] = None,
    session_token: Optional[str] = None,
    base_url: Optional[str] = None,
    log_level: Optional[int] = logging.INFO,
    max_retries: Optional[int] = None,
    config: Optional[Mapping[str, Any]] = None,
) -> Connection:
    """A connection to the service. Sends nothing yet.

    :param str api_key: The key; else the environment variable VIDEO_DB_API_KEY
    :param str session_token: A client token, in place of a key
    :param str base_url: Address of the service; else the environment variable VIDEO_DB_API, else https://api.videodb.io
    :param int log_level: Level of this package's log (`logging`, "videodb_rt"); None leaves it
    :param int max_retries: How often a call is repeated where a repeat is safe
    :param dict config: Further settings, by the keys that :func:`describe` lists: {"http.timeout_ms": 5000}
    :raises AuthenticationError: If there is no key
    :raises ValueError: If a setting, or the address, is none
    """
    if log_level is not None:
        logger.setLevel(log_level)
    return Connection(api_key, session_token, base_url, max_retries, config)
