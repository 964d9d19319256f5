"""The walk: every operation of the library, in an order in which each can work, and what is seen on the way."""

import secrets
import time

import observe
from driver import DriverError
from pipelines import NONE, Pipelines
from session import Stopped

BATCH = {"type": "time", "value": 5, "frame_count": 2}


class NoStream(Exception):
    pass


class Walk(Pipelines):
    def __init__(self, session, findings, camera, seconds, batch=BATCH):
        self.s, self.findings, self.camera, self.seconds, self.batch = session, findings, camera, seconds, batch
        self.name = f"libvideodb_rt live {secrets.token_hex(4)}"
        self.began = time.time()
        self.stream, self.tried, self.unanswered = None, False, False
        self.ws, self.rule, self.index, self.understanding, self.second_index = None, NONE, NONE, NONE, NONE
        self.unread = []

    def run(self):
        for part in (
            self.account,
            self.connect,
            self.indexes,
            self.alerts,
            self.transcript,
            self.understandings,
            self.first_watch,
            self.second_channel,
            self.records,
            self.search,
            self.playback,
            self.captures,
            self.stop,
        ):
            try:
                part()
            except (Stopped, NoStream, DriverError):
                raise
            except Exception as error:
                # An answer of a form that nobody has seen: the rest is walked all the same.
                self.unread.append(f"{part.__name__}: {type(error).__name__}: {error}")
                self.s.show(f"{self.unread[-1]}; this part was left")

    # ---- Before the stream

    def account(self):
        s, f = self.s, self.findings
        self.ws = s.open("first")
        s.call("collection_list")
        s.call("collection_get")
        addresses = [s.raw("GET", "/collection/default/websocket", quiet=True).get("websocket_url") for _ in range(2)]
        if all(addresses):
            f.settle(8, "each call gives " + ("another address" if addresses[0] != addresses[1] else "the same address"))
        before = s.call("event_rule_list").get("events", [])
        made = s.call("event_rule_create", event_prompt="Detect when anything moves", label=self.name)
        self.rule = made.get("event_id", NONE)
        if made.ok:
            self.status_of_answer(made, "an event rule")
            f.settle(29, f"the list has no collection in its path, and had {len(before)} rules before this walk")
        s.call("client_token_create", expires_in=60)
        s.call("async_response_get", response_id=NONE)

    def status_of_answer(self, made, what):
        if status := self.s.http_status(made):
            was = self.findings.settled.get(24)
            self.findings.settle(24, (f"{was}, " if was else "") + f"{status} for {what}")

    def connect(self):
        s = self.s
        # A camera without sound, or a service without recordings, takes less.
        for options in ({"media_types": ["video", "audio"], "store": True}, {"store": True}, {}):
            self.tried = True
            made = s.call("rtstream_connect", url=self.camera, name=self.name, ws_connection_id=self.ws, **options)
            self.unanswered = self.unanswered or not made.ok and not made.http
            if made.ok:
                break
        else:
            raise NoStream("the service did not take the camera")
        self.stream = made.get("id", NONE)
        s.created("rtstream_stop", rtstream_id=self.stream)
        self.status_of_answer(made, "a stream")
        s.call("rtstream_list", name=self.name, limit=5)
        s.call("rtstream_get", rtstream_id=self.stream)
        s.call("rtstream_update", rtstream_id=self.stream, name=self.name)

    # ---- Events

    def first_watch(self):
        seen = self.s.watch(self.seconds)
        self.s.close("understanding")
        observe.events(self.findings, seen, self.seconds)

    def second_channel(self):
        """What a new connection id gets of pipelines that were bound to another."""
        s, where = self.s, {"rtstream_id": self.stream}
        new = s.open("second")
        s.call("rtstream_start_transcript", ws_connection_id=new, **where)
        s.call("scene_index_stop", index_id=self.index, **where)
        path = f"/rtstream/{self.stream}/index/scene/{self.index}/status"
        again = s.raw("PATCH", path, body={"action": "start", "ws_connection_id": new})
        if not again.ok:
            s.call("scene_index_start", index_id=self.index, **where)
        seen = s.watch(self.seconds)
        observe.second_channel(self.findings, seen, again)
        s.close("second")
        gone = {e["channel"] for e in seen if e["on"] == "second"}
        s.open("third")
        late = [e for e in s.watch(min(10, self.seconds)) if e["on"] == "third"]
        if gone:
            self.findings.settle(6, "a new channel got none of them" if not late else f"a new channel got {len(late)} of them")
        else:
            self.findings.leave(6, "no event came for the id that went")
        s.close("third")

    # ---- The end

    def captures(self):
        s = self.s
        made = s.call("capture_session_create", end_user_id=self.name, metadata={"from": "make live"})
        session = made.get("session_id") or made.get("id") or NONE
        s.call("capture_session_list", limit=5)
        s.call("capture_session_get", session_id=session)
        started = s.call("capture_session_start", session_id=session, channels=[{"channel_id": "mic", "type": "audio", "store": False}])
        if started.ok:
            s.created("capture_session_stop", session_id=session)
        s.call("capture_session_channels", session_id=session)
        s.call("capture_session_stop", session_id=session)
        s.call("capture_session_export", session_id=session)

    def stop(self):
        s, where = self.s, {"rtstream_id": self.stream}
        again = s.call("rtstream_start", **where)
        s.call("rtstream_stop_transcript", mode="graceful", **where)
        s.call("rtstream_stop", **where)
        s.call("rtstream_start", **where)
        s.call("rtstream_stop", **where)
        twice = s.call("rtstream_stop", **where)
        self.findings.settle(25, f"start when connected is {again.says()}, stop when stopped {twice.says()}")
        s.call("rtstream_export", **where)

    def end(self):
        """Stops what was started, also where a call gave no answer; gives what may still run. Called whatever happened."""
        s, f = self.s, self.findings
        s.ending = True
        left = s.undo_all()
        if self.tried:
            left += self.streams_of_that_name()
        for number in (15, 30):
            f.leave(number, "it takes a receiver that the service can reach")
        f.leave(27, "it takes days")
        f.leave(7, f"channels stayed open for the {time.time() - self.began:.0f} s of the walk")
        if s.limited:
            f.settle(14, f"{s.limited} of {s.calls} calls were answered 429")
        else:
            f.leave(14, f"none of {s.calls} calls was limited")
        return left

    def streams_of_that_name(self):
        """A connect without an answer may have made a stream of which nobody has the id."""
        try:
            found = self.s.call("rtstream_list", quiet=True, name=self.name, limit=100)
            running = [one["id"] for one in found.get("results", []) if one.get("name") == self.name and one.get("status") != "stopped"]
            left = [stream for stream in running if not self.s.call("rtstream_stop", rtstream_id=stream).ok]
            known = found.ok or self.stream is None and not self.unanswered
        except DriverError as error:
            left, known = [str(error)], True
        return [f"the stream {stream}" for stream in left] + ([] if known else [f"streams named `{self.name}`: they could not be listed"])
