#!/usr/bin/env python3
"""A TCP proxy that breaks what passes through it, on command.

    proxy.py PORT_OF_THE_SERVICE LOG [--host HOST] [--bind ADDRESS] [--own-port PORT]

Prints `listening PORT`, then reads commands from standard input, one JSON object a line, and ends with its input. LOG gets one line
of JSON for each WebSocket that opened, was broken and ended, with the time in milliseconds.

Faults of the WebSockets that are open now:
    {"fault": "reset"}                    RST
    {"fault": "close", "code": 1012}      a close frame, then the end; code 1006: the end without one
    {"fault": "mid_frame"}                half of a frame, then RST
    {"fault": "silence"}                  nothing passes any more, in either direction, and nobody is told
    {"fault": "delay", "ms": 300}         nothing passes for so long
    {"fault": "double"}                   RST, and again as soon as the next WebSocket has said its first message
Faults of what a client does next, after an RST:
    {"fault": "refuse", "ms": 200}        nobody listens for so long
    {"fault": "status", "code": 429, "retry_after": 1, "times": 2}   so many REST calls are answered so
    {"fault": "hanging_upgrade"}          the next upgrade is not answered
    {"fault": "no_first_message"}         the next WebSocket says nothing
    {"fault": "odd_first_message", "text": "..."}   the next WebSocket begins with this
    {"fault": "cut_back_fill"}            RST on the WebSocket, and in the middle of the answer of the next call for records
"""

import argparse
import asyncio
import json
import re
import socket
import struct
import sys
import time

LIMIT = 64 * 1024
RECORDS = re.compile(rb"^GET [^ ]*/(transcription|index/scene/[^/? ]+|records)(\?[^ ]*)? ")


def now_ms():
    return int(time.time() * 1000)


def reset(writer):
    """Closes with RST rather than FIN, and drops what was not sent yet."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


class Frames:
    """Where the frames of one direction begin and end, from the bytes that pass."""

    def __init__(self):
        self.head = b""
        self.left = 0  # bytes of the present frame that are still to come

    @property
    def at_boundary(self):
        return not self.head and not self.left

    def split(self, data):
        """The length of the longest beginning of `data` that ends with a frame."""
        at = boundary = 0
        while at < len(data):
            if self.left:
                step = min(self.left, len(data) - at)
                self.left -= step
                at += step
            else:
                self.head += data[at : at + 1]
                at += 1
                self._head_complete()
            if self.at_boundary:
                boundary = at
        return boundary

    def _head_complete(self):
        if len(self.head) < 2:
            return
        size = self.head[1] & 0x7F
        need = 2 + {126: 2, 127: 8}.get(size, 0)
        if len(self.head) < need:
            return
        self.left = size if need == 2 else int.from_bytes(self.head[2:need], "big")
        self.head = b""


class Socket:
    """One WebSocket, after its upgrade was answered."""

    def __init__(self, proxy, number, client, server):
        self.proxy, self.number, self.client, self.server = proxy, number, client, server
        self.frames = Frames()
        self.open = asyncio.Event()  # cleared: nothing passes
        self.open.set()
        self.broken = False
        self.up = False
        self.cut_next = False

    def log(self, what, **more):
        self.proxy.log(what, socket=self.number, **more)

    async def from_server(self, reader):
        first = True
        while data := await reader.read(LIMIT):
            await self.open.wait()
            if self.broken:
                return
            if first:
                data = self.proxy.first_message(self, data)
                if data is None:
                    return await self.silent()
            if self.cut_next and len(data) > 1:
                self.client.write(data[: len(data) // 2])
                await self.client.drain()
                return self.cut("mid_frame")
            self.frames.split(data)
            self.client.write(data)
            if first:
                first = False
                self.up = True
                self.log("up")
                self.proxy.came_up(self)
            await self.client.drain()

    async def from_client(self, reader):
        while data := await reader.read(LIMIT):
            await self.open.wait()
            if self.broken:
                return
            self.server.write(data)
            await self.server.drain()

    async def silent(self):
        """Holds both directions until the client gives up."""
        self.open.clear()
        self.log("down", fault="silence")
        self.up = False
        await asyncio.sleep(3600)

    # ---- Faults

    def cut(self, why):
        if self.broken:
            return
        self.broken = True
        if self.up:
            self.log("down", fault=why)
        self.up = False
        reset(self.client)
        reset(self.server)

    async def close(self, code):
        deadline = time.monotonic() + 1
        while not self.frames.at_boundary and time.monotonic() < deadline and not self.broken:
            await asyncio.sleep(0.001)
        if self.broken:
            return
        self.broken = True
        self.log("down", fault=f"close {code}")
        self.up = False
        if code != 1006:
            self.client.write(b"\x88\x02" + struct.pack(">H", code))
        try:
            await self.client.drain()
            self.client.write_eof()
        except OSError:
            pass
        reset(self.server)
        # A client answers the close frame before it goes.
        await asyncio.sleep(0.5)
        self.client.close()

    async def mid_frame(self):
        """The next frame; one of our own where none comes."""
        self.cut_next = True
        await asyncio.sleep(0.15)
        if not self.broken and self.frames.at_boundary:
            self.client.write(b'\x81\x7e\x02\x00{"channel":"transcript","rtstr')
            await asyncio.sleep(0.005)
            self.cut("mid_frame")

    async def delay(self, ms):
        self.log("slow", pause=ms)
        self.open.clear()
        await asyncio.sleep(ms / 1000)
        self.open.set()
        self.log("fast")


class Proxy:
    def __init__(self, host, port, log, bind, own_port):
        self.host, self.port, self.bind = host, port, bind
        self.own_port = own_port
        self.file = open(log, "w", buffering=1)
        self.sockets = {}
        self.count = 0
        self.statuses = []  # answers of the next REST calls
        self.upgrades_hang = 0
        self.first = []  # what the next WebSockets begin with: None for nothing
        self.cut_when_up = 0
        self.cut_records = 0
        self.listener = None
        self.tasks = set()

    def log(self, what, **more):
        self.file.write(json.dumps({"ms": now_ms(), "what": what, **more}) + "\n")

    def spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def listen(self):
        self.listener = await asyncio.start_server(
            self.serve, self.bind, self.own_port, reuse_address=True, limit=LIMIT, backlog=128
        )
        self.own_port = self.listener.sockets[0].getsockname()[1]

    # ---- Connections

    async def serve(self, reader, writer):
        server = None
        try:
            server_reader, server = await asyncio.open_connection(self.host, self.port, limit=LIMIT)
            for side in (writer, server):
                side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self.requests(reader, writer, server_reader, server)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            for side in (writer, server):
                if side is not None:
                    side.close()

    async def requests(self, reader, writer, server_reader, server):
        answers = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET /ws/"):
                    if answers:
                        answers.cancel()
                        await asyncio.gather(answers, return_exceptions=True)
                    return await self.websocket(head, reader, writer, server_reader, server)
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                body = await reader.readexactly(int(length[1])) if length else b""
                if self.statuses:
                    writer.write(self.statuses.pop(0))
                    self.log("answered")
                    await writer.drain()
                    continue
                if self.cut_records and RECORDS.match(head):
                    self.cut_records -= 1
                    self.log("back_fill_cut")
                    if answers:
                        answers.cancel()
                        await asyncio.gather(answers, return_exceptions=True)
                    server.write(head + body)
                    writer.write((await server_reader.read(LIMIT))[:120])
                    await writer.drain()
                    await asyncio.sleep(0.005)
                    self.cut_all("back_fill")
                    return reset(writer)
                if answers is None:
                    answers = asyncio.create_task(self.relay(server_reader, writer))
                server.write(head + body)
                await server.drain()
        finally:
            if answers:
                answers.cancel()

    async def relay(self, reader, writer):
        try:
            while data := await reader.read(LIMIT):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    async def websocket(self, head, reader, writer, server_reader, server):
        if self.upgrades_hang:
            self.upgrades_hang -= 1
            self.log("upgrade_hangs")
            await reader.read(1)  # until the client gives up
            return
        server.write(head)
        writer.write(await server_reader.readuntil(b"\r\n\r\n"))
        self.count += 1
        here = Socket(self, self.count, writer, server)
        self.sockets[here.number] = here
        work = [asyncio.create_task(here.from_server(server_reader)), asyncio.create_task(here.from_client(reader))]
        # A silent one reads nothing, so that only its client's end tells.
        gone = asyncio.create_task(self.client_gone(writer))
        try:
            await asyncio.wait([*work, gone], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in [*work, gone]:
                task.cancel()
            await asyncio.gather(*work, gone, return_exceptions=True)
            del self.sockets[here.number]
            if here.up:
                here.log("down", fault="none: one side ended")
            if not here.broken:
                reset(server)

    @staticmethod
    async def client_gone(writer):
        sock = writer.get_extra_info("socket")
        while True:
            await asyncio.sleep(0.05)
            state = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] if sock.fileno() >= 0 else 7
            # Anything but ESTABLISHED (1) and our own half-close (FIN_WAIT2: 5, FIN_WAIT1: 4).
            if state not in (1, 4, 5):
                return

    # ---- What comes next

    def first_message(self, here, data):
        if not self.first:
            return data
        text = self.first.pop(0)
        if text is None:
            return None
        here.log("odd_first")
        return b"\x81" + bytes([len(text.encode())]) + text.encode()

    def came_up(self, here):
        if self.cut_when_up:
            self.cut_when_up -= 1
            here.cut("double")

    # ---- Commands

    def cut_all(self, why):
        for here in list(self.sockets.values()):
            here.cut(why)

    async def fault(self, command):
        kind = command["fault"]
        self.calm()
        self.log("fault", **{("pause" if name == "ms" else name): value for name, value in command.items()})
        here = list(self.sockets.values())
        if kind == "close":
            await asyncio.gather(*(one.close(command["code"]) for one in here))
        elif kind == "mid_frame":
            await asyncio.gather(*(one.mid_frame() for one in here))
        elif kind == "silence":
            for one in here:
                if one.up:
                    one.open.clear()
                    one.up = False
                    one.log("down", fault="silence")
        elif kind == "delay":
            await asyncio.gather(*(one.delay(command["ms"]) for one in here))
        else:
            self.prepare(kind, command)
            refuses = kind == "refuse" and self.listener.is_serving()
            if refuses:
                self.listener.close()
            self.cut_all(kind)
            if refuses:
                await asyncio.sleep(command["ms"] / 1000)
                await self.listen()
                self.log("listening")

    def prepare(self, kind, command):
        if kind == "status":
            body = b'{"success":false,"message":"broken on purpose"}'
            extra = f"Retry-After: {command['retry_after']}\r\n" if command.get("retry_after") is not None else ""
            head = f"HTTP/1.1 {command['code']} Broken\r\nContent-Type: application/json\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
            self.statuses = [head.encode() + body] * command.get("times", 1)
        elif kind == "hanging_upgrade":
            self.upgrades_hang += 1
        elif kind == "no_first_message":
            self.first.append(None)
        elif kind == "odd_first_message":
            self.first.append(command["text"])
        elif kind == "double":
            self.cut_when_up += 1
        elif kind == "cut_back_fill":
            self.cut_records += 1
        elif kind not in ("reset", "refuse"):
            raise ValueError(f"no fault is called {kind}")

    def calm(self):
        """What was prepared and not met is dropped, so that faults do not pile up before a client that is still away."""
        self.statuses.clear()
        self.first.clear()
        self.upgrades_hang = self.cut_when_up = self.cut_records = 0


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("log")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--bind", default="127.0.0.1")
    options.add_argument("--own-port", type=int, default=0)
    given = options.parse_args()
    proxy = Proxy(given.host, given.port, given.log, given.bind, given.own_port)
    await proxy.listen()
    print(f"listening {proxy.own_port}", flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        if command == "calm":
            proxy.calm()
        else:
            proxy.spawn(proxy.fault(command))


if __name__ == "__main__":
    asyncio.run(main())
