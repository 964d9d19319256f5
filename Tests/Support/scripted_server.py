#!/usr/bin/env python3
"""A server that does exactly what a test tells it: HTTP/1.1 and WebSocket, byte for byte, over TCP or TLS.

    scripted_server.py [--address 127.0.0.1] [--cert FILE --key FILE] [--script FILE]

Listens on a free port and prints `listening PORT`. Ends when stdin closes, or on SIGTERM. Standard library only.

CONTROL. One JSON object a line on stdin, one JSON object a line back: {"ok": true, ...} or {"ok": false, "error": "..."}.

    {"do": "rules", "rules": [RULE, ...]}   adds rules; one for the same listener and request line replaces the old one
    {"do": "reset"}                         forgets rules, records and gates
    {"do": "requests"}                      every request so far: method, target, path, query, headers, body, json, ...
    {"do": "frames"}                        every WebSocket frame that clients sent: opcode, fin, rsv, masked, text, hex, code
    {"do": "wait", "for": "requests", "count": 3, "timeout_ms": 5000}
                                            until there are that many: requests, frames, connections (accepted so far),
                                            or "closed": until no more than `count` connections are open
    {"do": "go", "gate": "name"}            lets one {"await": "name"} step pass
    {"do": "listen", "name": "foreign", "address": "127.0.0.2", "cert": F, "key": F}
                                            one more listener; gives {"port": N}. "kind": "deaf" accepts and never says a word,
                                            "full" lets no connection come up
    {"do": "status"}                        {accepted, open, complaints: [...]}

RULE: {"on": "GET /rtstream", "listener": "main", "answers": [ANSWER, ...]}. The n-th matching request gets the n-th answer; the last
answer repeats. The method may be `*`, the path may end in `*`; the newest rule that matches is taken. Without one: 404.
{"on": "CONNECTION", ...} plays its steps as soon as a connection is there. In all strings of a rule @PORT@ stands for the port of
the main listener and @PORT:name@ for that of another.

ANSWER: one step or a list of steps.

    {"status": 200, "headers": {...}, "json": ... | "text": "..." | "hex": "..." | "repeat": {"text": "x", "times": n}}
        also "reason", "version", "chunked": true, "content_length": n (a wrong one, or null for none), "keep_alive": false,
        "body_pause_ms": n
    {"send": "bytes as text"}  {"send_hex": "0d0a"}  {"sleep_ms": n}  {"await": "gate"}
    {"close": true}  {"reset": true}  {"hang": true}  {"tunnel": true} (for CONNECT)
    {"deaf": true}: nothing that the client sends from now on arrives or is acknowledged
    {"upgrade": true}, or {"upgrade": {"status", "reason", "status_line", "accept", "without": ["Upgrade"], "headers", "flood": n}},
        and "then_hex": bytes that go out in one piece with the answer
    {"json": ...} {"text": "..."} {"hex": "..."} {"repeat": ...}     a text message
    {"frame": {"opcode", "fin", "rsv", "mask", "length_form", "length", and a payload}}  {"frames": [...]}
    {"ping": "text"}  {"close_frame": 1000} or {"close_frame": {"code": 1000, "reason": "..."}}; code null: empty
    {"flood": {"count": n, "rate": per second, and a payload in which {n} counts}}
    {"expect_frame": {"opcode": "pong", "text": "...", "within_ms": 5000}}
    {"pongs": false}  {"answers_close": false}                       what the server otherwise does by itself

What sends bytes also takes "chop": n (in pieces of n bytes), "pause_ms" (between them), and "cut": n (only the first n bytes, then
the connection ends, with "cut_with": "reset" abruptly).
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import ssl
import sys
import threading

from scripted.session import Session


class Rule:
    def __init__(self, spec):
        self.on = spec["on"]
        self.listener = spec.get("listener", "main")
        self.answers = [answer if isinstance(answer, list) else [answer] for answer in spec["answers"]]
        self.used = 0

    def matches(self, listener, method, path):
        if listener != self.listener or self.on == "CONNECTION":
            return False
        wanted_method, _, wanted_path = self.on.partition(" ")
        if wanted_method not in ("*", method):
            return False
        return path.startswith(wanted_path[:-1]) if wanted_path.endswith("*") else path == wanted_path

    def next(self):
        answer = self.answers[min(self.used, len(self.answers) - 1)]
        self.used += 1
        return answer


class Server:
    def __init__(self, address):
        self.address = address
        self.ports = {}
        self.held = []
        self.changed = None
        self.accepted = 0
        self.open = 0
        self.forget()

    def forget(self):
        self.rules = []
        self.requests = []
        self.frames = []
        self.gates = {}
        self.complaints = []

    # ---- what sessions ask

    def greeting(self, listener):
        return next((rule.next() for rule in reversed(self.rules) if rule.on == "CONNECTION" and rule.listener == listener), None)

    def answer_for(self, listener, request):
        for rule in reversed(self.rules):
            if rule.matches(listener, request.method, request.path):
                return rule.next()
        return [{"status": 404, "json": {"success": False, "message": f"no rule for {request.method} {request.path}"}}]

    async def record_request(self, session, request):
        self.requests.append({"listener": session.listener, "connection": session.number, **request.record()})
        await self.notify()

    async def record_frame(self, session, frame):
        self.frames.append({"connection": session.number, **frame.record()})
        await self.notify()

    def complain(self, text):
        self.complaints.append(text)

    async def gate(self, name):
        async with self.changed:
            await self.changed.wait_for(lambda: self.gates.get(name, 0) > 0)
            self.gates[name] -= 1

    async def notify(self):
        async with self.changed:
            self.changed.notify_all()

    # ---- listeners

    async def listen(self, name, address=None, cert=None, key=None, kind="http"):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address or self.address, 0))
        self.ports[name] = sock.getsockname()[1]
        if kind == "http":
            context = None
            if cert:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(cert, key)
            self.held.append(await asyncio.start_server(lambda r, w: self.serve(name, r, w), sock=sock, ssl=context, backlog=1024))
        else:
            sock.listen(0 if kind == "full" else 128)
            self.held.append(sock)
            # The queue of a listener that nobody accepts from holds one; the kernel then drops what comes.
            for _ in range(2 if kind == "full" else 0):
                filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                filler.setblocking(False)
                filler.connect_ex(sock.getsockname())
                self.held.append(filler)
        return self.ports[name]

    async def serve(self, name, reader, writer):
        self.accepted += 1
        self.open += 1
        await self.notify()
        try:
            await Session(self, name, self.accepted, reader, writer).run()
        except Exception as error:  # a script that is wrong must be seen by the test that wrote it
            self.complain(f"{type(error).__name__}: {error}")
            writer.transport.abort()
        finally:
            self.open -= 1
            await self.notify()

    # ---- control

    def with_ports(self, text):
        text = text.replace("@PORT@", str(self.ports["main"]))
        for name, port in self.ports.items():
            text = text.replace(f"@PORT:{name}@", str(port))
        return text

    async def wait(self, what, count, timeout_ms=5000):
        reached = {
            "requests": lambda: len(self.requests) >= count,
            "frames": lambda: len(self.frames) >= count,
            "connections": lambda: self.accepted >= count,
            "closed": lambda: self.open <= count,
        }[what]
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(reached), timeout_ms / 1000)

    async def control(self, line):
        command = json.loads(self.with_ports(line))
        do = command.pop("do")
        if do == "rules":
            for spec in command["rules"]:
                rule = Rule(spec)
                self.rules = [old for old in self.rules if (old.on, old.listener) != (rule.on, rule.listener)] + [rule]
            return {}
        if do == "reset":
            self.forget()
            return {}
        if do == "requests":
            return {"requests": self.requests}
        if do == "frames":
            return {"frames": self.frames}
        if do == "wait":
            await self.wait(command["for"], command["count"], command.get("timeout_ms", 5000))
            return {}
        if do == "go":
            self.gates[command["gate"]] = self.gates.get(command["gate"], 0) + 1
            await self.notify()
            return {}
        if do == "listen":
            return {"port": await self.listen(**command)}
        if do == "status":
            return {"accepted": self.accepted, "open": self.open, "complaints": self.complaints}
        raise ValueError(f"cannot do {do!r}")

    async def answer_control(self, line):
        try:
            reply = {"ok": True, **await self.control(line)}
        except Exception as error:
            reply = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


def read_lines(on_line, on_end):
    """Reads stdin on a thread of its own: it may be a pipe, a terminal or a file."""

    def loop():
        pending = b""
        while data := os.read(0, 1 << 16):
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                if line.strip():
                    on_line(line.decode())
        on_end()

    threading.Thread(target=loop, daemon=True).start()


async def main():
    parser = argparse.ArgumentParser(description="Plays HTTP and WebSocket as a script tells it. See the top of this file.")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--script", help="file with a JSON array of rules to begin with")
    options = parser.parse_args()

    loop = asyncio.get_running_loop()
    # A client that refuses our certificate is a thing tests do; asyncio need not print it.
    loop.set_exception_handler(lambda *_: None)
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    server = Server(options.address)
    server.changed = asyncio.Condition()
    port = await server.listen("main", cert=options.cert, key=options.key)
    if options.script:
        with open(options.script, encoding="utf-8") as file:
            await server.control(json.dumps({"do": "rules", "rules": json.load(file)}))
    print(f"listening {port}", flush=True)
    commands = asyncio.Queue()
    read_lines(lambda line: loop.call_soon_threadsafe(commands.put_nowait, line), lambda: loop.call_soon_threadsafe(done.set))

    async def answer_all():
        while True:
            await server.answer_control(await commands.get())

    answering = asyncio.create_task(answer_all())
    await done.wait()
    answering.cancel()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        # The reading thread may sit in os.read: nothing of it is left to save.
        sys.stdout.flush()
        os._exit(0)
