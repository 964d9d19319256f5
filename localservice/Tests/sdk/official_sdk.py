"""Walks the whole real-time surface of the official Python SDK against a running videodb-rt-local and checks what it gets.

    python3 -m venv venv && venv/bin/pip install videodb websockets
    VIDEO_DB_API_KEY=... venv/bin/python official_sdk.py http://127.0.0.1:PORT [camera]

One line for each method: its result, or the text of its refusal where this service cannot compute one. Methods are found by
introspection: one that is not called, and not named below as none of real time, fails the run.
"""

import argparse
import asyncio
import importlib.metadata
import inspect
import json
import os
import sys
import time

import requests
import videodb
import webhooks
from videodb import capture_session, rtstream, websocket_client
from videodb.client import Connection
from videodb.collection import Collection
from videodb.exceptions import AuthenticationError, InvalidRequestError

# Stored media, generation, meetings and accounts are none of real time.
EXCLUDED = {
    Connection: """
        check_usage get_invoices download youtube_search transcode get_transcode_details get_job_status wait_for_job
        create_sandbox get_sandbox list_sandboxes create_voice_clone get_voice_clone list_voice_clones delete_voice_clone
        upload record_meeting get_meeting""",
    Collection: """
        get_videos get_video delete_video get_audios get_audio delete_audio get_images get_image delete_image
        create_voice_clone get_voice_clone list_voice_clones delete_voice_clone generate_image generate_music
        generate_sound_effect generate_voice generate_video generate_text dub_video ask semantic_search query aggregate
        search_title upload record_meeting get_meeting""",
}
# The module videodb.capture is left out: it drives the program of another package, and calls no operation itself.
MODULES = [rtstream, capture_session, websocket_client]


def webhook(of, key):
    """The next call that holds this value."""
    while True:
        call = webhooks.calls.get(timeout=20)
        if call.get(key) == of:
            return call


def methods():
    """The public methods and properties of all classes of real time, as "Class.method"."""
    classes = [Connection, Collection]
    for module in MODULES:
        classes += [c for _, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__]
    found = {f"{c.__name__}.{name}" for c in classes for name in vars(c) if not name.startswith("_")}
    excluded = {f"{c.__name__}.{name}" for c, names in EXCLUDED.items() for name in names.split()}
    assert excluded <= found, f"excluded, but not there: {excluded - found}"
    return found - excluded


def short(value):
    """A result in a few words, without an address in memory and without a secret."""
    if value is None:
        return "done"
    if isinstance(value, str) and value.startswith("st-"):
        return "st-..."
    text = " ".join((value if isinstance(value, str) else repr(value)).split())
    if " object at 0x" in text:
        return type(value).__name__
    return text if len(text) <= 120 else text[:120] + "..."


def refusal(call, *arguments, error=InvalidRequestError, **options):
    try:
        call(*arguments, **options)
    except error as refused:
        return str(refused)
    raise AssertionError(f"{call} was expected to be refused")


class Walk:
    """Calls methods by name and prints what became of each, once."""

    def __init__(self):
        self.answered, self.refusals = set(), set()

    def note(self, where, name, outcome):
        if name not in self.answered | self.refusals:
            print(f"ok   {name}: {short(outcome)}", flush=True)
            where.add(name)

    def call(self, thing, method, *arguments, **options):
        member = getattr(thing, method)
        result = member(*arguments, **options) if callable(member) else member
        if not inspect.isawaitable(result):
            self.note(self.answered, f"{type(thing).__name__}.{method}", result)
            return result

        async def awaited():
            value = await result
            self.note(self.answered, f"{type(thing).__name__}.{method}", value)
            return value

        return awaited()

    def refused(self, says, thing, method, *arguments, error=InvalidRequestError, **options):
        text = refusal(getattr(thing, method), *arguments, error=error, **options)
        assert says in text, f"{method}: {text}"
        self.note(self.refusals, f"{type(thing).__name__}.{method}", text)

    async def events(self, websocket, wanted):
        """Reads until one event of each wanted kind was seen: a channel, or the name of an event on it."""
        seen = {}

        async def read():
            async for message in websocket.receive():
                seen.setdefault(message.get("event") or message["channel"], message)
                if wanted <= seen.keys():
                    return

        await asyncio.wait_for(read(), 30)
        self.note(self.answered, "WebSocketConnection.receive", seen[sorted(wanted)[0]])
        return seen


def collections(walk, connection):
    collection = walk.call(connection, "get_collection")
    assert collection.id == "default"
    assert [c.id for c in walk.call(connection, "get_collections")] == ["default"]
    walk.refused("cannot be changed", connection, "create_collection", "a", "b")
    walk.refused("cannot be changed", connection, "update_collection", "default", "a", "b")
    for method in ["delete", "make_public", "make_private"]:
        walk.refused("cannot be changed", collection, method)
    walk.refused("every call at once", connection, "get_async_response", "none")
    return collection


async def watching(walk, connection, collection, websocket, stream, hook):
    """Scene index, understanding and index, each with an alert; then what they have kept."""
    visuals = {"type": "time", "value": 1, "frame_count": 2}
    socket = websocket.connection_id
    index = walk.call(
        stream, "index_visuals", prompt="Describe movement", batch_config=visuals, name="sdk", ws_connection_id=socket
    )
    other = walk.call(stream, "index_scenes")
    assert other.extraction_config == {"time": 2, "frame_count": 5}, other
    if not args.speech:
        walk.refused("speech", stream, "index_spoken_words")
        walk.refused("speech", stream, "index_audio", batch_config={"type": "word", "value": 10})
    understanding = walk.call(
        stream,
        "understand",
        segmentation={"type": "time", "window": "1s"},
        analyzers=[
            {"type": "vlm", "name": "scene", "sampling": {"frame_count": 2}, "config": {"prompt": "What moves?", "model": "basic"}}
        ],
        ws_connection_id=socket,
    )
    derived = walk.call(stream, "index", understanding.outputs["scene"], name="sdk", use_for=["semantic"])
    assert derived.source_understanding_id == understanding.id, derived
    event = walk.call(connection, "create_event", event_prompt="something moves", label="movement")
    assert event in [e["event_id"] for e in walk.call(connection, "list_events")]
    alert = walk.call(index, "create_alert", event, hook, ws_connection_id=socket)
    second = walk.call(derived, "create_alert", event, hook)

    seen = await walk.events(websocket, {"scene_index", "alert"})
    scene, fired = seen["scene_index"], seen["alert"]
    assert scene["rtstream_id"] == stream.id and scene["data"]["text"], scene
    assert 1e12 < scene["data"]["start"] < scene["data"]["end"], scene
    assert fired["data"]["label"] == "movement" and fired["data"]["triggered"] is True, fired
    for wanted, owner in [(alert, index.rtstream_index_id), (second, derived.id)]:
        call = webhook(wanted, "alert_id")
        assert call["event_id"] == "event-" + event and call["index_id"] == owner, call

    scenes = walk.call(index, "get_scenes", page_size=10)["scenes"]
    assert scenes and scenes[0]["description"], scenes
    taken = walk.call(derived, "get_records", start=0)["records"]
    records = walk.call(understanding, "get_records", time.time() - 3600, time.time() + 3600)["records"]
    assert records and records[0]["description"], records
    assert taken and all(record in records for record in taken), taken
    listed = [i.rtstream_index_id for i in walk.call(stream, "list_scene_indexes")]
    assert listed == [index.rtstream_index_id, other.rtstream_index_id]
    assert walk.call(stream, "get_scene_index", index.rtstream_index_id).status == "running"
    assert [u.id for u in walk.call(stream, "list_understanding")] == [understanding.id]
    assert walk.call(stream, "get_understanding", understanding.id).analyzers == understanding.analyzers
    assert [i.id for i in walk.call(stream, "list_indexes")] == [derived.id]
    assert walk.call(stream, "get_index", derived.id).use_for == ["semantic"]

    for watched, one in [(index, alert), (derived, second)]:
        walk.call(watched, "disable_alert", one)
        assert walk.call(watched, "list_alerts")[0]["status"] == "disabled"
        walk.call(watched, "enable_alert", one)
        assert watched.list_alerts()[0]["status"] == "enabled"
    for job in [understanding, derived]:
        walk.call(job, "stop")
        assert walk.call(job, "refresh").status == "stopped"
        walk.call(job, "start")
        assert job.refresh().status == "running"
    walk.call(index, "stop")
    assert stream.get_scene_index(index.rtstream_index_id).status == "stopped"
    walk.call(index, "start")


async def listening(walk, websocket, stream):
    """A transcript, and indexes over what is said."""
    socket = websocket.connection_id
    assert walk.call(stream, "start_transcript", ws_connection_id=socket)["status"] == "running"
    spoken = walk.call(stream, "index_spoken_words", name="sdk words")
    audio = walk.call(
        stream, "index_audio", prompt="What is said?", batch_config={"type": "sentence", "value": 1}, ws_connection_id=socket
    )
    assert spoken.extraction_config == {"segmenter": "word", "segmentation_value": 10}, spoken.extraction_config
    assert audio.extraction_type == "transcript" and audio.prompt == "What is said?", audio
    seen = await walk.events(websocket, {"transcript", "audio_index"})
    said = seen["transcript"]["data"]
    assert said["text"] and said["is_final"] in (True, False) and 1e12 < said["start"] < said["end"], seen
    assert audio.get_scenes()["scenes"][-1]["description"] == seen["audio_index"]["data"]["text"]
    said = walk.call(stream, "get_transcript", since=1, engine="AAIS")
    assert said["total_count"] and said["transcription_records"][0]["word_timestamps"], said
    assert walk.call(stream, "stop_transcript")["status"] == "stopped"


def streams(walk, collection, stream):
    assert stream.id in [s.id for s in walk.call(collection, "list_rtstreams", limit=50)]
    assert [s.id for s in collection.list_rtstreams(status="connected", name="SDK", ordering="-created_at")] == [stream.id]
    walk.call(stream, "stop")
    assert walk.call(collection, "get_rtstream", stream.id).status == "stopped"
    walk.call(stream, "start")
    assert "already" in refusal(stream.start)
    stream.stop()
    assert "rts-none" in refusal(collection.get_rtstream, "rts-none")


def searches(walk, collection, stream):
    """The camera's picture never stands still, so every record says that something moved."""
    scope = {"namespace": "rtstream", "score_threshold": 0.1, "dynamic_score_percentage": 50}
    found = [
        walk.call(stream, "search", "what moves in the picture?", result_threshold=3, filter=[{"rtstream_name": "sdk check"}]),
        walk.call(collection, "search", "moving", **scope),
        walk.call(collection, "legacy_search", "movement", **scope),
    ]
    for result in found:
        shots = walk.call(result, "get_shots")
        assert shots and "moved" in shots[0].text and 0 < shots[0].search_score <= 1, shots
        assert shots[0].rtstream_id == stream.id and shots[0].rtstream_name == "sdk check", shots
        assert shots[0].start < shots[0].end and shots[0].scene_index_id and shots[0].metadata["records"] > 0, shots
    one = shots[0].scene_index_id
    assert {shot.scene_index_id for shot in stream.search("moved", index_id=one).shots} == {one}
    assert stream.search("an aardvark").shots == []
    assert "none" in refusal(stream.search, "moved", index_id="none")


def not_computed(walk, connection, collection, stream):
    if not args.speech:
        walk.refused("speech", stream, "start_transcript")
        assert walk.call(stream, "stop_transcript")["status"] == "stopped"
        walk.refused("speech", stream, "get_transcript", since=1)


def playback(walk, connection, collection, stream):
    assert "player_url" in refusal(stream.get_embed_code, error=ValueError)
    assert "recorded" in refusal(stream.generate_stream, 1, 2)
    deadline = time.time() + 20
    # A piece of the recording is there when it is finished, and the first one may have begun just now.
    while True:
        now = time.time()
        try:
            stream.generate_stream(now - 6, now)
            break
        except InvalidRequestError:
            assert time.time() < deadline
            time.sleep(0.2)
    player = walk.call(stream, "generate_stream", now - 6, now, {"title": "a <b>", "description": "c", "slug": "gate"})
    assert "/watch?v=gate-" in player and player == stream.player_url, player
    assert player.replace("/watch?", "/embed?") in walk.call(stream, "get_embed_code")
    playlist = requests.get(stream.stream_url).text
    assert playlist.startswith("#EXTM3U") and "#EXT-X-ENDLIST" in playlist, playlist
    assert "a &lt;b&gt;" in requests.get(player).text
    # As a search gives it.
    shot = rtstream.RTStreamShot(connection, stream.id, now - 6, now + 1)
    assert walk.call(shot, "generate_stream").endswith(shot.stream_url)
    assert shot.stream_url in walk.call(shot, "play")
    assert "/embed?v=" in walk.call(shot, "get_embed_code")
    assert "stopped" in refusal(stream.export)
    stream.stop()
    export = walk.call(stream, "export", name="a")
    assert export.name == "a" and export.duration > 1 and "/embed?v=" in walk.call(export, "get_embed_code"), export
    assert stream.export().video_id == export.video_id


async def capture(walk, connection, collection, websocket, hook):
    for owner in [connection, collection]:
        session = walk.call(
            owner, "create_capture_session", "user-1", callback_url=hook,
            ws_connection_id=websocket.connection_id, metadata={"room": 1},
        )
        assert session.status == "created" and session.metadata == {"room": 1}, session
        assert webhook(session.id, "capture_session_id")["event"] == "capture_session.created"
        assert walk.call(owner, "list_capture_sessions")[0].id == session.id
        # The capture client starts a session; it has a token instead of the key.
        client = videodb.connect(session_token=walk.call(connection, "generate_client_token", expires_in=600), base_url=args.base)
        channels = [{"channel_id": "mic", "type": "audio"}, {"channel_id": "screen", "type": "video"}]
        started = client.post("capture/session/start", data={"session_id": session.id, "channels": channels})
        assert started == {"session_id": session.id, "status": "starting"}, started
        seen = await walk.events(websocket, {"capture_session.starting", "capture_session.failed"})
        assert "takes no media" in seen["capture_session.failed"]["data"]["error"]["message"], seen
        session = walk.call(owner, "get_capture_session", session.id)
        assert session.status == "failed" and owner.list_capture_sessions(status="failed")[0].id == session.id
        assert [display.id for display in walk.call(session, "displays")] == ["screen"]
        assert walk.call(session, "get_rtstream", "mic") == []
        walk.refused("no recording", session, "export", "screen", websocket.connection_id)


async def walked(walk, hook):
    connection = videodb.connect(base_url=args.base)
    stranger = videodb.connect(api_key="wrong", base_url=args.base)
    assert "x-access-token" in refusal(stranger.get_collection, error=AuthenticationError)
    collection = collections(walk, connection)
    websocket = walk.call(connection, "connect_websocket")
    await walk.call(websocket, "connect")
    assert websocket.connection_id
    # The protocol has no message from a client; the service ignores it.
    await walk.call(websocket, "send", {"nothing": 1})

    stream = walk.call(collection, "connect_rtstream", url=args.camera, name="sdk check", sample_rate=10, store=True)
    assert stream.status == "connected", stream.status
    await watching(walk, connection, collection, websocket, stream, hook)
    if args.speech:
        await listening(walk, websocket, stream)
    playback(walk, connection, collection, stream)
    stream.start()
    streams(walk, collection, stream)
    searches(walk, collection, stream)
    not_computed(walk, connection, collection, stream)
    await capture(walk, connection, collection, websocket, hook)
    await walk.call(websocket, "close")


async def main():
    walk = Walk()
    # What is played is not to be opened in a browser here.
    os.environ["BROWSER"] = "true"
    with webhooks.receiver() as hook:
        await walked(walk, hook)

    wanted = methods()
    called = walk.answered | walk.refusals
    for name in sorted(wanted - called):
        print(f"FAIL {name}: not called")
    assert called <= wanted, called - wanted
    print(
        f"{len(wanted & called)} of {len(wanted)} methods of videodb {importlib.metadata.version('videodb')} called: "
        f"{len(walk.answered)} answered, {len(walk.refusals)} refused with the reason"
    )
    return 0 if called == wanted else 1


def record(file):
    """Writes each exchange as a line of JSON, for whoever checks the answers further."""
    send = requests.Session.send

    def recorded(self, request, **options):
        answer = send(self, request, **options)
        # Pages and playlists are none of the described operations.
        if answer.headers["Content-Type"] != "application/json":
            return answer
        exchange = {"method": request.method, "target": request.path_url, "status": answer.status_code, "body": answer.json()}
        file.write(json.dumps(exchange) + "\n")
        file.flush()
        return answer

    requests.Session.send = recorded


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("base", help="the address of the service")
parser.add_argument("camera", nargs="?", default="lavfi:testsrc2=size=320x240:rate=15")
parser.add_argument("--speech", action="store_true", help="the service has a recogniser, and somebody speaks")
parser.add_argument("--exchanges", type=argparse.FileType("w"), help="a file for all requests and answers")
args = parser.parse_args()
if args.exchanges:
    record(args.exchanges)
sys.exit(asyncio.run(main()))
