"""The specification of the real-time API, section by section, with the official Python SDK and a camera that is seen and heard.

    VIDEO_DB_API_KEY=... venv/bin/python sections.py http://127.0.0.1:PORT CLIP [--speech]

Plays the clip as a camera on loopback, and prints a row for each call: the call, what came back, and what it was computed from. The
two calls that the specification has and SDK 0.5.1 has not are made as that SDK has them; the row says so.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time

import requests
import videodb
import webhooks
from videodb.exceptions import InvalidRequestError

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))


class Table:
    def __init__(self):
        self.section, self.rows = "", 0

    def row(self, call, back, source):
        back = " ".join(str(back).split())
        back = back if len(back) <= 100 else back[:97] + "..."
        print(f"walk: {self.section:18} | {call:42} | {back:100} | {source}", flush=True)
        self.rows += 1


def within(seconds, what, attempt):
    """The first result that is something; a refusal is none."""
    deadline = time.time() + seconds
    while True:
        refused = None
        try:
            if result := attempt():
                return result
        except InvalidRequestError as error:
            refused = error
        assert time.time() < deadline, f"not within {seconds} s: {what}: {refused}"
        time.sleep(0.2)


@contextlib.contextmanager
def camera(clip):
    """The address of a camera that plays the clip."""
    program = [sys.executable, os.path.join(ROOT, "Tests/Support/http_camera.py"), clip]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.stdin.close()


class Walk:
    def __init__(self, connection, url, websocket, hook):
        self.connection, self.url, self.websocket, self.hook = connection, url, websocket, hook
        self.table, self.began, self.seen = Table(), time.time(), {}

    async def event(self, channel, fits=lambda data: True):
        """The data of the next event of a channel that fits; all that come are counted."""

        async def read():
            async for message in self.websocket.receive():
                name, data = message["channel"], message["data"]
                self.seen[name] = self.seen.get(name, 0) + 1
                if name in ("transcript", "scene_index", "audio_index"):
                    assert message["rtstream_id"] == self.stream.id, message
                    assert 1000 * (self.began - 20) <= data["start"] < data["end"] <= 1000 * (time.time() + 2), message
                if name == channel and fits(data):
                    return data

        return await asyncio.wait_for(read(), 40)

    def here(self, start, end):
        assert self.began - 20 <= start < end <= time.time() + 2, (start, end)

    async def quick_example(self):
        coll = self.connection.get_collection()
        self.table.row("conn.get_collection()", coll.id, "the state of the service")
        made = coll.connect_rtstream(url=self.url, name="front door", media_types=["video", "audio"])
        self.stream = coll.get_rtstream(made.id)
        assert self.stream.status == "connected" and self.stream.name == "front door", self.stream
        self.table.row("coll.get_rtstream(id)", f"{self.stream.name}, {self.stream.status}", "the state of the camera")
        index = self.stream.index_visuals(
            prompt="Describe activity and detect unusual behavior", batch_config={"type": "time", "value": 5, "frame_count": 2}
        )
        self.table.row("rtstream.index_visuals(prompt, batch_config)", index.rtstream_index_id, "the request")
        event = self.connection.create_event(event_prompt="Detect when something moves", label="intrusion_detected")
        self.table.row("conn.create_event(event_prompt, label)", event, "the prompt, by fixed rules")
        alert = index.create_alert(event_id=event, callback_url=self.hook)
        self.table.row("scene_index.create_alert(event_id, callback_url)", alert, "the request")

    async def visual_indexing(self):
        self.index = self.stream.index_visuals(
            prompt="Describe the scene and highlight congestion", batch_config={"type": "time", "value": 2, "frame_count": 4},
            name="traffic_monitor", ws_connection_id=self.websocket.connection_id,
        )
        data = await self.event("scene_index")
        self.table.row("rtstream.index_visuals(..., ws_connection_id)", data["text"], "10 pictures a second")
        long = self.stream.index_visuals(prompt="Describe", batch_config={"type": "time", "value": 10, "frame_count": 5})
        self.table.row("rtstream.index_visuals, 10 s, 5 frames", long.extraction_config, "the request")
        indexes = self.stream.list_scene_indexes()
        assert len(indexes) == 3, indexes
        self.table.row("rtstream.list_scene_indexes()", f"{len(indexes)} indexes, the second is {indexes[1].name}", "the state of the service")
        index = self.stream.get_scene_index(self.index.rtstream_index_id)
        assert (index.name, index.status) == ("traffic_monitor", "running"), index
        self.table.row("rtstream.get_scene_index(id)", f"{index.name}, {index.status}", "the state of the service")
        scenes = index.get_scenes(start=0, end=None, page=1, page_size=100)["scenes"]
        self.here(scenes[0]["start"], scenes[0]["end"])
        assert 1.5 < scenes[0]["end"] - scenes[0]["start"] < 2.5, scenes
        self.table.row(
            "scene_index.get_scenes(start, end, page, page_size)", f"{len(scenes)} records, the newest: {scenes[0]['description']}",
            "the pictures of each 2 s",
        )

    async def audio_indexing(self):
        socket = self.websocket.connection_id
        self.stream.index_audio(
            prompt="Identify key speakers and main topics", batch_config={"type": "word", "value": 5}, ws_connection_id=socket
        )
        sentences = self.stream.index_audio(prompt="p", batch_config={"type": "sentence", "value": 1})
        spans = self.stream.index_audio(prompt="p", batch_config={"type": "time", "value": 5})
        data = await self.event("audio_index")
        assert len(data["text"].split()) == 5, data
        self.table.row('rtstream.index_audio(..., {"type": "word"})', data["text"], "the voice: each 5 words")
        for index, kind, source in [(sentences, "sentence", "between two pauses"), (spans, "time", "each 5 s")]:
            scenes = within(40, kind, lambda index=index: index.get_scenes()["scenes"])
            self.here(scenes[0]["start"], scenes[0]["end"])
            self.table.row(f'rtstream.index_audio(..., {{"type": "{kind}"}})', scenes[0]["description"], f"the voice: {source}")

    async def transcription(self):
        started = self.stream.start_transcript(ws_connection_id=self.websocket.connection_id)
        self.table.row("rtstream.start_transcript(ws_connection_id)", started["status"], "the request")
        data = await self.event("transcript", lambda data: not data["is_final"])
        self.table.row("its events, interim", data["text"], "the voice so far")
        data = await self.event("transcript", lambda data: data["is_final"] and "door" in data["text"])
        self.table.row("its events, final", data["text"], 'the voice: "Please open the front door."')
        # start=0 alone is dropped by this SDK.
        said = self.stream.get_transcript(start=0, page=1, page_size=100)["transcription_records"]
        assert data["text"] in [record["text"] for record in said], said
        for record in said:
            self.here(record["start"], record["end"])
        self.table.row("rtstream.get_transcript(start, page, page_size)", f"{len(said)} utterances", "what was kept of it")
        stopped = self.stream.stop_transcript()
        assert stopped["status"] == "stopped", stopped
        self.table.row('rtstream.stop_transcript(mode="graceful")', f"{stopped['status']} (this SDK knows no mode)", "the request")

    async def search(self, query, part, source):
        results = self.stream.search(query=query, score_threshold=0.5)
        shot = results.shots[0]
        self.here(shot.start, shot.end)
        assert part in shot.text and 0.5 <= shot.search_score <= 1, (shot.text, shot.search_score)
        self.table.row(f'rtstream.search("{query}")', f"{len(results.shots)} shots, {shot.search_score:.2f}: {shot.text}", source)
        # The piece of the recording that holds it may have to be finished first.
        within(20, "the shot is recorded", shot.generate_stream)
        assert shot.stream_url in shot.play()
        playlist = requests.get(shot.stream_url).text
        assert "#EXTINF:" in playlist, playlist
        self.table.row("shot.stream_url, shot.play()", f"{playlist.count('#EXTINF:')} pieces", "the recording at that time")

    async def stream_generation(self):
        end = time.time() - 3
        config = {"title": "Live Feed <Recording>", "description": "Camera 1 - Front entrance", "slug": "cam1-front"}
        player = within(10, "6 s are recorded", lambda: self.stream.generate_stream(start=end - 6, end=end, player_config=config))
        assert player == self.stream.player_url and "/watch?v=cam1-front" in player, player
        page = requests.get(player).text
        assert "Live Feed &lt;Recording&gt;" in page and config["description"] in page, page
        self.table.row("rtstream.generate_stream(start, end, player_config)", player.split("/", 3)[3], "player_config")
        probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", self.stream.stream_url]
        seconds = float(subprocess.run(probe, capture_output=True, check=True, text=True).stdout)
        assert abs(seconds - 6) <= 2.1, seconds
        self.table.row("rtstream.stream_url", f"{seconds:.1f} s can be played", "the recording of these 6 s")
        embed = self.stream.get_embed_code()
        page = requests.get(embed.split('src="')[1].split('"')[0])
        assert page.status_code == 200 and "<video" in page.text, page
        self.table.row("rtstream.get_embed_code()", embed, "player_url")

    async def events_and_alerts(self):
        event = self.connection.create_event(event_prompt="something moves", label="movement")
        self.table.row("conn.create_event(event_prompt, label)", event, "the prompt, by fixed rules")
        alert = self.index.create_alert(event_id=event, callback_url=self.hook, ws_connection_id=self.websocket.connection_id)
        self.table.row("scene_index.create_alert(..., ws_connection_id)", alert, "the request")
        data = await self.event("alert")
        assert data["label"] == "movement" and data["triggered"] is True, data
        self.table.row("Alert Delivery, WebSocket", f"{data['label']}, confidence {data['confidence']}", "movement in the pictures")
        labels = {}
        while len(labels) < 2:
            call = await asyncio.to_thread(webhooks.calls.get, timeout=20)
            assert call["rtstream_id"] == self.stream.id, call
            labels[call["label"]] = call["explanation"]
        self.table.row("Alert Delivery, webhook", labels, "movement in the pictures")
        for action in ["disable", "enable"]:
            getattr(self.index, f"{action}_alert")(alert)
            status = self.index.list_alerts()[0]["status"]
            assert status == action + "d", status
            self.table.row(f"scene_index.{action}_alert(id), list_alerts()", status, "the request")

    async def websocket_events(self, speech):
        wanted = {"scene_index", "alert"} | ({"transcript", "audio_index"} if speech else set())
        assert wanted <= self.seen.keys(), self.seen
        for channel in sorted(wanted):
            source = "the voice" if channel in ("transcript", "audio_index") else "the pictures"
            self.table.row(f"ws.stream() (here: receive()), {channel}", f"{self.seen[channel]} events", source)


async def main(args):
    connection = videodb.connect(base_url=args.base)
    websocket = connection.connect_websocket()
    await websocket.connect()
    with camera(args.clip) as url, webhooks.receiver() as hook:
        walk = Walk(connection, url, websocket, hook)
        heard = [("Audio Indexing", walk.audio_indexing), ("Transcription", walk.transcription)]

        async def search():
            await walk.search("what moves in the picture?", "moved", "the words of the records")
            if args.speech:
                await walk.search("opening doors", "open", "the words of the records")

        for name, section in [
            ("Quick Example", walk.quick_example), ("Visual Indexing", walk.visual_indexing), *(heard if args.speech else []),
            ("Search", search), ("Stream Generation", walk.stream_generation), ("Events and Alerts", walk.events_and_alerts),
            ("WebSocket Events", lambda: walk.websocket_events(args.speech)),
        ]:
            walk.table.section = name
            await section()
        walk.stream.stop()
    await websocket.close()
    print(f"{walk.table.rows} rows of the specification, each computed from the stream")


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("base", help="the address of the service")
parser.add_argument("clip", help="what the camera plays")
parser.add_argument("--speech", action="store_true", help="the service has a recogniser, and somebody speaks in the clip")
# What is played is not to be opened in a browser here.
os.environ["BROWSER"] = "true"
asyncio.run(main(parser.parse_args()))
