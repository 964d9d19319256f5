#!/usr/bin/env python3
"""The consumer with the official SDK and the reconnect loop that its users write: backoff, the transcripts started again with the
new id, nothing read up. Options and lines are those of consumer.c."""

import argparse
import asyncio
import functools
import json
import os
import sys
import threading
import time

import videodb
import websockets

KINDS = {"transcript": 1, "scene_index": 2, "visual_index": 2, "audio_index": 3, "spoken_index": 3, "alert": 4}


class Consumer:
    def __init__(self, options):
        self.options = options
        self.connection = videodb.connect(api_key=options.key, base_url=options.url)
        self.streams = []
        self.printed = 0
        self.stopping = threading.Event()

    def show(self, event):
        now = int(time.time() * 1000)
        self.printed += 1
        data = event.get("data") if isinstance(event, dict) and isinstance(event.get("data"), dict) else {}
        line = {"n": self.printed, "kind": KINDS.get(event.get("channel") if isinstance(event, dict) else None, 0)}
        line |= {"flags": int(data.get("is_final") is False), "received_ms": now, "at_ms": now}
        for name in ("start", "end"):
            value = data.get(name)
            line[name] = value / 1000 if isinstance(value, (int, float)) and value >= 1e11 else value
        self.say(line | {"event": event})

    @staticmethod
    def say(line):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    def set_up(self, connection_id):
        connection, webhook = self.connection, self.options.webhook
        rule_a, rule_b = (connection.create_event("ALARM", label) for label in "ab")
        said = []
        for number in range(self.options.streams):
            more = {"ws_connection_id": connection_id} if number % 2 else {"enable_transcript": False}
            stream = connection.get_collection().connect_rtstream(url=f"rtsp://127.0.0.1:1/{number}", name=f"s{number}", **more)
            if number % 2 == 0:
                stream.start_transcript(ws_connection_id=connection_id)
            batch = {"type": "time", "value": 1, "frame_count": 1}
            a, b = (stream.index_visuals(prompt="look", batch_config=batch, ws_connection_id=connection_id) for _ in "ab")
            audio = stream.index_audio(prompt="listen", ws_connection_id=connection_id)
            if webhook:
                a.create_alert(rule_a, f"{webhook}/{stream.id}/plain")
                a.create_alert(rule_a, f"{webhook}/{stream.id}/both", ws_connection_id=connection_id)
                b.create_alert(rule_b, None, ws_connection_id=connection_id)
            self.streams.append(stream)
            ids = {"scene": [a.rtstream_index_id, b.rtstream_index_id], "audio": [audio.rtstream_index_id]}
            said.append({"id": stream.id, **ids})
        self.say({"setup": said})

    async def run(self):
        delay, first = self.options.backoff, True
        while not self.stopping.is_set():
            try:
                socket = await asyncio.to_thread(self.connection.connect_websocket)
                # Without a limit the SDK waits for the first message for ever.
                async with asyncio.timeout(self.options.connect_timeout):
                    await socket.connect()
                try:
                    self.say({"connected": socket.connection_id, "at_ms": int(time.time() * 1000)})
                    if first:
                        await asyncio.to_thread(self.set_up, socket.connection_id)
                        first = False
                    else:
                        for stream in self.streams:
                            await asyncio.to_thread(stream.start_transcript, ws_connection_id=socket.connection_id)
                    delay = self.options.backoff
                    async for event in socket.receive():
                        self.show(event)
                finally:
                    await socket.close()
            except Exception as error:
                print(f"{time.time():.3f} {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            await asyncio.sleep(delay)
            delay = min(delay * 2, self.options.backoff_max)

    def read_commands(self, loop, task):
        for line in sys.stdin:
            if line.startswith("stop"):
                break
        self.stopping.set()
        loop.call_soon_threadsafe(task.cancel)


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--url", required=True)
    options.add_argument("--key", required=True)
    options.add_argument("--streams", type=int, default=1)
    options.add_argument("--webhook")
    options.add_argument("--backoff", type=float, default=1.0)
    options.add_argument("--backoff-max", type=float, default=60.0)
    options.add_argument("--connect-timeout", type=float, default=10.0)
    options.add_argument("--ping", type=float, help="seconds between pings and until their answer; the SDK has no such setting")
    given = options.parse_args()
    if given.ping:
        websockets.connect = functools.partial(websockets.connect, ping_interval=given.ping, ping_timeout=given.ping)
    consumer = Consumer(given)
    task = asyncio.ensure_future(consumer.run())
    threading.Thread(target=consumer.read_commands, args=(asyncio.get_running_loop(), task), daemon=True).start()
    try:
        await task
    except asyncio.CancelledError:
        pass
    consumer.say({"end": {"counters": None}})
    # A call that hangs in its thread would keep the program.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
