#!/usr/bin/env python3
"""The real-time API of VideoDB from Python, a subcommand for each of its parts.

    realtime.py visual-indexing   [STREAM]    describes the pictures, and reads the scenes back
    realtime.py audio-indexing    [STREAM]    describes speech
    realtime.py transcription     [STREAM]    starts, reads and stops the transcript
    realtime.py search            [STREAM] [--query TEXT]
    realtime.py stream-generation [STREAM]    a page that plays the last minute
    realtime.py embed             [STREAM]    the same as an <iframe>
    realtime.py events-and-alerts [STREAM] [--webhook URL]
    realtime.py websocket         [STREAM]    prints scenes, words and alerts as they come

The key is in VIDEO_DB_API_KEY, the service's address in VIDEO_DB_API. Without STREAM, the newest stream that is connected is taken.
Indexes that were started here are stopped at the end. --seconds says how long results are waited for.
"""

import argparse
import asyncio
import contextlib
import sys
import time

import videodb_rt as videodb


def wait_for(what, results, seconds):
    """Asks until there is a result, twice a second."""
    deadline = time.monotonic() + seconds
    while True:
        found = results()
        if found:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"no {what} within {seconds:.0f} s")
        time.sleep(0.5)


@contextlib.contextmanager
def running(index):
    """An index that is stopped at the end."""
    print(f"index {index.rtstream_index_id} is {index.status}")
    try:
        yield index
    finally:
        index.stop()


def show_scenes(index, seconds):
    for scene in wait_for("scene", lambda: index.get_scenes(page_size=5)["scenes"], seconds):
        print(f"{time.strftime('%H:%M:%S', time.localtime(scene['start']))}  {scene['description']}")


def visual_indexing(conn, stream, options):
    config = {"type": "time", "value": 2, "frame_count": 4}
    with running(stream.index_visuals("Describe what moves", config, name="example")) as index:
        show_scenes(index, options.seconds)
    print("indexes:", ", ".join(other.rtstream_index_id for other in stream.list_scene_indexes()))


def audio_indexing(conn, stream, options):
    config = {"type": "sentence", "value": 1}
    with running(stream.index_audio("What is said?", config, auto_start_transcript=True)) as index:
        show_scenes(index, options.seconds)


def transcription(conn, stream, options):
    print("transcript:", stream.start_transcript()["status"])
    try:
        began = time.time()
        wait_for("words", lambda: stream.get_transcript(since=began)["transcription_records"], options.seconds)
        for record in stream.iter_transcript(start=began - 60):
            print(f"{record['start']:.1f}-{record['end']:.1f}  {record['text']}")
    finally:
        print("transcript:", stream.stop_transcript(mode="graceful")["status"])


def search(conn, stream, options):
    results = stream.search(query=options.query, score_threshold=0.3)
    print(f"{len(results.shots)} results")
    for shot in results.shots:
        print(f"{shot.search_score:.2f}  {time.ctime(shot.start)}  {shot.text}\n      {shot.stream_url}")


def last_minute(stream):
    end = time.time() - 3  # the last seconds may not be recorded yet
    return stream.generate_stream(start=end - 60, end=end, player_config={"title": stream.name or "", "slug": "example"})


def stream_generation(conn, stream, options):
    print("page:  ", last_minute(stream))
    print("stream:", stream.stream_url)


def embed(conn, stream, options):
    last_minute(stream)
    print(stream.get_embed_code(width="640", height=360, title="The last minute"))


def events_and_alerts(conn, stream, options):
    event_id = conn.create_event(event_prompt="something moves", label="movement")
    config = {"type": "time", "value": 2, "frame_count": 4}
    with conn.connect_websocket() as ws, running(stream.index_visuals("Describe what moves", config)) as index:
        alert_id = index.create_alert(event_id, callback_url=options.webhook, ws_connection_id=ws.connection_id)
        try:
            for alert in index.list_alerts():
                print(f"alert {alert['alert_id']} on {alert['label']!r} is {alert['status']}")
            deadline = time.monotonic() + options.seconds
            while time.monotonic() < deadline:
                for event in ws.batch(timeout=1):
                    if event.channel == "alert":
                        print(f"{event.label}: {event.text}")
                        return
            raise SystemExit(f"no alert within {options.seconds:.0f} s")
        finally:
            index.disable_alert(alert_id)


def websocket(conn, stream, options):
    async def listen():
        async with conn.connect_websocket() as ws:
            config = {"type": "time", "value": 2, "frame_count": 4}
            index = stream.index_visuals("Describe what moves", config, ws_connection_id=ws.connection_id)
            with running(index):
                index.create_alert(conn.create_event("something moves", "movement"), ws_connection_id=ws.connection_id)
                try:
                    stream.start_transcript(ws_connection_id=ws.connection_id)
                except videodb.InvalidRequestError as error:
                    print(f"no transcript: {error}")
                async for ev in ws.stream():
                    print(f"{ev['channel']:<12} {ev['data'].get('text') or ev['data'].get('label')}", flush=True)

    with contextlib.suppress(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(listen(), options.seconds))


SECTIONS = {
    function.__name__.replace("_", "-"): function
    for function in (
        visual_indexing,
        audio_indexing,
        transcription,
        search,
        stream_generation,
        embed,
        events_and_alerts,
        websocket,
    )
}


def newest_stream(collection):
    streams = collection.list_rtstreams(limit=1, status="connected", ordering="-created_at")
    if not streams:
        raise SystemExit("no stream is connected: connect a camera first, with collection.connect_rtstream(url, name)")
    return streams[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("section", choices=SECTIONS)
    parser.add_argument("stream", nargs="?", help="id of a stream")
    parser.add_argument("--query", default="a white car moving fast")
    parser.add_argument("--webhook", help="address that gets alerts")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    try:
        with videodb.connect() as conn:
            collection = conn.get_collection()
            stream = collection.get_rtstream(options.stream) if options.stream else newest_stream(collection)
            SECTIONS[options.section](conn, stream, options)
    except videodb.VideodbError as error:
        return f"{parser.prog}: {error}"
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
