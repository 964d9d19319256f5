"""What the tests are made of: the scripted server, the local service, waiting for a condition."""

import asyncio
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import videodb_rt

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk-python-test"


# Channels end where the server ends them.
ONCE = {"reconnect.enabled": False}

figures = []


def figure(text):
    """A number worth to be seen: run.py prints them all in one line at the end."""
    figures.append(text)


def until(condition, what, seconds=10):
    """Waits for a condition; gives what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"after {seconds} s still not: {what}")


def line_of(stream, seconds, what):
    ready, _, _ = select.select([stream], [], [], seconds)
    line = stream.readline() if ready else ""
    if not line:
        raise AssertionError(f"{what} said nothing within {seconds} s")
    return line


class ScriptedServer:
    """Tests/Support/scripted_server.py as a child process. Any thread may command it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "Tests/Support/scripted_server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(line_of(self.process.stdout, 20, "the scripted server").split()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._lock = threading.Lock()

    def do(self, what, **rest):
        with self._lock:
            self.process.stdin.write(json.dumps({"do": what, **rest}) + "\n")
            self.process.stdin.flush()
            reply = json.loads(line_of(self.process.stdout, 20, "the scripted server"))
        if not reply["ok"]:
            raise AssertionError(f"{what}: {reply['error']}")
        return reply

    def on(self, line, *answers):
        self.do("rules", rules=[{"on": line, "answers": list(answers)}])

    def websocket(self, *steps):
        """Channels are opened, get the connection id conn-1, and then what the steps are."""
        self.on(
            "GET /collection/default/websocket",
            {"status": 200, "json": {"success": True, "data": {"websocket_url": "ws://127.0.0.1:@PORT@/ws"}}},
        )
        self.on("GET /ws", [{"upgrade": True}, {"json": {"connection_id": "conn-1"}}, *steps])

    def requests(self):
        return self.do("requests")["requests"]

    def frames(self):
        return self.do("frames")["frames"]

    def reset(self):
        self.do("reset")

    def connect(self, api_key=KEY, **settings):
        """A connection to it, whose channels do not connect again by themselves."""
        return videodb_rt.connect(api_key=api_key, base_url=self.url, config={**ONCE, **settings})

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def local_service_program():
    named = os.environ.get("VDBRT_LOCAL_SERVICE", str(ROOT / "build/bin/videodb-rt-local"))
    return named if os.access(named, os.X_OK) else None


class LocalService:
    """videodb-rt-local on a free port, with a data folder and a key of its own."""

    def __init__(self, *arguments):
        self.folder = tempfile.TemporaryDirectory(prefix="videodb-rt-python-")
        self.key = "sk-local-python"
        self.log = Path(self.folder.name) / "log"
        self.process = subprocess.Popen(
            [local_service_program(), "--port", "0", "--data-dir", Path(self.folder.name) / "data", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            env={**os.environ, "VIDEO_DB_API_KEY": self.key},
            text=True,
        )
        self.url = line_of(self.process.stdout, 30, "the local service").split()[1]

    def connect(self, **settings):
        return videodb_rt.connect(api_key=self.key, base_url=self.url, config=settings)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


def child(code, timeout=30, **environment):
    """Runs Python code in a process of its own; gives what it printed. It has to end with 0."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=timeout,
    )
    if done.returncode != 0:
        raise AssertionError(f"it ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def run(coroutine, seconds=20):
    """asyncio.run with a deadline."""

    async def limited():
        return await asyncio.wait_for(coroutine, seconds)

    return asyncio.run(limited())


def code_blocks(path, language="python"):
    """The code blocks of a Markdown file in a language, as (line, code)."""
    blocks = []
    text = Path(path).read_text(encoding="utf-8")
    for match in re.finditer(rf"^([ \t]*)```{language}\b[^\n]*\n(.*?)^\1```[ \t]*$", text, flags=re.S | re.M):
        line = text.count("\n", 0, match.start()) + 2
        blocks.append((line, textwrap.dedent(match.group(2))))
    return blocks
