"""Event channels: with asyncio and without, their ends, their names, what is never lost."""

import asyncio
import copy
import json
import logging
import pickle
import random
import time

from support import run, until
from test_lifecycle import Base, numbered

import videodb_rt
from videodb_rt import ConnectionClosedError, EventKind, Status


def said(channel, text="hi", **members):
    return {"json": {"channel": channel, "rtstream_id": "rts-1", "data": {"text": text}, **members}}


class WithAsyncio(Base):
    def test_receive_and_stream(self):
        """receive() gives what the server sent, stream() the names of the specification."""
        steps = [
            said("visual_index"),
            said("spoken_index"),
            said("transcript"),
            {"json": {"type": "alert", "label": "x"}},
            {"text": "no JSON"},
            {"json": [1]},
        ]

        async def read(how):
            self.server.websocket(*steps, {"close_frame": 1000})
            async with self.connection().connect_websocket() as ws:
                self.assertEqual(ws.connection_id, "conn-1")
                return [message async for message in getattr(ws, how)()]

        received, streamed = run(read("receive")), run(read("stream"))
        self.assertEqual(received, [step["json"] for step in steps[:4]] + [{"raw": "no JSON"}, [1]])
        self.assertEqual([m.get("channel") for m in streamed], ["scene_index", "audio_index", "transcript", "alert", None, None])
        self.assertEqual(streamed[4:], [{"raw": "no JSON"}, {"raw": "[1]"}])
        self.assertEqual(streamed[0]["data"], {"text": "hi"})

    def test_filters(self):
        steps = [said("visual_index", "a"), said("transcript", "b"), said("scene_index", "c", rtstream_id="rts-2"), said("alert", "d")]

        async def read(**filters):
            self.server.websocket(*steps, {"close_frame": 1000})
            async with self.connection().connect_websocket() as ws:
                return "".join([message["data"]["text"] async for message in ws.stream(**filters)])

        self.assertEqual(run(read(channel="scene_index")), "ac")
        self.assertEqual(run(read(channel="visual_index")), "ac")
        self.assertEqual(run(read(id="rts-1")), "abd")
        self.assertEqual(run(read(channel="scene_index", id="rts-2")), "c")

    def test_filters_that_match_nothing(self):
        self.server.websocket({"await": "never"})
        with self.connection().connect_websocket() as ws:
            with self.assertLogs("videodb_rt", logging.WARNING) as log:
                ws.stream(channel="transcripts")
            self.assertIn("'transcripts'", log.output[0])
            self.assertIn("transcript,", log.output[0])
            for wrong in ({"id": object()}, {"channel": videodb_rt.EventKind.ALERT}):
                with self.assertRaisesRegex(TypeError, "must be a str"):
                    ws.stream(**wrong)
            with self.assertNoLogs("videodb_rt", logging.WARNING):
                for right in ("transcript", "visual_index", "vdbrt.gap", "capture_session", None, ""):
                    ws.stream(channel=right)

    def test_a_loop_that_is_left_loses_nothing(self):
        async def read():
            self.server.websocket(numbered(1000), {"close_frame": 1000})
            numbers = []
            async with self.connection().connect_websocket() as ws:
                while not ws.ended:
                    async for message in ws.stream():
                        numbers.append(message["data"]["n"])
                        if len(numbers) % 7 == 0:
                            break
            return numbers

        self.assertEqual(run(read()), list(range(1000)))

    def test_many_events_and_the_others_have_their_turn(self):
        count = 20000

        async def read():
            self.server.websocket(numbered(count), {"close_frame": 1000})
            ticks = 0

            async def tick():
                nonlocal ticks
                while True:
                    ticks += 1
                    await asyncio.sleep(0)

            async with self.connection().connect_websocket() as ws:
                ticker = asyncio.ensure_future(tick())
                numbers = [message["data"]["n"] async for message in ws.stream()]
                ticker.cancel()
            return numbers, ticks

        numbers, ticks = run(read())
        self.assertEqual(numbers, list(range(count)))
        self.assertGreater(ticks, count / 512)

    def test_a_cancelled_wait_can_be_taken_up(self):
        async def read():
            self.server.websocket({"await": "go"}, said("transcript"), {"close_frame": 1000})
            async with self.connection().connect_websocket() as ws:
                for _ in range(3):
                    with self.assertRaises(asyncio.TimeoutError):
                        await asyncio.wait_for(ws.stream().__anext__(), 0.05)
                self.server.do("go", gate="go")
                return [message async for message in ws.stream()]

        self.assertEqual(len(run(read())), 1)

    def test_a_cancelled_connect_leaves_nothing_open(self):
        self.server.websocket()
        self.server.on("GET /ws", {"hang": True})

        async def read():
            ws = self.connection().connect_websocket()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(ws.connect(), 0.3)
            self.assertIsNone(ws.connection_id)
            with self.assertRaises(ConnectionError):
                ws.stream()

        run(read())
        self.server.do("wait", **{"for": "closed"}, count=1)

    def test_only_one_task_waits(self):
        async def read():
            self.server.websocket({"await": "never"})
            async with self.connection().connect_websocket() as ws:
                first = asyncio.ensure_future(ws.stream().__anext__())
                while ws._reader._waiting is None:
                    await asyncio.sleep(0)
                with self.assertRaisesRegex(RuntimeError, "Another task"):
                    await ws.stream().__anext__()
                first.cancel()

        run(read())

    def test_calls_in_a_thread_leave_the_loop_alone(self):
        self.server.on("GET /collection/default", {"hang": True})

        async def read():
            began = time.monotonic()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(videodb_rt.to_thread(self.connection().get_collection), 0.2)
            self.assertLess(time.monotonic() - began, 10)  # and not 30

        run(read())

    def test_connect_again_while_another_task_waits(self):
        async def read():
            self.server.websocket({"await": "never"})
            ws = await self.connection().connect_websocket().connect()
            waiting = asyncio.ensure_future(ws.stream().__anext__())
            while ws._reader._waiting is None:
                await asyncio.sleep(0)
            await ws.connect()
            with self.assertRaises(videodb_rt.VideodbError) as raised:
                await waiting
            self.assertEqual(raised.exception.status, Status.E_CLOSED)

        run(read())

    def test_connect_again(self):
        async def read():
            self.server.websocket(said("transcript"), {"close_frame": 1012})
            ws = self.connection().connect_websocket()
            for _ in range(2):
                await ws.connect()
                with self.assertLogs("videodb_rt"), self.assertRaises(ConnectionClosedError):
                    async for message in ws.stream():
                        self.assertEqual(message["channel"], "transcript")

        run(read())


class Without(Base):
    def test_for(self):
        self.server.websocket(said("visual_index"), said("transcript"), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            self.assertEqual([message["channel"] for message in ws.stream()], ["scene_index", "transcript"])
        self.assertEqual((ws.close_code, ws.ended), (1000, True))

    def test_batches(self):
        self.server.websocket(numbered(1000), {"await": "more"}, numbered(1), {"close_frame": 1001})
        with self.connection().connect_websocket() as ws:
            events = []
            while len(events) < 1000:
                batch = ws.batch(5)
                self.assertTrue(batch)
                events += batch
            self.assertEqual([event.data["n"] for event in events], list(range(1000)))
            self.assertFalse(ws.batch(0.05))
            self.assertFalse(ws.ended)
            self.server.do("go", gate="more")
            rest = list(ws.batch(5))
            while not ws.ended:
                rest += ws.batch(5)
            self.assertEqual([event.kind for event in rest], [EventKind.TRANSCRIPT, EventKind.DISCONNECTED])
            self.assertFalse(ws.batch(5))

    def test_event(self):
        self.server.websocket(
            {
                "json": {
                    "channel": "visual_index",
                    "rtstream_id": "rts-1",
                    "data": {"text": "a dög", "start": 1760000001250, "end": 1760000002000},
                }
            }
        )
        with self.connection().connect_websocket() as ws:
            message = next(iter(ws.stream()))
        event = message.event
        self.assertEqual((event.channel, event.text, event.rtstream_id), ("scene_index", "a dög", "rts-1"))
        self.assertEqual((event.start, event.end, event.confidence, event.label), (1760000001.25, 1760000002.0, None, None))
        self.assertEqual(message["data"]["start"], 1760000001250)
        self.assertLess(abs(event.received - time.time()), 60)
        self.assertFalse(event.is_own or event.is_interim or event.is_triggered)

    def test_columns(self):
        scene = {"text": "a dög", "start": 1760000001250, "end": 1760000002000}
        steps = [{"json": {"channel": "visual_index", "rtstream_id": "rts-1", "data": scene}}]
        steps.append({"json": {"channel": "alert", "data": {"label": "x", "confidence": 0.25, "triggered": True}}})
        self.server.websocket(*steps, {"text": "no JSON"}, numbered(600), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            until(lambda: ws.counters()["received"] >= 603, "all were received")
            first = next(ws.events())
            batch, rest = ws.batch(5), []
            events = [first, *batch]
            while not ws.ended:
                rest.append(ws.batch(5))
                events += rest[-1]
            self.assertEqual(len(events), 604)
            for part in [batch, *rest]:
                for name in ("kind", "channel", "rtstream_id", "text", "label", "start", "end", "confidence"):
                    with self.subTest(name):
                        self.assertEqual(list(getattr(part, name + "s")), [getattr(event, name) for event in part])
                self.assertEqual(part.messages(), [event.value() for event in part])
                self.assertEqual(list(part.flags), [event.flags for event in part])
            self.assertEqual(first.text, "a dög")
            self.assertEqual((batch[0].label, batch[0].confidence, batch[0].is_triggered), ("x", 0.25, True))
            self.assertEqual((batch[1].channel, batch[1].value()), (None, {"raw": "no JSON"}))
            self.assertEqual((batch[-1], batch[1:3], batch.index(batch[2])), (list(batch)[-1], list(batch)[1:3], 2))
            with self.assertRaises(IndexError):
                batch[len(batch)]
            self.assertEqual((len(ws.batch(5)), ws.batch(5).texts, list(ws.batch(5)), ws.batch(5).messages()), (0, (), [], []))

    def test_ways_of_reading_can_follow_each_other(self):
        """Whatever is left of what was taken goes to the next reader, whichever it is."""
        self.server.websocket(numbered(1000), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            self.assertTrue(ws._reader.wait(10))
            numbers = []
            while len(numbers) < 990:
                numbers.append(next(ws.stream())["data"]["n"])
                numbers.append(next(ws.receive())["data"]["n"])
                numbers.append(next(ws.events()).data["n"])
                numbers.append(next(ws.stream(channel="transcript"))["data"]["n"])
                if len(numbers) > 500:
                    numbers += [message["data"]["n"] for message in ws.batch(5).messages() if message["channel"] == "transcript"]
            numbers += [message["data"]["n"] for message in ws.stream()]
        self.assertEqual(numbers, list(range(1000)))

    def test_messages_are_what_json_makes_of_them(self):
        """They come as pickles, which the library writes; what those cannot hold is parsed here."""
        draw = random.Random(7)
        texts = ["", "a", "channel", "ä", "京都", "🚚", '"', "\\", "\n\t\b\f\r/", "\0", "x" * 48, "x" * 49, "é" * 300, "\ud83d", "\ufffd", "\x7f"]
        numbers = [0, 1, -1, 255, 256, 65535, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 10**17, -(10**17), 10**18, 2**63, 10**30]
        numbers += [0.0, -0.0, 0.1, 1e22, 1.5e300, -2.5e-300, 5e-324, 1700000000.123, 0.30000000000000004, 1e16]

        def value(depth):
            kind = draw.randrange(8 if depth < 5 else 6)
            if kind < 2:
                return draw.choice(texts)
            if kind < 4:
                return draw.choice(numbers)
            if kind < 6:
                return draw.choice([True, False, None])
            if kind == 6:
                return [value(depth + 1) for _ in range(draw.randrange(5))]
            return {draw.choice(texts): value(depth + 1) for _ in range(draw.randrange(5))}

        values = [value(0) for _ in range(400)] + [{f"key {n}": f"value {n}"} for n in range(300)] + [{"x": {"deep": 1}} for _ in range(3)]
        sent = [json.dumps(v, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1])) for v in values]
        sent = [text if text.isascii() or "\ud83d" not in text else json.dumps(json.loads(text)) for text in sent]
        for depth in (62, 63, 64, 65, 200):
            sent.append("[" * depth + "]" * depth)
        sent += ["-0", "1E2", "1e999", " [1 , 2]\t", '{"a":1,"a":2}', '"\\ud83d\\ude00\\ud83d"', '{"\\u0061":"\\u0062"}', "0." + "1" * 400]
        self.server.websocket(*({"text": text} for text in sent), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            received = list(ws.receive())
        self.assertEqual(len(received), len(sent))
        for text, message in zip(sent, received):
            # repr tells 0.0 from -0.0, 1 from True and 1 from 1.0.
            self.assertEqual(repr(message), repr(json.loads(text)), text)

    def test_messages_are_dicts(self):
        self.server.websocket(said("visual_index"), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            message = next(ws.stream())
            plain = {"channel": "scene_index", "rtstream_id": "rts-1", "data": {"text": "hi"}}
            self.assertEqual((message, json.loads(json.dumps(message))), (plain, plain))
            self.assertEqual((dict(message), {**message}, message | {}, message.copy()), (plain,) * 4)
            self.assertIs(type(pickle.loads(pickle.dumps(message))), dict)
            for copied in (copy.copy(message), copy.deepcopy(message)):
                self.assertEqual((copied, copied.event), (plain, message.event))
            self.assertIsNot(copy.deepcopy(message)["data"], message["data"])
            self.assertIs(copy.deepcopy(message.event), message.event)
            with self.assertRaisesRegex(TypeError, "value"):
                pickle.dumps(message.event)

    def test_events_that_python_cannot_hold(self):
        deep = "[" * 100000 + "]" * 100000
        self.server.websocket({"text": deep}, {"text": "1" * 10000}, {"text": "NaN"}, {"text": " [1] "}, {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            received = list(ws.receive())
        self.assertEqual(received[0], {"raw": deep})
        self.assertTrue(received[1] == {"raw": "1" * 10000} or isinstance(received[1], int))  # Python bounds it since 3.11
        self.assertEqual(received[2:], [{"raw": "NaN"}, [1]])


class Cuts(Base):
    """A channel connects again by itself."""

    def cut_once(self):
        """The first connection ends without a word after two messages, the second one goes on."""
        self.server.websocket()
        first = [{"upgrade": True}, {"json": {"connection_id": "conn-1"}}, said("transcript", "a"), {"reset": True}]
        second = [{"upgrade": True}, {"json": {"connection_id": "conn-2"}}, said("transcript", "b"), {"await": "never"}]
        self.server.on("GET /ws", first, second)
        return self.connection(**{"reconnect.enabled": True, "reconnect.base_ms": 10}).connect_websocket()

    def test_the_loop_goes_on(self):
        async def read():
            async with self.cut_once() as ws:
                self.assertEqual(ws.connection_id, "conn-1")
                texts, seen = "", []
                async for message in ws.stream(notices=True):
                    if message["channel"] == "transcript":
                        texts += message["data"]["text"]
                    else:
                        seen.append(message["channel"])
                    if texts == "ab":
                        return ws.connection_id, seen, ws.counters()

        id, seen, counters = run(read())
        self.assertEqual(id, "conn-2")
        self.assertEqual([channel for channel in seen if channel != "vdbrt.reconnecting"][:2], ["vdbrt.disconnected", "vdbrt.connected"])
        self.assertEqual((counters["connections"], counters["dropped"]), (2, 0))

    def test_the_log_tells(self):
        with self.cut_once() as ws, self.assertLogs("videodb_rt", logging.WARNING) as log:
            events = ws.stream()
            self.assertEqual(next(events)["data"]["text"] + next(events)["data"]["text"], "ab")
        self.assertIn("vdbrt.disconnected", log.output[0])


class Ends(Base):
    def test_in_order_and_not(self):
        ends = [
            ({"close_frame": 1000}, None),
            ({"close_frame": 1001}, None),
            ({"close_frame": None}, None),
            ({"close_frame": {"code": 1011, "reason": "trouble"}}, 1011),
            ({"close_frame": 4000}, 4000),
            ({"reset": True}, 1006),
        ]
        for step, code in ends:
            with self.subTest(step):
                self.server.websocket(said("transcript"), step)
                ws = self.connection().connect_websocket().open()
                events = iter(ws.stream())
                next(events)
                if code is None:
                    self.assertEqual(list(events), [])
                    continue
                with self.assertLogs("videodb_rt", logging.WARNING), self.assertRaises(ConnectionClosedError) as raised:
                    next(events)
                error = raised.exception
                self.assertEqual((error.code, error.status), (code, Status.E_DISCONNECTED))
                self.assertIsInstance(error, ConnectionError)
                self.assertIn("trouble" if code == 1011 else "", error.reason)

    def test_ours(self):
        """What was received before the close can be read after it; then the loop ends without an error."""
        self.server.websocket(said("transcript"), {"await": "never"})
        ws = self.connection().connect_websocket().open()
        self.assertTrue(ws._reader.wait(10))
        ws.shutdown()
        ws.shutdown()
        self.assertEqual([message["channel"] for message in ws.stream()], ["transcript"])
        self.assertEqual(ws.connection_id, "conn-1")

    def test_what_it_says_of_itself(self):
        self.server.websocket(said("transcript"), {"close_frame": 1000})
        with self.connection().connect_websocket() as ws:
            channels = [message["channel"] for message in ws.stream(notices=True)]
        self.assertEqual(channels, ["transcript", "vdbrt.disconnected"])

    def test_what_drop_oldest_cost_is_told(self):
        self.server.websocket(numbered(1000), {"await": "read"}, {"close_frame": 1000})
        with self.connection(**{"queue.max_events": 10, "queue.overflow": "drop_oldest"}).connect_websocket() as ws:
            self.assertTrue(ws._reader.wait(10))
            self.server.do("go", gate="read")
            dropped, seen = 0, 0
            for message in ws.stream(notices=True):
                if message["channel"] == "vdbrt.overflow":
                    dropped += message["data"]["dropped"]
                seen += message["channel"] == "transcript"
        self.assertIn(dropped + seen, (1000, 1001))  # what told that it is connected may be among them

    def test_not_connected(self):
        ws = self.connection().connect_websocket()
        self.assertIsNone(ws.connection_id)
        for method in (ws.stream, ws.receive, ws.events, ws.batch, ws.fileno):
            with self.assertRaises(ConnectionError):
                method()
        run(ws.close())
        ws.shutdown()

    def test_errors_of_opening_are_those_of_calls(self):
        self.server.websocket()
        self.server.on("GET /collection/default/websocket", {"status": 401, "json": {"success": False, "message": "no such key"}})
        cases = [({"status": 401, "json": {"success": False, "message": "no such key"}}, videodb_rt.AuthenticationError, Status.E_AUTH)]
        cases.append(({"status": 404, "json": {"success": False, "message": "none"}}, videodb_rt.InvalidRequestError, Status.E_NOT_FOUND))
        for answer, kind, status in cases:
            self.server.on("GET /collection/default/websocket", answer)
            ws = self.connection().connect_websocket()
            for way in (ws.open, lambda ws=ws: run(ws.connect())):
                with self.assertRaises(kind) as raised:
                    way()
                self.assertEqual(raised.exception.status, status)

    def test_nothing_can_be_sent(self):
        self.server.websocket()

        async def send():
            async with self.connection().connect_websocket() as ws:
                await ws.send({"x": 1})

        with self.assertRaisesRegex(videodb_rt.VideodbError, "no message"):
            run(send())


class Calls(Base):
    def test_arguments(self):
        connection = self.connection()
        for wrong, error in (("a\0b", ValueError), (5, TypeError), ("\ud800", ValueError), ("", ValueError)):
            with self.subTest(wrong), self.assertRaises(error):
                connection.get_collection().get_rtstream(wrong)
        with self.assertRaises(TypeError):
            connection.call("rtstream_get", no_such="x")
        with self.assertRaises(ValueError):
            connection.call("rtstream_list", options_json={"limit": float("nan")})
        self.assertEqual([request["path"] for request in self.server.requests()], ["/collection/default"] * 4)

    def test_settings_that_are_none(self):
        for key, value in (("http.timeout_ms", "fast"), ("http.timeout_ms", 1.5), ("state.ack", "sometimes"), ("http.timeoutms", 5)):
            with self.subTest(key), self.assertRaisesRegex(videodb_rt.OptionError, f"`{key}`"):
                self.connection(**{key: value})

    def test_pages(self):
        records = [{"start": n, "end": n + 1, "description": str(n)} for n in range(5)]
        pages = [{"scene_index_records": records[n : n + 2], "next_page": n < 4} for n in (0, 2, 4)]
        self.server.on("GET /rtstream/r/index/scene/i", *({"status": 200, "json": {"success": True, "data": page}} for page in pages))
        index = videodb_rt.RTStreamSceneIndex(self.connection(), "i", "r")
        self.assertEqual(list(index.iter_scenes()), records)

    def test_paths_without_a_method(self):
        self.server.on("POST /x/y", {"status": 200, "json": {"success": True, "data": {"a": 1}}})
        self.assertEqual(self.connection().post("x/y", data={"b": 2}), {"a": 1})
        self.assertEqual(self.server.requests()[-1]["json"], {"b": 2})

    def test_answers_of_another_shape(self):
        connection = self.connection()
        collection = connection.get_collection()
        self.server.on("* /*", {"status": 200, "json": {"success": True, "data": ["odd"]}})
        for call in (
            connection.get_collection,
            lambda: collection.get_rtstream("r"),
            lambda: connection.create_event("p", "l"),
            lambda: connection.create_capture_session("u"),
            connection.generate_client_token,
        ):
            with self.assertRaises(videodb_rt.InvalidRequestError) as raised:
                call()
            self.assertEqual(raised.exception.status, Status.E_BAD_ANSWER)
        self.assertEqual((connection.list_events(), collection.list_rtstreams(), collection.search("x").shots), ([], [], []))


del Base  # or its tests would be found here too
