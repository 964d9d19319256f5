"""Capture sessions and client tokens."""

from step import Step, request

COLLECTION = {"collection_id": "c-1"}
SESSION = COLLECTION | {"session_id": "cap-1"}
NOT_IN_THE_SDK = "2.12 the SDK leaves this to a program of its own"
CHANNELS = [
    {"channel_id": "mic", "type": "audio"},
    {"channel_id": "screen", "channel_name": "Screen 1", "type": "video", "store": False},
]


def create(name, /, **options):
    return Step(
        name,
        "capture_session_create",
        COLLECTION | options,
        sdk=lambda p: p.collection.create_capture_session(**options),
    )


def export(name, /, **options):
    return Step(name, "capture_session_export", SESSION | options, sdk=lambda p: p.session.export(**options))


STEPS = [
    create("capture session, the least", end_user_id="u-1"),
    create(
        "capture session with everything",
        end_user_id="u-1",
        callback_url="https://hooks.example/c",
        ws_connection_id="ws-1",
        metadata={"site": "yard", "floor": 2, "tags": ["a", None]},
    ),
    create("capture session, empty texts", end_user_id="u-1", callback_url="", ws_connection_id=""),
    Step(
        "capture session of the default collection",
        "capture_session_create",
        {"end_user_id": "u-1"},
        sdk=lambda p: p.connection.create_capture_session("u-1"),
    ),
    Step("capture sessions", "capture_session_list", COLLECTION, sdk=lambda p: p.collection.list_capture_sessions()),
    Step(
        "capture sessions of a status",
        "capture_session_list",
        COLLECTION | {"status": "active"},
        sdk=lambda p: p.collection.list_capture_sessions("active"),
    ),
    Step(
        "capture sessions, every filter",
        "capture_session_list",
        COLLECTION | {"status": "active", "end_user_id": "u 1", "limit": 0, "cursor": "a+b="},
        row="2.12 filters of the other SDK",
        expect=request(
            "GET",
            "/collection/c-1/capture/session",
            {"status": "active", "end_user_id": "u 1", "limit": "0", "cursor": "a+b="},
        ),
    ),
    Step("capture session by id", "capture_session_get", SESSION, sdk=lambda p: p.collection.get_capture_session("cap-1")),
    export("export a capture session"),
    export("export a capture session, a channel", video_channel_id="screen"),
    export("export a capture session with everything", video_channel_id="screen", ws_connection_id="ws-1"),
    export("export a capture session, empty texts", video_channel_id="", ws_connection_id=""),
    Step(
        "start capturing",
        "capture_session_start",
        {"session_id": "cap-1", "channels": CHANNELS},
        row=NOT_IN_THE_SDK,
        expect=request("POST", "/capture/session/start", body={"session_id": "cap-1", "channels": CHANNELS}),
    ),
    Step(
        "start capturing with everything",
        "capture_session_start",
        {"session_id": "cap-1", "channels": CHANNELS, "ws_connection_id": "ws-1", "callback_url": "https://hooks.example/c"},
        row=NOT_IN_THE_SDK,
        expect=request(
            "POST",
            "/capture/session/start",
            body={
                "session_id": "cap-1",
                "channels": CHANNELS,
                "ws_connection_id": "ws-1",
                "callback_url": "https://hooks.example/c",
            },
        ),
    ),
    Step(
        "channels of a capture session",
        "capture_session_channels",
        {"session_id": "cap-1"},
        row=NOT_IN_THE_SDK,
        expect=request("GET", "/capture/session/cap-1"),
    ),
    Step(
        "stop capturing",
        "capture_session_stop",
        {"session_id": "cap-1"},
        row=NOT_IN_THE_SDK,
        expect=request("POST", "/capture/session/cap-1/stop"),
    ),
    Step("client token", "client_token_create", sdk=lambda p: p.connection.generate_client_token()),
    Step(
        "client token, its life",
        "client_token_create",
        {"expires_in": 60},
        sdk=lambda p: p.connection.generate_client_token(60),
    ),
    Step(
        "client token of a user",
        "client_token_create",
        {"expires_in": 60, "user_id": "u-1"},
        row="2.12 the SDK has no user_id",
        expect=request("POST", "/capture/session/token", body={"expires_in": 60, "user_id": "u-1"}),
    ),
]
