"""The vectors of Tests/Conformance, through this package. Their format is in README.md there."""

import contextlib
import ctypes
import json
import threading
import unittest
import urllib.parse

from support import ROOT, ScriptedServer, figure, until

import videodb_rt
from videodb_rt import EventKind, VideodbError, _library
from videodb_rt._calls import helper
from videodb_rt._handles import Config, check
from videodb_rt._header import FUNCTIONS

FOLDER = ROOT / "Tests/Conformance"
KEY = "sk-conformance"
# What only carries another operation.
OPERATIONS = sorted(
    name[len("vdbrt_") :]
    for name, (_, parameters) in FUNCTIONS.items()
    if {"client", "op"} <= {parameter for parameter, _ in parameters} and name not in ("vdbrt_call_async", "vdbrt_events_open")
)


def load(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def attempt(function, *arguments, **named):
    """What it gives, and the error it raises."""
    try:
        return function(*arguments, **named), None
    except VideodbError as error:
        return None, error


class Vectors(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = ScriptedServer()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def connect(self, **settings):
        return self.server.connect(api_key=KEY, **settings)

    def check_result(self, result, error, is_read=False):
        name = "VDBRT_" + error.status.name if error else "VDBRT_OK"
        self.assertEqual(name, result["status"], str(error))
        if not error:
            return
        self.assertTrue(str(error))
        self.assertNotIn(KEY, str(error))
        response = error.response
        if "http_status" in result:
            self.assertEqual(response.status_code if response else 0, result["http_status"])
        if "retryable" in result:
            self.assertEqual(error.retryable, is_read if result["retryable"] == "reads" else result["retryable"])
        if "retry_after_ms" in result:
            self.assertEqual(error.retry_after, None if result["retry_after_ms"] < 0 else result["retry_after_ms"] / 1000)
        for words in result.get("message", []):
            self.assertIn(words, str(error))
        if "body" in result:
            self.assertEqual(response.json() if response and response.text else None, result["body"])

    def check_requests(self, wanted, may_repeat):
        got = self.server.requests()
        self.assertTrue(len(got) == (1 if wanted else 0) or (len(got) > 1 and may_repeat), got)
        if not wanted or not got:
            return
        self.assertEqual((got[0]["method"], got[0]["path"]), (wanted["method"], wanted["path"]))
        query = dict(urllib.parse.parse_qsl(got[0]["query"] or "", keep_blank_values=True))
        self.assertEqual(query, wanted.get("query", {}))
        self.assertEqual(got[0]["json"], wanted.get("body"))
        headers = (
            {name.lower(): value for name, value in got[0]["headers"].items()}
            if isinstance(got[0]["headers"], dict)
            else {name.lower(): value for name, value in got[0]["headers"]}
        )
        self.assertEqual(headers["x-access-token"], KEY)

    def rest(self, connection, operation, is_read, args, request, answer, result):
        self.server.reset()
        if answer:
            self.server.on("* /*", answer)
        # A value that is null in the vector is the text "null", as it is no missing one.
        given = {name: "null" if value is None else value for name, value in args.items()}
        out, error = attempt(connection.call, operation, **given)
        self.check_result(result, error, is_read)
        if not error and "out" in result and any(name == "out_json" for name, _ in FUNCTIONS[f"vdbrt_{operation}"][1]):
            self.assertEqual(out, result["out"])
        broken = error is not None and error.status == videodb_rt.Status.E_DISCONNECTED
        self.check_requests(request, is_read and broken)

    def test_rest(self):
        """Each vector of an operation, and each answer of answers.json with each operation."""
        answers = load("answers.json")["vectors"]
        files = sorted(path.stem for path in (FOLDER / "rest").glob("*.json"))
        self.assertEqual(files, OPERATIONS)
        counts = {"vectors": 0, "answers": 0}
        with contextlib.closing(self.connect(**{"http.max_retries": 0})) as connection:
            for operation in files:
                file = load(f"rest/{operation}.json")
                first = file["vectors"][0]
                is_read = first["request"]["method"] == "GET"
                for vector in file["vectors"]:
                    with self.subTest(operation=operation, vector=vector["name"]):
                        self.rest(
                            connection, operation, is_read, vector["args"], vector.get("request"), vector.get("answer"), vector["result"]
                        )
                    counts["vectors"] += 1
                for vector in answers:
                    with self.subTest(operation=operation, answer=vector["name"]):
                        self.rest(connection, operation, is_read, first["args"], first["request"], vector["answer"], vector["result"])
                    counts["answers"] += 1
        figure(f"{len(files)} operations, {counts['vectors']} vectors, {counts['answers'] // len(files)} answers with each")

    def test_rest_on_another_thread(self):
        """There a call is made directly. The first vectors of each operation."""
        failures = []

        def work():
            try:
                with contextlib.closing(self.connect(**{"http.max_retries": 0})) as connection:
                    for operation in OPERATIONS:
                        vector = load(f"rest/{operation}.json")["vectors"][0]
                        is_read = vector["request"]["method"] == "GET"
                        self.rest(connection, operation, is_read, vector["args"], vector["request"], vector.get("answer"), vector["result"])
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(60)
        self.assertFalse(thread.is_alive())
        if failures:
            raise failures[0]

    def test_helpers(self):
        for vector in load("helpers.json")["vectors"]:
            with self.subTest(vector=vector["name"], helper=vector["helper"]):
                texts = [vector["args"].get("url")]
                if vector["helper"] == "embed_code":
                    options = vector["args"].get("options_json")
                    texts.append(options if isinstance(options, str) or options is None else json.dumps(options))
                text, error = attempt(helper, vector["helper"], *texts)
                self.check_result(vector["result"], error)
                self.assertEqual(text, vector.get("text"))
                if error:
                    self.assertIsInstance(error, ValueError)  # as the official SDK

    def test_config(self):
        for vector in load("config.json")["vectors"]:
            with self.subTest(vector=vector["name"]), Config({}) as config:
                error = None
                for key, value in vector.get("set", {}).items():
                    _, error = attempt(check, _library.lib.vdbrt_config_set, config.address, key.encode(), value.encode())
                    if error:
                        break
                if "set_json" in vector:
                    text = vector["set_json"] if isinstance(vector["set_json"], str) else json.dumps(vector["set_json"])
                    _, error = attempt(check, _library.lib.vdbrt_config_set_json, config.address, text.encode())
                self.check_result(vector["result"], error)

    # ---- The channel

    def check_event(self, wanted, event):
        self.assertEqual(EventKind(event.kind).name.lower(), wanted["kind"])
        self.assertEqual({flag.name.lower() for flag in videodb_rt.EventFlag if flag in event.flags}, set(wanted.get("flags", [])))
        for member in ("channel", "rtstream_id", "text", "label"):
            self.assertEqual(getattr(event, member), wanted.get(member), member)
        for member in ("start", "end", "confidence"):
            got = getattr(event, member)
            if member in wanted:
                self.assertAlmostEqual(got, wanted[member], delta=1e-6)
            else:
                self.assertIsNone(got, member)
        length = ctypes.c_size_t()
        address = _library.quick.vdbrt_event_data(event.address, length)
        data = None if address is None else ctypes.string_at(address, length.value).decode()
        self.assertEqual(data, wanted.get("data"))
        if videodb_rt.EventFlag.NOT_JSON in event.flags:
            self.assertEqual(event.value(), {"raw": event.raw})
        else:
            self.assertEqual(event.value(), json.loads(event.raw))
        # The same as a dict, whose channel has the specification's name.
        message = event.message()
        self.assertIsInstance(message, dict)
        self.assertEqual(message.get("channel") if isinstance(message.get("channel"), str) else None, wanted.get("channel"))

    def test_events(self):
        count = 0
        for path in sorted((FOLDER / "events").glob("*.json")):
            vectors = load(f"events/{path.name}")["vectors"]
            messages = [v["message"].encode() if "message" in v else bytes.fromhex(v["message_hex"]) for v in vectors]
            self.server.reset()
            self.server.websocket({"frames": [{"opcode": "text", "hex": message.hex()} for message in messages]})
            with contextlib.closing(self.connect()) as connection, connection.connect_websocket() as ws:
                for vector, message, event in zip(vectors, messages, ws.events()):
                    with self.subTest(file=path.name, vector=vector["name"]):
                        self.assertEqual(event.raw.encode(), message)
                        self.check_event(vector["event"], event)
                    count += 1
        figure(f"{count} events")
        self.assertGreater(count, 50)

    def test_frames(self):
        count = 0
        for path in sorted((FOLDER / "frames").glob("*.json")):
            file = load(f"frames/{path.name}")
            settings = {"ws.close_timeout_ms": 50}
            if "max_message_bytes" in file:
                settings["ws.max_message_bytes"] = file["max_message_bytes"]
            with contextlib.closing(self.connect(**settings)) as connection:
                for vector in file["vectors"]:
                    with self.subTest(file=path.name, vector=vector["name"]):
                        self.frames_vector(connection, vector)
                    count += 1
        figure(f"{count} vectors of frames")
        self.assertGreater(count, 50)

    def frames_vector(self, connection, vector):
        self.server.reset()
        end = vector.get("end")
        steps = [{"answers_close": False}, {"send_hex": vector["bytes"]}]
        self.server.websocket(*steps, *([] if end else [{"json": "the end of the vector"}]))
        ws = connection.connect_websocket().open()
        events = iter(ws.events())
        for wanted in vector.get("messages", []):
            event = next(events)
            self.assertEqual((event.kind, event.raw), (EventKind.OTHER, wanted))
        last = next(events)
        self.assertEqual(last.kind, EventKind.DISCONNECTED if end else EventKind.OTHER, last.raw)
        if end:
            data = last.own_data
            self.assertEqual((data["status"], data["close_code"]), (end["status"], end["close_code"]))
            self.assertIn(vector.get("reason", ""), data["reason"])
            self.assertEqual(ws.close_code, end["close_code"])
            # As the official SDK: an end in order ends the loop, any other is an error.
            if end["close_code"] in (1000, 1001, 1005):
                self.assertEqual(list(events), [])
            else:
                with self.assertRaises(videodb_rt.ConnectionClosedError) as raised:
                    next(events)
                self.assertEqual(raised.exception.code, end["close_code"])
                self.assertEqual("VDBRT_" + raised.exception.status.name, end["status"])
            self.assertTrue(ws.ended)
        wanted = len(vector.get("pongs", [])) + (end is not None)
        until(lambda: len(self.server.frames()) >= wanted, f"{wanted} frames that went back")
