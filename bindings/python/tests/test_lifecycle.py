"""Ctrl-C, fork, the end of the interpreter, threads and garbage collection, in any order."""

import contextlib
import gc
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest

from support import KEY, ScriptedServer, child, line_of, until

import videodb_rt
from videodb_rt import Operation, Status, VideodbError

COLLECTION = {"status": 200, "json": {"success": True, "data": {"id": "c-1", "name": "all"}}}
HELLO = """
    import asyncio, atexit, gc, os, signal, sys, threading, time
    import videodb_rt
    conn = videodb_rt.connect(api_key="sk-python-test", base_url=sys.argv[1] if len(sys.argv) > 1 else os.environ["BASE"])
"""


def numbered(count):
    return {"flood": {"count": count, "text": '{"channel":"transcript","data":{"text":"t","n":{n}}}'}}


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = ScriptedServer()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.server.reset()
        self.server.on("GET /collection/default", COLLECTION)

    def connection(self, **settings):
        connection = self.server.connect(**settings)
        self.addCleanup(connection.close)
        return connection

    def child(self, code):
        return child(textwrap.dedent(HELLO) + textwrap.dedent(code), BASE=self.server.url)


class CtrlC(Base):
    def interrupted(self, code, ready):
        """SIGINT while the code waits: it ends with KeyboardInterrupt, at once."""
        # What a shell started in the background ignores SIGINT, and so do its children.
        heard = "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        text = textwrap.dedent(HELLO) + heard + textwrap.dedent(code)
        process = subprocess.Popen([sys.executable, "-c", text, self.server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            ready(process)
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
            took = time.monotonic() - sent
        finally:
            process.kill()
            process.wait()
        self.assertIn("KeyboardInterrupt", err)
        self.assertLess(took, 8)  # and not the 10 or 30 s that the waits would last
        return out

    def test_in_a_call(self):
        self.server.on("GET /collection/default", {"hang": True})
        self.interrupted("conn.get_collection()", lambda _: self.server.do("wait", **{"for": "requests"}, count=1))

    def test_while_a_channel_opens(self):
        self.server.on("GET /collection/default/websocket", {"hang": True})
        self.interrupted("conn.connect_websocket().open()", lambda _: self.server.do("wait", **{"for": "requests"}, count=1))

    def test_while_events_are_waited_for(self):
        self.server.websocket({"await": "never"})
        code = """
            with conn.connect_websocket() as ws:
                print("open", flush=True)
                for ev in ws.stream():
                    pass
        """
        self.interrupted(code, lambda process: line_of(process.stdout, 10, "the child"))

    def test_in_asyncio(self):
        self.server.websocket({"await": "never"})
        code = """
            async def main():
                async with conn.connect_websocket() as ws:
                    print("open", flush=True)
                    async for ev in ws.stream():
                        pass
            asyncio.run(main())
        """
        self.interrupted(code, lambda process: line_of(process.stdout, 10, "the child"))

    def test_in_a_call_that_runs_in_a_thread_of_asyncio(self):
        self.server.on("GET /collection/default", {"hang": True})
        code = "asyncio.run(videodb_rt.to_thread(conn.get_collection))"
        self.interrupted(code, lambda _: self.server.do("wait", **{"for": "requests"}, count=1))


class Operations(Base):
    def test_a_deadline(self):
        self.server.on("GET /collection/default", {"hang": True})
        connection = self.connection()
        with Operation(timeout=0.2), self.assertRaises(videodb_rt.RequestTimeoutError) as raised:
            connection.get_collection()
        self.assertEqual(raised.exception.status, Status.E_TIMEOUT)

    def test_the_setting_is_the_limit_without_one(self):
        self.server.on("GET /collection/default", {"hang": True})
        connection = self.connection(**{"http.timeout_ms": 200})
        with self.assertRaises(videodb_rt.RequestTimeoutError):
            connection.get_collection()

    def test_cancel_from_another_thread(self):
        self.server.on("GET /collection/default", {"hang": True})
        connection = self.connection()
        operation = Operation()

        def cancel():
            self.server.do("wait", **{"for": "requests"}, count=1)
            operation.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        with operation, self.assertRaises(videodb_rt.CancelledError):
            connection.get_collection()
        thread.join()
        self.server.on("GET /collection/default", COLLECTION)
        with operation, self.assertRaises(videodb_rt.CancelledError):
            connection.get_collection()
        connection.get_collection()  # outside of it

    def test_of_another_thread_does_not_count(self):
        connection = self.connection()
        cancelled = Operation()
        cancelled.cancel()
        names = []
        with cancelled:
            thread = threading.Thread(target=lambda: names.append(connection.get_collection().name))
            thread.start()
            thread.join()
        self.assertEqual(names, ["all"])


class Fork(Base):
    def test_a_child_is_refused_and_can_make_its_own(self):
        self.server.websocket(numbered(20), {"await": "never"})
        said = self.child("""
            ws = conn.connect_websocket().open()
            events = iter(ws.stream())
            first = next(events)          # the others of its batch are taken, and still the parent's
            pid = os.fork()
            if pid == 0:
                try:
                    next(events)
                except videodb_rt.VideodbError as error:
                    assert error.status == videodb_rt.Status.E_FORKED, error
                else:
                    os._exit(1)
                try:
                    conn.get_collection()
                except videodb_rt.VideodbError as error:
                    assert error.status == videodb_rt.Status.E_FORKED, error
                else:
                    os._exit(2)
                conn.close()
                own = videodb_rt.connect(api_key="sk-python-test", base_url=os.environ["BASE"])
                if own.get_collection().name != "all":
                    os._exit(3)
                with own.connect_websocket() as mine:
                    if next(iter(mine.stream()))["data"]["n"] != 0:
                        os._exit(4)
                own.close()
                del first, events, ws, conn, own
                gc.collect()
                sys.exit(0)
            _, status = os.waitpid(pid, 0)
            assert status == 0, status
            rest = [next(events)["data"]["n"] for _ in range(19)]
            assert rest == list(range(1, 20)), rest
            print(conn.get_collection().name)
        """)
        self.assertEqual(said, "all\n")

    def test_multiprocessing(self):
        said = self.child("""
            import multiprocessing
            conn.get_collection()
            ws = conn.connect_websocket()
            def work(n):
                own = videodb_rt.connect(api_key="sk-python-test", base_url=os.environ["BASE"])
                return own.get_collection().name + str(n)
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(pool.map(work, range(3)))
            conn.get_collection()
        """)
        self.assertEqual(said, "['all0', 'all1', 'all2']\n")


class EndOfTheInterpreter(Base):
    """It comes at once, without a word on standard error, and the server is told."""

    def ends(self, code, closes=True):
        self.server.websocket(numbered(300), {"await": "never"})
        began = time.monotonic()
        text = textwrap.dedent(HELLO) + textwrap.dedent(code)
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "ignore", "-c", text, self.server.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertLess(time.monotonic() - began, 10)
        if closes:
            until(lambda: [f for f in self.server.frames() if f["opcode"] == "close" and f["code"] == 1000], "a close frame")

    def test_with_an_open_channel(self):
        self.ends("ws = conn.connect_websocket().open()")

    def test_in_the_middle_of_events(self):
        self.ends("""
            ws = conn.connect_websocket().open()
            events = iter(ws.stream())
            kept = [next(events) for _ in range(5)]
            cycle = [ws, kept]; cycle.append(cycle)
        """)

    def test_with_daemon_threads_in_calls_and_waits(self):
        self.server.on("GET /collection/c-slow", {"hang": True})
        self.ends("""
            ws = conn.connect_websocket().open()
            taken = threading.Event()
            def read():
                for ev in ws.stream():
                    taken.set()
            threading.Thread(target=read, daemon=True).start()
            threading.Thread(target=lambda: conn.get_collection("c-slow"), daemon=True).start()
            threading.excepthook = lambda _: None
            assert taken.wait(10)
        """)

    def test_with_an_asynchronous_loop_left_open(self):
        self.ends("""
            async def main():
                ws = await conn.connect_websocket().connect()
                global kept
                kept = ws.stream()
                await kept.__anext__()
            loop = asyncio.new_event_loop()
            loop.set_debug(False)  # it tells what takes long, which on a busy machine anything can
            loop.run_until_complete(main())
        """)

    def test_with_calls_in_atexit(self):
        self.ends("""
            ws = conn.connect_websocket().open()
            def late():
                conn.get_collection()
                assert next(iter(ws.stream()))["data"]["n"] == 0
                ws.shutdown()
                conn.close()
            atexit.register(late)
        """)

    def test_from_another_thread(self):
        self.ends("""
            def work():
                global ws
                ws = conn.connect_websocket().open()
            thread = threading.Thread(target=work)
            thread.start()
        """)

    def test_by_os_exit(self):
        self.ends("ws = conn.connect_websocket().open(); os._exit(0)", closes=False)

    def test_with_the_module_s_globals_gone(self):
        self.ends("""
            ws = conn.connect_websocket().open()
            kept = ws.batch(5)
            for name in [n for n in sys.modules if n.startswith("videodb_rt")]:
                del sys.modules[name]
            del videodb_rt
        """)


class Threads(Base):
    def test_the_gil_is_not_held_while_waiting(self):
        self.server.on("GET /collection/default", {"hang": True})
        self.server.websocket({"await": "never"})
        connection = self.connection()
        ws = connection.connect_websocket().open()
        waits = [lambda: connection.get_collection(), lambda: ws.batch(timeout=2)]
        for wait in waits:
            ended = threading.Event()

            def work(wait=wait, ended=ended):
                with contextlib.suppress(VideodbError), Operation(timeout=2):
                    wait()
                ended.set()

            thread = threading.Thread(target=work)
            thread.start()
            longest, last = 0.0, time.monotonic()
            while not ended.is_set():
                now = time.monotonic()
                longest, last = max(longest, now - last), now
            thread.join()
            self.assertLess(longest, 1.5)  # of two seconds

    def test_many_calls_at_once(self):
        connection = self.connection()
        names, errors = [], []

        def work():
            try:
                for _ in range(20):
                    names.append(connection.get_collection().name)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual((errors, len(names)), ([], 160))

    def test_calls_of_the_main_thread_keep_their_connection(self):
        connection = self.connection()
        before = self.server.do("status")["accepted"]
        for _ in range(20):
            connection.get_collection()
        self.assertEqual(self.server.do("status")["accepted"] - before, 1)

    def test_several_threads_read_one_channel(self):
        count = 5000
        self.server.websocket(numbered(count), {"close_frame": 1000})
        ws = self.connection().connect_websocket().open()
        seen = [[] for _ in range(4)]

        def read(mine):
            for event in ws.stream():
                mine.append(event["data"]["n"])

        threads = [threading.Thread(target=read, args=(mine,)) for mine in seen]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(sorted(n for mine in seen for n in mine), list(range(count)))
        for mine in seen:
            self.assertEqual(mine, sorted(mine))

    def test_closing_while_others_wait(self):
        for what in ("the channel", "the handle of the channel", "the connection"):
            with self.subTest(what):
                self.server.websocket({"await": "never"})
                connection = self.connection()
                ws = connection.connect_websocket().open()
                results = []

                def read(ws=ws, results=results):
                    try:
                        results.append(list(ws.stream()))
                    except VideodbError as error:
                        results.append(error)

                threads = [threading.Thread(target=read) for _ in range(3)]
                for thread in threads:
                    thread.start()
                if what == "the channel":
                    ws.shutdown()
                elif what == "the connection":
                    connection.close()
                else:
                    ws._reader.channel.close()
                for thread in threads:
                    thread.join(10)
                    self.assertFalse(thread.is_alive())
                self.assertEqual(len(results), 3)


class Garbage(Base):
    def test_in_any_order(self):
        """Everything that has a handle, dropped in every order there is luck for, with and without cycles."""
        chance = random.Random(7)
        for turn in range(40):
            self.server.websocket(numbered(20), {"await": "never"})
            connection = self.server.connect()
            ws = connection.connect_websocket().open()
            stream = iter(ws.stream())
            things = {
                "connection": connection,
                "ws": ws,
                "stream": stream,
                "message": next(stream),
                "batch": ws.batch(5),
                "operation": Operation(timeout=1),
                "records": connection.each("rtstream_list"),
            }
            del connection, ws, stream
            if turn % 2:
                cycle = list(things.values())
                cycle.append(cycle)
                del cycle
            names = list(things)
            chance.shuffle(names)
            for name in names:
                del things[name]
                if chance.random() < 0.3:
                    gc.collect()
            gc.collect()

    def test_events_outlive_everything(self):
        self.server.websocket(numbered(3), {"close_frame": 1000})
        connection = self.server.connect()
        with connection.connect_websocket() as ws:
            events = list(ws.events())
        connection.close()
        del connection, ws
        gc.collect()
        self.assertEqual([event.data["n"] for event in events if not event.is_own], [0, 1, 2])
        self.assertEqual(events[0].message()["channel"], "transcript")

    def test_nothing_is_left(self):
        """No descriptor and no thread after channels and clients were opened and dropped."""

        def counts():
            gc.collect()
            return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

        def round():
            self.server.websocket(numbered(3), {"await": "never"})
            connection = self.server.connect()
            connection.get_collection()
            ws = connection.connect_websocket().open()
            next(iter(ws.stream()))

        round()
        until(lambda: counts()[1] <= threading.active_count(), "the I/O thread has ended")
        before = counts()
        for _ in range(20):
            round()
        until(lambda: counts()[0] <= before[0] and counts()[1] <= before[1], f"no more than {before}, but {counts()}")

    def test_what_was_closed_says_so(self):
        connection = self.server.connect()
        connection.close()
        connection.close()
        with self.assertRaises(VideodbError) as raised:
            connection.get_collection()
        self.assertEqual(raised.exception.status, Status.E_CLOSED)
        ws = connection.connect_websocket()
        with self.assertRaises(VideodbError):
            ws.open()

    def test_no_secret_is_shown(self):
        connection = self.connection()
        self.server.websocket()
        with connection.connect_websocket() as ws:
            shown = [repr(connection), repr(ws), str(vars(ws))]
        self.server.on("GET /collection/default", {"status": 401, "json": {"success": False, "message": f"no key {KEY}"}})
        with self.assertRaises(videodb_rt.AuthenticationError) as raised:
            connection.get_collection()
        shown += [str(raised.exception), raised.exception.response.text]
        self.assertNotIn(KEY, "".join(shown))
        self.assertNotIn("/ws", ws.__repr__())
