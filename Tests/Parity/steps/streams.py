"""Collections, streams, and the call that has no function of its own."""

from step import Step, request

URL = "rtsp://camera.example:554/1?profile=main"
NOT_IN_THE_SDK = "6 #23 no method for transcript status, update stream"

STEPS = [
    Step("collections", "collection_list", sdk=lambda p: p.connection.get_collections()),
    Step("collection, the default one", "collection_get", sdk=lambda p: p.connection.get_collection()),
    Step("collection by id", "collection_get", {"collection_id": "c-1"}, sdk=lambda p: p.connection.get_collection("c-1")),
    # Connecting
    Step(
        "connect, the least",
        "rtstream_connect",
        {"url": URL, "name": "gate"},
        sdk=lambda p: p.default_collection.connect_rtstream(URL, "gate"),
    ),
    Step(
        "connect with everything",
        "rtstream_connect",
        {
            "collection_id": "c-1",
            "url": URL,
            "name": "gate",
            "media_types": ["video", "audio"],
            "sample_rate": 5,
            "store": True,
            "enable_transcript": True,
            "ws_connection_id": "ws-1",
        },
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", ["video", "audio"], 5, True, True, "ws-1"),
    ),
    Step(
        "connect, false is sent",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": "gate", "store": False, "enable_transcript": False},
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", store=False, enable_transcript=False),
    ),
    Step(
        "connect, sound only",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": "gate", "media_types": ["audio"]},
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", media_types=["audio"]),
    ),
    Step(
        "connect, a name of any text",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": 'Tür "2" \\ \u2028 \U0001f4f7\n'},
        sdk=lambda p: p.collection.connect_rtstream(URL, 'Tür "2" \\ \u2028 \U0001f4f7\n'),
    ),
    Step(
        "connect, null is absent",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": "gate", "media_types": None, "sample_rate": None, "store": None},
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", media_types=None, sample_rate=None, store=None),
    ),
    Step(
        "connect without a medium",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": "gate", "media_types": []},
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", media_types=[]),
        refused=True,
    ),
    Step(
        "connect with a medium that is none",
        "rtstream_connect",
        {"collection_id": "c-1", "url": URL, "name": "gate", "media_types": ["smell"]},
        sdk=lambda p: p.collection.connect_rtstream(URL, "gate", media_types=["smell"]),
        refused=True,
    ),
    # Listing
    Step("streams", "rtstream_list", sdk=lambda p: p.collection.list_rtstreams()),
    Step(
        "streams, zeros are sent",
        "rtstream_list",
        {"limit": 0, "offset": 0},
        sdk=lambda p: p.collection.list_rtstreams(limit=0, offset=0),
    ),
    Step(
        "streams, every filter",
        "rtstream_list",
        {"limit": 5, "offset": 10, "status": "connected", "name": "front door & gate+1", "ordering": "-created_at"},
        sdk=lambda p: p.collection.list_rtstreams(5, 10, "connected", "front door & gate+1", "-created_at"),
    ),
    Step(
        "streams, a name beyond ASCII",
        "rtstream_list",
        {"name": "Tür", "status": "stopped"},
        sdk=lambda p: p.collection.list_rtstreams(name="Tür", status="stopped"),
    ),
    # One stream
    Step("stream", "rtstream_get", {"rtstream_id": "rts-1"}, sdk=lambda p: p.collection.get_rtstream("rts-1")),
    Step(
        "rename a stream",
        "rtstream_update",
        {"rtstream_id": "rts-1", "name": "yard"},
        row=NOT_IN_THE_SDK,
        expect=request("PATCH", "/rtstream/rts-1", body={"name": "yard"}),
    ),
    Step(
        "update a stream",
        "rtstream_update",
        {"rtstream_id": "rts-1", "name": "yard", "sample_rate": 2},
        row=NOT_IN_THE_SDK,
        expect=request("PATCH", "/rtstream/rts-1", body={"name": "yard", "sample_rate": 2}),
    ),
    Step("start a stream", "rtstream_start", {"rtstream_id": "rts-1"}, sdk=lambda p: p.stream.start()),
    Step("stop a stream", "rtstream_stop", {"rtstream_id": "rts-1"}, sdk=lambda p: p.stream.stop()),
    Step("export", "rtstream_export", {"rtstream_id": "rts-1"}, sdk=lambda p: p.stream.export()),
    Step(
        "export with a name",
        "rtstream_export",
        {"rtstream_id": "rts-1", "name": "Monday"},
        sdk=lambda p: p.stream.export("Monday"),
    ),
    Step(
        "asynchronous response", "async_response_get", {"response_id": "ar-1"}, sdk=lambda p: p.connection.get_async_response("ar-1")
    ),
    # vdbrt_call
    Step(
        "any call, GET with a query",
        "call",
        {"method": "GET", "path": "/rtstream", "query": {"limit": 3, "name": "a b", "status": None}},
        sdk=lambda p: p.connection.get("rtstream", params={"limit": 3, "name": "a b", "status": None}),
    ),
    Step(
        "any call, POST",
        "call",
        {"method": "POST", "path": "/rtstream/event", "body": {"event_prompt": "p", "deep": [1, 2.5, {"a": None}]}},
        sdk=lambda p: p.connection.post("rtstream/event", data={"event_prompt": "p", "deep": [1, 2.5, {"a": None}]}),
    ),
    Step(
        "any call, PATCH",
        "call",
        {"method": "PATCH", "path": "/rtstream/rts-1", "body": {"name": None}},
        sdk=lambda p: p.connection.patch("rtstream/rts-1", data={"name": None}),
    ),
    Step(
        "any call, PUT",
        "call",
        {"method": "PUT", "path": "/x", "body": {}},
        sdk=lambda p: p.connection.put("x", data={}),
    ),
    Step("any call, DELETE", "call", {"method": "DELETE", "path": "/x/1"}, sdk=lambda p: p.connection.delete("x/1")),
]
