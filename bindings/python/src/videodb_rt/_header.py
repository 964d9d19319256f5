"""What videodb_rt.h declares. Written by generate.py; not to be edited."""

from __future__ import annotations

from ctypes import CFUNCTYPE, POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_void_p
from enum import IntEnum, IntFlag
from typing import Any, Dict, List, Tuple

VERSION_NUMBER = 1000
VERSION_STRING = "0.1.0"


class Status(IntEnum):
    """What a call returned: 0, or why it failed."""

    OK = 0
    E_ARGUMENT = -1
    E_HANDLE = -2
    E_STATE = -3
    E_REENTRANT = -4
    E_FORKED = -5
    E_NO_MEMORY = -6
    E_CANCELLED = -7
    E_AGAIN = -8
    E_ENCODING = -9
    E_JSON = -10
    E_OPTION = -11
    E_CONFIG_KEY = -12
    E_CONFIG_VALUE = -13
    E_URL = -14
    E_CREDENTIAL = -15
    E_CLEARTEXT = -16
    E_CLOSED = -17
    E_END = -18
    E_TIMEOUT = -100
    E_RESOLVE = -101
    E_CONNECT = -102
    E_TLS = -103
    E_DISCONNECTED = -104
    E_PROTOCOL = -105
    E_UPGRADE = -106
    E_FIRST_MESSAGE = -107
    E_TOO_LARGE = -108
    E_REDIRECT = -109
    E_AUTH = -200
    E_PAYMENT = -201
    E_FORBIDDEN = -202
    E_NOT_FOUND = -203
    E_INVALID = -204
    E_RATE_LIMITED = -205
    E_SERVER = -206
    E_REJECTED = -207
    E_NOT_JSON = -208
    E_BAD_ANSWER = -209
    E_INTERNAL = -900


class LogLevel(IntEnum):
    """How grave a line of the log is."""

    DEBUG = 0
    INFO = 1
    WARNING = 2
    ERROR = 3


class EventKind(IntEnum):
    """What an event is. From 100 on they are the library's own."""

    OTHER = 0
    TRANSCRIPT = 1
    SCENE_INDEX = 2
    AUDIO_INDEX = 3
    ALERT = 4
    CAPTURE_SESSION = 5
    CONNECTED = 100
    DISCONNECTED = 101
    OVERFLOW = 102
    RECONNECTING = 103
    GAP = 104
    BACKFILLED = 105
    STALLED = 106


class EventFlag(IntFlag):
    """What else is known of an event."""

    INTERIM = 1
    TRIGGERED = 2
    RELATIVE_TIME = 4
    NOT_JSON = 8
    FETCHED = 16
    REDELIVERED = 32


class Column(IntEnum):
    """What is asked for of each of many events."""

    MESSAGE = 0
    DATA = 1
    CHANNEL = 2
    RTSTREAM_ID = 3
    TEXT = 4
    LABEL = 5
    KIND = 6
    FLAGS = 7
    START = 8
    END = 9
    CONFIDENCE = 10
    RECEIVED_MS = 11


vdbrt_log_fn = CFUNCTYPE(None, c_void_p, c_int32, c_char_p, c_char_p)
vdbrt_credential_fn = CFUNCTYPE(None, c_void_p)
vdbrt_completion_fn = CFUNCTYPE(None, c_void_p, c_int32, c_char_p, c_void_p)
vdbrt_event_fn = CFUNCTYPE(None, c_void_p, c_void_p)
vdbrt_destroy_fn = CFUNCTYPE(None, c_void_p)

# Name: (what it returns, [(parameter, its type), ...]). A `char *` that is returned with a length is a c_void_p.
FUNCTIONS: Dict[str, Tuple[Any, List[Tuple[str, Any]]]] = {
    "vdbrt_version_number": (
        c_int32,
        [
        ],
    ),
    "vdbrt_version_string": (
        c_char_p,
        [
        ],
    ),
    "vdbrt_abi_version": (
        c_int32,
        [
        ],
    ),
    "vdbrt_status_name": (
        c_char_p,
        [
            ("status", c_int32),
        ],
    ),
    "vdbrt_error_code": (
        c_int32,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_message": (
        c_char_p,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_http_status": (
        c_int32,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_is_retryable": (
        c_int32,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_retry_after_ms": (
        c_int64,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_body_json": (
        c_char_p,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_error_free": (
        None,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_string_free": (
        None,
        [
            ("s", c_void_p),
        ],
    ),
    "vdbrt_config_new": (
        c_int32,
        [
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_config_free": (
        None,
        [
            ("config", c_void_p),
        ],
    ),
    "vdbrt_config_set": (
        c_int32,
        [
            ("config", c_void_p),
            ("key", c_char_p),
            ("value", c_char_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_config_set_json": (
        c_int32,
        [
            ("config", c_void_p),
            ("json", c_char_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_config_describe": (
        c_int32,
        [
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_config_set_log": (
        c_int32,
        [
            ("config", c_void_p),
            ("min_level", c_int32),
            ("fn", vdbrt_log_fn),
            ("user", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_new": (
        c_int32,
        [
            ("config", c_void_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_shutdown": (
        c_int32,
        [
            ("client", c_void_p),
            ("timeout_ms", c_int64),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_release": (
        None,
        [
            ("client", c_void_p),
        ],
    ),
    "vdbrt_client_set_credential": (
        c_int32,
        [
            ("client", c_void_p),
            ("credential", c_char_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_on_refused_credential": (
        c_int32,
        [
            ("client", c_void_p),
            ("fn", vdbrt_credential_fn),
            ("user", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_op_new": (
        c_int32,
        [
            ("timeout_ms", c_int64),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_op_cancel": (
        None,
        [
            ("op", c_void_p),
        ],
    ),
    "vdbrt_op_release": (
        None,
        [
            ("op", c_void_p),
        ],
    ),
    "vdbrt_call": (
        c_int32,
        [
            ("client", c_void_p),
            ("method", c_char_p),
            ("path", c_char_p),
            ("query_json", c_char_p),
            ("body_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_collection_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_collection_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_connect": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_update": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_start": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_stop": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_export": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_generate_stream": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_shot_generate_stream": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_embed_url": (
        c_int32,
        [
            ("player_url", c_char_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_embed_code": (
        c_int32,
        [
            ("player_url", c_char_p),
            ("options_json", c_char_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_play_url": (
        c_int32,
        [
            ("stream_url", c_char_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_index_visuals": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_index_audio": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_index_spoken_words": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_index_scenes": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_update": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_start": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_stop": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_scene_index_get_scenes": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_start_transcript": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_stop_transcript": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_get_transcript": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_transcript_status": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_rtstream_search": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_collection_search": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_event_rule_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_event_rule_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_alert_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_alert_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_alert_enable": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("alert_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_alert_disable": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("alert_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("understanding_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_start": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("understanding_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_stop": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("understanding_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_understanding_get_records": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("understanding_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_start": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_stop": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_get_records": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_alert_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_alert_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_alert_enable": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("alert_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_index_alert_disable": (
        c_int32,
        [
            ("client", c_void_p),
            ("rtstream_id", c_char_p),
            ("index_id", c_char_p),
            ("alert_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_list": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("session_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_export": (
        c_int32,
        [
            ("client", c_void_p),
            ("collection_id", c_char_p),
            ("session_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_start": (
        c_int32,
        [
            ("client", c_void_p),
            ("session_id", c_char_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_channels": (
        c_int32,
        [
            ("client", c_void_p),
            ("session_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_capture_session_stop": (
        c_int32,
        [
            ("client", c_void_p),
            ("session_id", c_char_p),
            ("op", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_token_create": (
        c_int32,
        [
            ("client", c_void_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_async_response_get": (
        c_int32,
        [
            ("client", c_void_p),
            ("response_id", c_char_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_call_async": (
        c_int32,
        [
            ("client", c_void_p),
            ("operation", c_char_p),
            ("args_json", c_char_p),
            ("op", c_void_p),
            ("fn", vdbrt_completion_fn),
            ("user", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_loop_fd": (
        c_int32,
        [
            ("client", c_void_p),
            ("out_fd", POINTER(c_int32)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_client_step": (
        c_int32,
        [
            ("client", c_void_p),
            ("timeout_ms", c_int64),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_records_new": (
        c_int32,
        [
            ("client", c_void_p),
            ("operation", c_char_p),
            ("args_json", c_char_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_records_next": (
        c_int32,
        [
            ("records", c_void_p),
            ("op", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_records_release": (
        None,
        [
            ("records", c_void_p),
        ],
    ),
    "vdbrt_events_open": (
        c_int32,
        [
            ("client", c_void_p),
            ("options_json", c_char_p),
            ("op", c_void_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_connection_id": (
        c_int32,
        [
            ("events", c_void_p),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_counters": (
        c_int32,
        [
            ("events", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_bindings": (
        c_int32,
        [
            ("events", c_void_p),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_close": (
        c_int32,
        [
            ("events", c_void_p),
            ("timeout_ms", c_int64),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_release": (
        None,
        [
            ("events", c_void_p),
        ],
    ),
    "vdbrt_event_kind": (
        c_int32,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_flags": (
        c_int32,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_json": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_data": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_channel": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_rtstream_id": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_text": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_label": (
        c_void_p,
        [
            ("e", c_void_p),
            ("len", POINTER(c_size_t)),
        ],
    ),
    "vdbrt_event_start": (
        c_double,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_end": (
        c_double,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_confidence": (
        c_double,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_received_ms": (
        c_int64,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_events_next": (
        c_int32,
        [
            ("events", c_void_p),
            ("timeout_ms", c_int64),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_next_batch": (
        c_int32,
        [
            ("events", c_void_p),
            ("timeout_ms", c_int64),
            ("out", POINTER(c_void_p)),
            ("capacity", c_size_t),
            ("out_count", POINTER(c_size_t)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_fd": (
        c_int32,
        [
            ("events", c_void_p),
            ("out_fd", POINTER(c_int32)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_event_ack": (
        c_int32,
        [
            ("e", c_void_p),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_event_free": (
        None,
        [
            ("e", c_void_p),
        ],
    ),
    "vdbrt_event_free_many": (
        None,
        [
            ("events", POINTER(c_void_p)),
            ("count", c_size_t),
        ],
    ),
    "vdbrt_event_column": (
        c_int32,
        [
            ("events", POINTER(c_void_p)),
            ("count", c_size_t),
            ("column", c_int32),
            ("out_json", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_event_pickle": (
        c_int32,
        [
            ("events", POINTER(c_void_p)),
            ("count", c_size_t),
            ("column", c_int32),
            ("out", POINTER(c_void_p)),
            ("out_length", POINTER(c_size_t)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_events_subscribe": (
        c_int32,
        [
            ("events", c_void_p),
            ("channel", c_char_p),
            ("fn", vdbrt_event_fn),
            ("user", c_void_p),
            ("destroy", vdbrt_destroy_fn),
            ("out", POINTER(c_void_p)),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_subscription_cancel": (
        None,
        [
            ("subscription", c_void_p),
        ],
    ),
    "vdbrt_subscription_wait": (
        c_int32,
        [
            ("subscription", c_void_p),
            ("timeout_ms", c_int64),
            ("err", POINTER(c_void_p)),
        ],
    ),
    "vdbrt_subscription_release": (
        None,
        [
            ("subscription", c_void_p),
        ],
    ),
}
