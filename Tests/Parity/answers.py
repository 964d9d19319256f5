"""What the recorder answers: one plausible object for each kind of path, so that the official SDK finds what it reads."""

import re

STREAM = {"id": "rts-1", "name": "gate", "status": "connected", "sample_rate": 1, "collection_id": "c-1", "media_types": ["video"]}
COLLECTION = {"id": "c-1", "name": "yard", "description": "", "is_public": False}
SCENE_INDEX = {"rtstream_index_id": "ix-1", "extraction_type": "time", "extraction_config": {"time": "5"}, "status": "running"}
ALERT = {"alert_id": "al-1", "event_id": "ev-1", "prompt": "p", "label": "l", "callback_url": "", "status": "enabled"}
UNDERSTANDING = {"understanding_id": "und-1", "rtstream_id": "rts-1", "status": "running", "outputs": {}}
INDEX = {"index_id": "idx-1", "rtstream_id": "rts-1", "status": "running", "use_for": ["semantic"]}
SESSION = {"session_id": "cap-1", "end_user_id": "u-1", "status": "created", "rtstreams": [], "channels": []}
RECORDS = {"records": [], "next_page": False}
SHOT = {"rtstream_id": "rts-1", "start": 10.0, "end": 12.0, "text": "a car", "score": 0.5, "scene_index_id": "ix-1"}
PLAYBACK = {"stream_url": "https://stream.example/1.m3u8", "player_url": "https://player.example/watch?v=abc"}

# The first that matches; "METHOD path", where * stands for one segment.
TABLE = [
    ("GET /collection", {"collections": [COLLECTION]}),
    ("GET /collection/*", COLLECTION),
    ("POST /collection/*/capture/session", SESSION),
    ("GET /collection/*/capture/session", {"sessions": [SESSION], "next_page": None}),
    ("GET /collection/*/capture/session/*", SESSION),
    ("POST /collection/*/capture/session/*/export", SESSION | {"export_status": "exporting"}),
    ("POST /capture/session/token", {"token": "st-1", "expires_at": 1, "expires_in": 1}),
    ("POST /capture/session/start", {"session_id": "cap-1", "status": "starting"}),
    ("GET /capture/session/*", {"channels": []}),
    ("POST /rtstream", STREAM),
    ("GET /rtstream", {"results": [STREAM], "count": 1, "next": None, "previous": None}),
    ("POST /rtstream/event", {"event_id": "ev-1"}),
    ("GET /rtstream/event", {"events": []}),
    ("POST /rtstream/collection/*/search", {"results": [SHOT]}),
    ("GET /rtstream/*", STREAM),
    ("PATCH /rtstream/*", STREAM),
    ("POST /rtstream/*/export", PLAYBACK | {"video_id": "m-1", "name": "gate", "duration": 1.5}),
    ("GET /rtstream/*/stream", PLAYBACK),
    ("POST /rtstream/*/search", {"results": [SHOT]}),
    ("POST /rtstream/*/transcription", {"status": "running", "engine": "default"}),
    ("GET /rtstream/*/transcription", {"transcription_records": [], "next_page": False}),
    ("GET /rtstream/*/transcription/status", {"status": "running"}),
    ("POST /rtstream/*/index/scene", SCENE_INDEX),
    ("GET /rtstream/*/index/scene", {"scene_indexes": [SCENE_INDEX]}),
    ("GET /rtstream/*/index/*", SCENE_INDEX),
    ("GET /rtstream/*/index/scene/*", {"scene_index_records": [], "next_page": False}),
    ("POST /rtstream/*/*/*/alert", {"alert_id": "al-1"}),
    ("GET /rtstream/*/*/*/alert", {"alerts": [ALERT]}),
    ("POST /rtstream/*/understand", UNDERSTANDING),
    ("GET /rtstream/*/understand", {"understandings": [UNDERSTANDING]}),
    ("GET /rtstream/*/understand/*", UNDERSTANDING),
    ("POST /rtstream/*/indexes", INDEX),
    ("GET /rtstream/*/indexes", {"indexes": [INDEX]}),
    ("GET /rtstream/*/indexes/*", INDEX),
    ("GET /rtstream/*/*/*/records", RECORDS),
]
PATTERNS = [(re.compile(re.escape(line).replace(r"\*", "[^/]+").replace(r"\ ", " ")), data) for line, data in TABLE]


def answer(method, path, port):
    if re.fullmatch(r"/collection/[^/]+/websocket", path):
        return {"success": True, "data": {"websocket_url": f"ws://127.0.0.1:{port}/socket?token=t-1"}}
    data = next((data for pattern, data in PATTERNS if pattern.fullmatch(f"{method} {path}")), {})
    return {"success": True, "data": data}
