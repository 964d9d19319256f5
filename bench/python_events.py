#!/usr/bin/env python3
"""CPU per event through the Python package and through the official SDK, on the same events of the same server, one after the other.

    bench/python_events.py [--count 200000] [--rounds 5]

Run by `make bench-python`. A server in another process sends prepared messages as fast as they are taken; each row is a process of its
own that counts them, and prints what it used from the first event to the last, user and system time together, the library's own thread
included. The lowest of all rounds counts, as a disturbance only ever adds. bench/c_events.c is the same in C.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ONCE = {"reconnect.enabled": False}  # the end of the events is the end
WORDS = """the a person in blue jacket walks toward counter and picks up laptop screen showing charts meeting starts before friday
because somebody asked for numbers on stream camera pans left vehicle stops near gate light turns green speaker mentions window opens
file then scrolls down slowly to read message""".split()


# ---- The server ------------------------------------------------------------------------------------------------------


def messages(seed=1):
    """1000 messages of the four channels, as they are seen on the wire: half of them words, a tenth alerts."""
    chance = random.Random(seed)
    clock = 1710000001234
    for _ in range(1000):
        clock += chance.randint(5, 900)
        channel = chance.choices(["transcript", "scene_index", "audio_index", "alert"], [5, 3, 1, 1])[0]
        text = " ".join(chance.choices(WORDS, k=chance.randint(10, 20 if channel == "transcript" else 60)))
        data = {"text": text, "start": clock, "end": clock + chance.randint(400, 9000)}
        if channel == "transcript":
            data["is_final"] = chance.random() < 0.75
        if channel == "alert":
            data.update(label="movement", triggered=True, confidence=round(chance.random(), 3))
        message = {"channel": channel, "rtstream_id": f"rts-{chance.randint(1, 8)}", "rtstream_name": "lobby", "data": data}
        yield json.dumps(message, separators=(",", ":")).encode()


def frame(payload, opcode=1):
    length = len(payload)
    head = bytes([0x80 | opcode, length]) if length < 126 else bytes([0x80 | opcode, 126]) + length.to_bytes(2, "big")
    return head + payload


def answer(connection, count, block, per_block, port):
    """One HTTP request, which may be that of a WebSocket."""
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(65536)
            if not more:
                return
            request += more
        lines = request.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if "sec-websocket-key" not in headers:
            body = json.dumps({"success": True, "data": {"websocket_url": f"ws://127.0.0.1:{port}/ws"}}).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
            connection.sendall(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            return
        key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        upgrade = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        connection.sendall(upgrade.encode() + frame(b'{"connection_id":"conn-1"}'))
        # Pongs are not needed: nothing takes longer than the first ping.
        for _ in range(count // per_block):
            connection.sendall(block)
        connection.sendall(frame((1000).to_bytes(2, "big"), opcode=8))
        connection.recv(65536)  # its close frame; then the server is the first to close


def serve(count):
    prepared = [frame(message) for message in messages()]
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    print(port, flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        connection, _ = listener.accept()
        arguments = (connection, count, b"".join(prepared), len(prepared), port)
        threading.Thread(target=answer, args=arguments, daemon=True).start()


# ---- The clients -------------------------------------------------------------------------------------------------------


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Tally:
    """What a client reads of each event, and what that took."""

    def __init__(self):
        self.count = self.texts = 0

    def begin(self):
        self.cpu, self.wall = used(), time.monotonic()

    def report(self):
        spent = {"cpu": used() - self.cpu, "wall": time.monotonic() - self.wall}
        print(json.dumps({"count": self.count, "texts": self.texts, **spent}))


def read_message(tally, event):
    if event["channel"] == "transcript":
        tally.texts += len(event["data"]["text"])


def read_event(tally, event):
    if event.channel == "transcript":
        tally.texts += len(event.text)


async def official(url, tally, read):
    from videodb.websocket_client import WebSocketConnection

    ws = await WebSocketConnection(url + "/ws").connect()
    await consume(ws.receive(), tally, read)


async def ours(url, tally, how, read):
    import videodb_rt

    with videodb_rt.connect(api_key="sk-bench", base_url=url.replace("ws://", "http://"), config=ONCE) as connection:
        ws = await connection.connect_websocket().connect()
        await consume(getattr(ws, how)(), tally, read)


async def consume(events, tally, read):
    tally.begin()
    count = 0
    if read:
        async for event in events:
            count += 1
            read(tally, event)
    else:
        async for event in events:  # noqa: B007
            count += 1
    tally.count = count
    tally.report()


def batches(url, tally, read):
    import videodb_rt

    with videodb_rt.connect(api_key="sk-bench", base_url=url.replace("ws://", "http://"), config=ONCE) as connection:
        with connection.connect_websocket() as ws:
            tally.begin()
            while not ws.ended:
                events = ws.batch()
                tally.count += len(events)
                for event in events if read else ():
                    read(tally, event)
            tally.report()


def c(url, reads):
    """bench/c_events.c, compiled here."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "c_events"
        library = ROOT / "build/lib"
        command = [os.environ.get("CC", "cc"), "-O2", f"-I{ROOT / 'build/include'}", ROOT / "bench/c_events.c", "-o", program]
        subprocess.run([*command, f"-L{library}", "-lvideodb_rt", f"-Wl,-rpath,{library}"], check=True)
        environment = {**os.environ, "VIDEO_DB_API": url.replace("ws://", "http://"), "VIDEO_DB_API_KEY": "sk-bench"}
        subprocess.run([program, str(reads)], env=environment, check=True)


# Name: (what runs it, the row it is compared with)
ROWS = {
    "C, handed out": (lambda url, tally: c(url, 0), "official, handed out"),
    "C, words read": (lambda url, tally: c(url, 1), "official, words read"),
    "official, handed out": (lambda url, tally: asyncio.run(official(url, tally, None)), None),
    "official, words read": (lambda url, tally: asyncio.run(official(url, tally, read_message)), None),
    "events(), handed out": (lambda url, tally: asyncio.run(ours(url, tally, "events", None)), "official, handed out"),
    "batch(), handed out": (lambda url, tally: batches(url, tally, None), "official, handed out"),
    "events(), words read": (lambda url, tally: asyncio.run(ours(url, tally, "events", read_event)), "official, words read"),
    "batch(), words read": (lambda url, tally: batches(url, tally, read_event), "official, words read"),
    "stream(), words read": (lambda url, tally: asyncio.run(ours(url, tally, "stream", read_message)), "official, words read"),
    "receive(), words read": (lambda url, tally: asyncio.run(ours(url, tally, "receive", read_message)), "official, words read"),
}


def measure(row, url, count):
    """CPU microseconds and wall microseconds an event, and the characters read."""
    done = subprocess.run([sys.executable, __file__, "--row", row, url], stdout=subprocess.PIPE, check=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    own = result["count"] - count
    if own not in (0, 1):  # events() and batch() have the end of the channel as well
        raise SystemExit(f"{row}: {result['count']} events, not {count}")
    return result["cpu"] / count * 1e6, result["wall"] / count * 1e6, result["texts"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("url", nargs="?", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.count)
    if options.row:
        return ROWS[options.row][0](options.url, Tally())
    count = options.count // 1000 * 1000
    command = [sys.executable, __file__, "--serve", "--count", str(count)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = f"ws://127.0.0.1:{int(server.stdout.readline())}"
        least, fastest, texts = {}, {}, set()
        for _ in range(options.rounds):
            for row in ROWS:
                cost, wall, text = measure(row, url, count)
                least[row] = min(cost, least.get(row, cost))
                fastest[row] = min(wall, fastest.get(row, wall))
                texts |= {text} - {0}
    finally:
        server.stdin.close()
        server.wait()
    if len(texts) != 1:
        raise SystemExit(f"the rows disagree on what was said: {texts}")
    print(f"{count} events, the least of {options.rounds} rounds")
    for row, (_, other) in ROWS.items():
        ratio = f"{least[other] / least[row]:5.1f} times cheaper" if other else ""
        print(f"{row:<24} {least[row]:6.2f} us an event, {1e6 / fastest[row]:8.0f} events a second  {ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
