"""What is acknowledged with a state file, and what comes again: after a kill, a close, an error, and by hand."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from support import run
from test_lifecycle import HELLO, Base

from videodb_rt import EventKind, VideodbError

# The event in hand when the process kills itself is the third of six, which came with one call.
ASYNCHRONOUS = """
    async def read():
        async with conn.connect_websocket(state_file=sys.argv[2]) as ws:
            async for ev in ws.{how}:
                seen({event})
    asyncio.run(read())
"""
KILLED = {
    "events()": (ASYNCHRONOUS.format(how="events()", event="ev"), "3 4 5 6"),
    "stream()": (ASYNCHRONOUS.format(how="stream(channel='alert')", event="ev.event"), "3 4 5 6"),
    "without asyncio": (
        """
    with conn.connect_websocket(state_file=sys.argv[2]) as ws:
        for ev in ws.events():
            seen(ev)
    """,
        "3 4 5 6",
    ),
    "batch()": (
        """
    with conn.connect_websocket(state_file=sys.argv[2]) as ws:
        while True:
            for ev in ws.batch():
                seen(ev)
    """,
        "1 2 3 4 5 6",
    ),
    "by hand": (
        """
    conn = videodb_rt.connect(api_key="sk-python-test", base_url=sys.argv[1], config={"state.ack": "manual"})
    with conn.connect_websocket(state_file=sys.argv[2]) as ws:
        for ev in ws.events():
            if ev.label == "2":
                ev.ack()
            seen(ev)
    """,
        "1 3 4 5 6",
    ),
}
SEEN = """
    def seen(event):
        if event.label == "3":
            os.kill(os.getpid(), signal.SIGKILL)
"""


class StateFile(Base):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = str(Path(folder.name) / "state")

    def opened(self, **settings):
        """A channel with the file, in a connection of its own: closed with it, it lets go of the file."""

        @contextlib.contextmanager
        def opened():
            with self.server.connect(**settings) as connection, connection.connect_websocket(state_file=self.file) as ws:
                yield ws

        return opened()

    def alerts(self, *labels):
        """A channel that sends alerts with these labels, all at once."""
        messages = ({"channel": "alert", "rtstream_id": "rts-1", "data": {"label": label}} for label in labels)
        frames = [{"opcode": "text", "text": str(message).replace("'", '"')} for message in messages]
        self.server.reset()
        self.server.websocket(*([{"frames": frames}] if frames else []), {"await": "never"})

    def again(self, count):
        """The labels of the next `count` alerts after a restart, each with whether it is marked."""
        self.alerts()
        found = []
        with self.opened(**{"state.ack": "auto"}) as ws:
            for event in ws.events():
                if event.kind == EventKind.ALERT:
                    found.append((event.label, event.is_redelivered))
                if len(found) == count:
                    break
            self.assertEqual(ws.bindings()["pipelines"], [])
        return found

    def nothing_again(self):
        self.alerts("end")
        with self.opened() as ws:
            labels = []
            while "end" not in labels:
                labels += [event.label for event in ws.batch(timeout=10) if event.kind == EventKind.ALERT]
        self.assertEqual(labels, ["end"])

    def test_killed_in_the_middle_of_what_came_at_once(self):
        for how, (code, left) in KILLED.items():
            with self.subTest(how):
                self.alerts(*"123456")
                text = textwrap.dedent(HELLO) + textwrap.dedent(SEEN) + textwrap.dedent(code)
                killed = subprocess.run([sys.executable, "-c", text, self.server.url, self.file], stderr=subprocess.PIPE, timeout=30)
                self.assertEqual(killed.returncode, -signal.SIGKILL, killed.stderr)
                labels = left.split()
                found = self.again(len(labels))
                self.assertEqual([label for label, _ in found], labels)
                self.assertTrue(all(marked for label, marked in found if label <= "3"), found)
                self.nothing_again()
                os.remove(self.file)

    def test_closed_with_events_that_were_not_handed_out(self):
        async def some():
            with self.server.connect() as connection:
                async with connection.connect_websocket(state_file=self.file) as ws:
                    async for message in ws.stream(channel="alert"):
                        if message["data"]["label"] == "2":
                            break

        self.alerts(*"1234")
        run(some())
        self.assertEqual([label for label, _ in self.again(2)], ["3", "4"])
        self.nothing_again()

    def test_an_error_while_it_is_dealt_with(self):
        def fail():
            with self.opened() as ws:
                for event in ws.events():
                    if event.label == "2":
                        raise ZeroDivisionError

        self.alerts(*"123")
        with self.assertRaises(ZeroDivisionError):
            fail()
        self.assertEqual(self.again(2), [("2", True), ("3", True)])
        self.nothing_again()

    def test_one_channel_at_a_time(self):
        self.alerts()
        with self.connection().connect_websocket(state_file=self.file):
            with self.assertRaises(VideodbError):
                self.connection().connect_websocket(state_file=self.file).open()
        with self.assertRaisesRegex(ValueError, "state.ack"):
            self.server.connect(**{"state.ack": "never"})


del Base  # or its tests would be found here too
