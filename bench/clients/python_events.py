"""Events in Python: through the library's package in three ways, through VideoDB's own SDK, and by hand with websockets and orjson.

python_events.py sdk|orjson|events|batch|stream URL EVENTS [latency]

Each reads the channel and the text of every event."""

import asyncio
import json
import os
import ssl
import sys
import time

STREAM_ID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"


class Over(Exception):
    """The last event was read."""


class Tally:
    def __init__(self, expected, latency):
        self.expected = expected
        self.events = self.text = self.transcripts = 0
        self.latency = [] if latency else None

    def first(self):
        self.cpu, self.wall = time.process_time(), time.monotonic()

    def add(self, channel, text, sent=None):
        if self.events == 0:
            self.first()
        if self.latency is not None:
            self.latency.append(time.monotonic_ns() - sent)
        self.transcripts += channel == "transcript"
        self.text += len(text)
        self.events += 1
        if self.events == self.expected:
            self.cpu, self.wall = time.process_time() - self.cpu, time.monotonic() - self.wall
            raise Over

    def add_dict(self, event):
        self.add(event["channel"], event["data"]["text"], event.get("sent_ns"))

    def report(self):
        result = {"events": self.events, "text": self.text, "unit": "characters", "transcripts": self.transcripts}
        result |= {"cpu": self.cpu, "wall": self.wall}
        if self.latency:
            ordered = sorted(self.latency)
            result |= {"p50": ordered[len(ordered) // 2] / 1e3, "p99": ordered[len(ordered) * 99 // 100] / 1e3}
        print(json.dumps(result))


async def sdk(url, tally):
    from videodb.websocket_client import WebSocketConnection

    socket = await WebSocketConnection(url.replace("http", "ws", 1) + "/ws").connect()
    async for event in socket.receive():
        tally.add_dict(event)


async def orjson(url, tally):
    import orjson
    import websockets

    ca = os.environ.get("BENCH_CA")
    tls = ssl.create_default_context(cafile=ca) if ca else None
    async with websockets.connect(url.replace("http", "ws", 1) + "/ws", compression=None, ssl=tls) as socket:
        await socket.recv(decode=False)  # the connection id
        while True:
            tally.add_dict(orjson.loads(await socket.recv(decode=False)))


def connect(url):
    import videodb_rt

    ca = os.environ.get("BENCH_CA")
    return videodb_rt.connect(api_key="sk-bench", base_url=url, config={"tls.ca_file": ca} if ca else None)


def bind(connection, socket):
    stream = connection.get_collection().get_rtstream(STREAM_ID)
    stream.start_transcript(ws_connection_id=socket.connection_id)
    stream.index_visuals("What moves?", ws_connection_id=socket.connection_id)


async def asynchronously(url, tally, how):
    with connect(url) as connection:
        socket = await connection.connect_websocket().connect()
        await asyncio.to_thread(bind, connection, socket)
        if how == "stream":
            async for event in socket.stream():
                tally.add_dict(event)
        async for event in socket.events():
            if not event.is_own:
                tally.add(event.channel, event.text)


def batches(url, tally):
    with connect(url) as connection, connection.connect_websocket() as socket:
        bind(connection, socket)
        while True:
            for event in socket.batch():
                if not event.is_own:
                    tally.add(event.channel, event.text)


def main():
    how, url, events = sys.argv[1:4]
    tally = Tally(int(events), len(sys.argv) > 4)
    try:
        if how == "sdk":
            asyncio.run(sdk(url, tally))
        elif how == "orjson":
            asyncio.run(orjson(url, tally))
        elif how == "batch":
            batches(url, tally)
        else:
            asyncio.run(asynchronously(url, tally, how))
    except Over:
        tally.report()


if __name__ == "__main__":
    main()
