"""One connection: reads requests, records them, and runs the steps that the script has for each."""

import asyncio
import ctypes
import socket
import struct

from . import frames, http1

HEAD_LIMIT = 1 << 20


class Gone(Exception):
    """The connection has ended, by either side."""


class Session:
    def __init__(self, server, listener, number, reader, writer):
        self.server = server
        self.listener = listener
        self.number = number
        self.reader = reader
        self.writer = writer
        self.buffer = bytearray()
        self.pongs = True
        self.answers_close = True
        self.frame_seen = asyncio.Condition()
        self.client_frames = []
        self.watcher = None
        self.sending = asyncio.Lock()  # a pong must not land inside a frame that is sent in pieces

    # ---- bytes

    async def more(self):
        data = await self.reader.read(65536)
        if not data:
            raise Gone
        self.buffer += data

    async def until(self, mark):
        while (at := self.buffer.find(mark)) < 0:
            if len(self.buffer) > HEAD_LIMIT:
                raise Gone
            await self.more()
        taken = bytes(self.buffer[: at + len(mark)])
        del self.buffer[: at + len(mark)]
        return taken

    async def exactly(self, count):
        while len(self.buffer) < count:
            await self.more()
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    async def send(self, data, spec=None):
        """Writes, in pieces of `chop` bytes with `pause_ms` between them where the spec says so."""
        spec = spec or {}
        if "cut" in spec and spec["cut"] < len(data):
            self.writer.write(data[: spec["cut"]])
            await self.writer.drain()
            await self.end(reset=spec.get("cut_with") == "reset")
        chop = spec.get("chop", 0) or len(data)
        async with self.sending:
            for at in range(0, len(data), chop or 1):
                if at:
                    # Lets the piece leave before the next one; with TCP_NODELAY each goes out on its own.
                    await asyncio.sleep(spec.get("pause_ms", 0) / 1000)
                self.writer.write(data[at : at + chop])
                await self.writer.drain()

    async def end(self, reset=False):
        if reset:
            sock = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        else:
            self.writer.close()
        raise Gone

    # ---- requests

    async def request(self):
        head = await self.until(b"\r\n\r\n")
        probe = http1.Request(head, b"")
        body = b""
        complete = True
        try:
            if (probe.header("expect") or "").lower() == "100-continue":
                await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if (probe.header("transfer-encoding") or "").lower() == "chunked":
                while size := int(await self.until(b"\r\n"), 16):
                    body += (await self.exactly(size + 2))[:-2]
                await self.until(b"\r\n")
            elif length := int(probe.header("content-length") or 0):
                body = await self.exactly(length)
        except Gone:
            complete = False
        request = http1.Request(head, body, complete)
        await self.server.record_request(self, request)
        if not complete:
            raise Gone
        return request

    async def run(self):
        sock = self.writer.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        greeting = self.server.greeting(self.listener)
        try:
            if greeting is not None:
                await self.play(greeting, None)
            while True:
                request = await self.request()
                if not await self.play(self.server.answer_for(self.listener, request), request):
                    await self.end()
        except (Gone, ConnectionError, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            if self.watcher:
                self.watcher.cancel()
            self.writer.transport.abort() if self.writer.is_closing() else self.writer.close()

    async def play(self, steps, request):
        """Runs the steps; true if another request may follow on this connection."""
        keep = True
        for step in steps:
            keep = await self.step(step, request) is not False
        if self.watcher:
            await self.peer_gone()
        return keep and (request is None or (request.header("connection") or "").lower() != "close")

    async def step(self, step, request):
        for verb, handler in STEPS:
            if verb in step:
                return await handler(self, step, request)
        raise ValueError(f"no step has any of {sorted(step)}")

    # ---- steps of HTTP and of bare bytes

    async def step_answer(self, step, _request):
        head, body, keep = http1.answer_bytes(step)
        if "body_pause_ms" in step:
            await self.send(head)
            await asyncio.sleep(step["body_pause_ms"] / 1000)
            await self.send(body, step)
        else:
            await self.send(head + body, step)
        return keep

    async def step_send(self, step, _request):
        await self.send(step["send"].encode("utf-8"), step)

    async def step_send_hex(self, step, _request):
        await self.send(bytes.fromhex(step["send_hex"]), step)

    async def step_sleep(self, step, _request):
        await asyncio.sleep(step["sleep_ms"] / 1000)

    async def step_await(self, step, _request):
        await self.server.gate(step["await"])

    async def step_close(self, _step, _request):
        await self.end()

    async def step_reset(self, _step, _request):
        await self.end(reset=True)

    async def step_hang(self, _step, _request):
        await self.peer_gone()

    async def step_deaf(self, _step, _request):
        """What arrives from now on is dropped by the kernel, as if the network were another one: it is not even acknowledged."""
        drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: return 0 bytes
        program = struct.pack("HxxxxxxP", 1, ctypes.addressof(drop_all))
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER

    async def step_tunnel(self, _step, request):
        """CONNECT: the bytes go to the host that the client named, as a proxy has them."""
        host, _, port = request.target.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        await self.send(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def pump(source, sink):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.close()

        await asyncio.gather(pump(self.reader, writer), pump(reader, self.writer), return_exceptions=True)
        raise Gone

    async def peer_gone(self):
        if self.watcher:
            await asyncio.wait([self.watcher])
            raise Gone
        while True:
            await self.more()
            self.buffer.clear()

    # ---- steps of a WebSocket

    async def step_upgrade(self, step, request):
        spec = step["upgrade"] if isinstance(step["upgrade"], dict) else {}
        head = http1.upgrade_bytes(spec, request.header("sec-websocket-key"))
        await self.send(head + bytes.fromhex(spec.get("then_hex", "")), spec)
        self.watcher = asyncio.create_task(self.watch())

    async def watch(self):
        """Reads the client's frames, records them, and answers pings and closes as a peer should, unless told not to."""
        try:
            while True:
                while frame := frames.take(self.buffer):
                    await self.on_frame(frame)
                await self.more()
        except (Gone, OSError):
            pass
        async with self.frame_seen:
            self.frame_seen.notify_all()

    async def on_frame(self, frame):
        await self.server.record_frame(self, frame)
        async with self.frame_seen:
            self.client_frames.append(frame)
            self.frame_seen.notify_all()
        if frame.opcode == 9 and self.pongs:
            await self.send(frames.encode(frame.payload, "pong"))
        elif frame.opcode == 8 and self.answers_close:
            await self.send(frames.encode(frame.payload[:2], "close"))
            self.writer.close()

    async def step_text(self, step, _request):
        await self.send(frames.encode(http1.payload_of(step), "text"), step)

    async def step_ping(self, step, _request):
        await self.send(frames.encode(step["ping"].encode(), "ping"), step)

    async def step_close_frame(self, step, _request):
        spec = step["close_frame"]
        code, reason = (spec.get("code"), spec.get("reason", "")) if isinstance(spec, dict) else (spec, "")
        await self.send(frames.encode(frames.close_payload(code, reason), "close"), step)

    async def step_frame(self, step, _request):
        await self.send(frame_bytes(step["frame"]), step)

    async def step_frames(self, step, _request):
        """Several frames as one run of bytes, so that `chop` also splits between them."""
        await self.send(b"".join(frame_bytes(spec) for spec in step["frames"]), step)

    async def step_flood(self, step, _request):
        spec = step["flood"]
        template = http1.payload_of(spec).decode()
        rate = spec.get("rate", 0)
        clock = asyncio.get_running_loop().time
        start = clock()
        batch = []
        for n in range(spec["count"]):
            batch.append(frames.encode(template.replace("{n}", str(n)).encode()))
            if len(batch) == 64 or rate:
                self.writer.write(b"".join(batch))
                batch.clear()
                await self.writer.drain()
                if rate:
                    await asyncio.sleep(max(0, start + (n + 1) / rate - clock()))
        self.writer.write(b"".join(batch))
        await self.writer.drain()

    async def step_expect_frame(self, step, _request):
        """Waits for a frame of the client: {"opcode": "pong", "text": "..."}. Ends the connection when it does not come."""
        spec = step["expect_frame"]

        def found():
            return any(
                frame.name == spec["opcode"]
                and spec.get("text", frame.payload.decode("latin-1")) == frame.payload.decode("latin-1")
                for frame in self.client_frames
            )

        async with self.frame_seen:
            waiting = self.frame_seen.wait_for(lambda: found() or self.watcher.done())
            try:
                await asyncio.wait_for(waiting, spec.get("within_ms", 5000) / 1000)
            except TimeoutError:
                pass
        if not found():
            self.server.complain(f"no {spec} came on connection {self.number}")
            await self.end(reset=True)

    async def step_pongs(self, step, _request):
        self.pongs = step["pongs"]

    async def step_answers_close(self, step, _request):
        self.answers_close = step["answers_close"]


def frame_bytes(spec):
    mask = bytes.fromhex(spec["mask"]) if "mask" in spec else None
    payload = frames.close_payload(spec["code"], spec.get("reason", "")) if "code" in spec else http1.payload_of(spec)
    return frames.encode(
        payload,
        spec.get("opcode", "text"),
        spec.get("fin", True),
        spec.get("rsv", 0),
        mask,
        spec.get("length_form"),
        spec.get("length"),
    )


# The first verb that a step has decides; `status` stands before `json` and `text`, which an answer also has.
STEPS = [
    ("status", Session.step_answer),
    ("upgrade", Session.step_upgrade),
    ("frames", Session.step_frames),
    ("frame", Session.step_frame),
    ("flood", Session.step_flood),
    ("expect_frame", Session.step_expect_frame),
    ("close_frame", Session.step_close_frame),
    ("ping", Session.step_ping),
    ("send", Session.step_send),
    ("send_hex", Session.step_send_hex),
    ("sleep_ms", Session.step_sleep),
    ("await", Session.step_await),
    ("close", Session.step_close),
    ("reset", Session.step_reset),
    ("hang", Session.step_hang),
    ("deaf", Session.step_deaf),
    ("tunnel", Session.step_tunnel),
    ("pongs", Session.step_pongs),
    ("answers_close", Session.step_answers_close),
    ("text", Session.step_text),
    ("json", Session.step_text),
    ("hex", Session.step_text),
    ("repeat", Session.step_text),
]
