"""Runs the official Python SDK against a running videodb-rt-local and checks what it gets.

    python3 -m venv venv && venv/bin/pip install videodb
    VIDEO_DB_API_KEY=... venv/bin/python official_sdk.py http://127.0.0.1:PORT [camera]
"""

import asyncio
import http.server
import json
import queue
import sys
import threading

import videodb
from videodb.exceptions import AuthenticationError, InvalidRequestError

BASE = sys.argv[1]
CAMERA = sys.argv[2] if len(sys.argv) > 2 else "lavfi:testsrc2=size=320x240:rate=15"
webhooks = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        webhooks.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def refused(call, error=InvalidRequestError):
    try:
        call()
    except error as refusal:
        return str(refusal)
    raise AssertionError("the call was expected to be refused")


async def events(websocket, wanted, seconds):
    seen = {}

    async def read():
        async for message in websocket.receive():
            seen.setdefault(message["channel"], []).append(message)
            if wanted <= seen.keys():
                return

    await asyncio.wait_for(read(), seconds)
    return seen


async def main():
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()

    connection = videodb.connect(base_url=BASE)
    collection = connection.get_collection()
    assert collection.id == "default"

    websocket = connection.connect_websocket()
    await websocket.connect()
    assert websocket.connection_id

    stream = collection.connect_rtstream(url=CAMERA, name="sdk check")
    assert stream.status == "connected", stream.status
    assert stream.id in [s.id for s in collection.list_rtstreams(limit=50)]
    index = stream.index_visuals(
        prompt="Describe movement",
        batch_config={"type": "time", "value": 1, "frame_count": 2},
        name="sdk",
        ws_connection_id=websocket.connection_id,
    )
    event = connection.create_event(event_prompt="something moves", label="movement")
    assert event in [e["event_id"] for e in connection.list_events()]
    alert = index.create_alert(
        event, f"http://127.0.0.1:{receiver.server_port}/hook", ws_connection_id=websocket.connection_id
    )

    seen = await events(websocket, {"scene_index", "alert"}, 20)
    scene, fired = seen["scene_index"][0], seen["alert"][0]
    assert scene["rtstream_id"] == stream.id and scene["data"]["text"], scene
    assert 1e12 < scene["data"]["start"] < scene["data"]["end"], scene
    assert fired["data"]["label"] == "movement" and fired["data"]["triggered"] is True, fired
    call = webhooks.get(timeout=10)
    assert call["event_id"] == "event-" + event and call["alert_id"] == alert, call

    scenes = index.get_scenes(page_size=10)["scenes"]
    assert scenes and scenes[0]["description"], scenes
    assert [i.rtstream_index_id for i in stream.list_scene_indexes()] == [index.rtstream_index_id]
    assert stream.get_scene_index(index.rtstream_index_id).status == "running"

    index.disable_alert(alert)
    assert index.list_alerts()[0]["status"] == "disabled"
    index.enable_alert(alert)
    index.stop()
    assert stream.get_scene_index(index.rtstream_index_id).status == "stopped"
    index.start()
    stream.stop()
    assert collection.get_rtstream(stream.id).status == "stopped"
    stream.start()
    assert "already" in refused(stream.start)
    stream.stop()

    assert "speech" in refused(stream.start_transcript)
    assert "recording" in refused(lambda: stream.generate_stream(1, 2))
    assert "search" in refused(lambda: stream.search("a car"))
    refused(lambda: collection.get_rtstream("rts-none"))
    refused(lambda: videodb.connect(api_key="wrong", base_url=BASE).get_collection(), AuthenticationError)

    await websocket.close()
    receiver.shutdown()
    print("the official SDK got all it asked for")


asyncio.run(main())
