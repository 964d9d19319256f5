"""The part of the walk on one stream: indexes, alerts, transcript, understandings, and what is kept of them."""

import time

import observe

# Stands for an id that could not be had, so that the operations that need it are tried all the same.
NONE = "none"


class Pipelines:
    """Of a Walk, whose `stream`, `rule`, `name`, `batch`, `ws` and `began` it uses."""

    def indexes(self):
        s, f, stream = self.s, self.findings, self.stream
        made = s.call(
            "rtstream_index_visuals",
            rtstream_id=stream,
            prompt="Describe what moves",
            batch_config=self.batch,
            name=self.name,
            ws_connection_id=self.ws,
        )
        self.index = self.stopped_at_end(made, "rtstream_index_id", "scene_index_stop", "index_id")
        observe.extraction_config(f, made)
        # Made, and stopped at once: they cost as long as they run.
        for kind, options in (
            ("index_audio", {"prompt": "Summarize", "batch_config": {"type": "word", "value": 20}}),
            ("index_spoken_words", {"prompt": "Summarize"}),
            ("index_scenes", {"extraction_config": {"time": 10, "frame_count": 1}}),
        ):
            made = s.call(f"rtstream_{kind}", rtstream_id=stream, **options)
            other = self.stopped_at_end(made, "rtstream_index_id", "scene_index_stop", "index_id")
            s.call("scene_index_stop", rtstream_id=stream, index_id=other)
        s.call("scene_index_list", rtstream_id=stream)
        s.call("scene_index_get", rtstream_id=stream, index_id=self.index)
        s.call("scene_index_update", rtstream_id=stream, index_id=self.index, prompt="Describe what moves and where")
        s.call("scene_index_stop", rtstream_id=stream, index_id=self.index)
        s.call("scene_index_start", rtstream_id=stream, index_id=self.index)

    def stopped_at_end(self, made, key, stop, name):
        made_id = made.get(key) or made.get("id") or NONE
        if made_id != NONE:
            self.s.created(stop, rtstream_id=self.stream, **{name: made_id})
        return made_id

    def alerts(self):
        s, f, where = self.s, self.findings, {"rtstream_id": self.stream, "index_id": self.index}
        first = s.call("alert_create", event_id=self.rule, ws_connection_id=self.ws, **where)
        alert = self.disabled_at_end(first, "alert_disable", where)
        second = s.call("alert_create", event_id=self.rule, ws_connection_id=self.ws, **where)
        again = self.disabled_at_end(second, "alert_disable", where)
        if first.ok:
            f.settle(26, second.says() + (", with another id" if second.ok and alert != again else ""))
        stray = s.call("alert_create", event_id=self.rule, ws_connection_id="no-such-connection", **where)
        self.disabled_at_end(stray, "alert_disable", where)
        f.leave(28, f"an id that is none is {stray.says()}; one of another key would need that key")
        s.call("alert_disable", alert_id=again, **where)

        def status():
            alerts = s.call("alert_list", **where).get("alerts", [])
            return next((a.get("status") for a in alerts if a.get("alert_id") == again), None)

        by_action = status()
        path = f"/rtstream/{self.stream}/index/{self.index}/alert/{again}/status"
        by_status = s.raw("PATCH", path, body={"status": "enabled"})
        if by_action:
            f.settle(16, f"`action` gives {by_action}; `status` is {by_status.says()} and gives {status()}")
        s.call("alert_disable", alert_id=again, **where)
        s.call("alert_enable", alert_id=alert, **where)

    def disabled_at_end(self, made, disable, where):
        alert = made.get("alert_id", NONE)
        if alert != NONE:
            self.s.created(disable, alert_id=alert, **where)
        return alert

    def transcript(self):
        s = self.s
        started = s.call("rtstream_start_transcript", rtstream_id=self.stream, ws_connection_id=self.ws)
        if started.ok:
            s.created("rtstream_stop_transcript", rtstream_id=self.stream, mode="force")
        status = s.call("rtstream_transcript_status", rtstream_id=self.stream)
        engine = status.get("engine") or started.get("engine")
        if engine:
            self.findings.settle(19, str(engine))
        else:
            self.findings.leave(19, f"no engine is named; starting was {started.says()}")

    def understandings(self):
        s, where = self.s, {"rtstream_id": self.stream}
        made = s.call(
            "understanding_create",
            segmentation={"type": "time", "window": "10s"},
            analyzers=[{"type": "vlm", "name": "scene", "sampling": {"frame_count": 2}, "config": {"prompt": "Describe it"}}],
            ws_connection_id=s.open("understanding"),
            **where,
        )
        self.understanding = self.stopped_at_end(made, "understanding_id", "understanding_stop", "understanding_id")
        one = where | {"understanding_id": self.understanding}
        s.call("understanding_list", **where)
        s.call("understanding_get", **one)
        s.call("understanding_stop", **one)
        s.call("understanding_start", **one)
        source = where | {"type": "understanding", "understanding_id": self.understanding, "output": "scene"}
        source = (made.get("outputs") or {}).get("scene") or source
        made = s.call("index_create", source=source, name=self.name, **where)
        self.second_index = self.stopped_at_end(made, "index_id", "index_stop", "index_id")
        one = where | {"index_id": self.second_index}
        s.call("index_list", **where)
        s.call("index_get", **one)
        s.call("index_stop", **one)
        s.call("index_start", **one)
        alert = self.disabled_at_end(
            s.call("index_alert_create", event_id=self.rule, ws_connection_id=self.ws, **one), "index_alert_disable", one
        )
        s.call("index_alert_list", **one)
        s.call("index_alert_disable", alert_id=alert, **one)
        s.call("index_alert_enable", alert_id=alert, **one)

    # ---- What is kept of them

    def records(self):
        s, f = self.s, self.findings
        scenes = {"rtstream_id": self.stream, "index_id": self.index}
        page = s.call("scene_index_get_scenes", **scenes)
        observe.scenes(f, page, lambda **query: s.call("scene_index_get_scenes", quiet=True, **scenes, **query))
        path = f"/rtstream/{self.stream}/index/scene/{self.index}"
        most = s.call("scene_index_get_scenes", page_size=1000, **scenes)
        if most.ok:
            more = s.raw("GET", path, query={"page_size": 1001})
            f.settle(12, f"1000 is accepted, 1001 {more.says()}; whether fewer are given takes more records")
            zero, beyond = s.raw("GET", path, query={"page": 0}), s.raw("GET", path, query={"page": 100000})
            f.settle(13, f"page 0 is {zero.says()}, page 100000 {beyond.says()} with {observe.count_of(beyond)} records")
        stream = {"rtstream_id": self.stream}
        page = s.call("rtstream_get_transcript", **stream)
        observe.transcript(f, page, lambda **query: s.call("rtstream_get_transcript", quiet=True, **stream, **query))
        span = {"start": int(self.began) - 60, "end": int(time.time()) + 60}
        s.call("understanding_get_records", understanding_id=self.understanding, **stream, **span)
        s.call("index_get_records", index_id=self.second_index, **stream)

    def search(self):
        found = self.s.call("rtstream_search", rtstream_id=self.stream, query="what moves")
        if found.ok:
            self.findings.settle(23, f"accepted, {len(found.get('results', []))} results")
        else:
            self.findings.leave(23, f"the search was {found.says()}")
        self.s.call("rtstream_search", rtstream_id=self.stream, query="what moves", index_id=self.index)
        self.s.call("collection_search", query="what moves", result_threshold=3)

    def playback(self):
        s, start = self.s, int(self.began) + 5
        where = {"rtstream_id": self.stream, "start": start, "end": start + 10}
        played = s.call("rtstream_generate_stream", player_config={"title": self.name}, **where)
        s.call("shot_generate_stream", **where)
        if player := played.get("player_url"):
            embedded = s.call("embed_url", player_url=player)
            s.call("embed_code", player_url=player)
            self.findings.settle(22, f"{s.redact(player)}, {'can' if embedded.ok else 'cannot'} be embedded")
        else:
            self.findings.leave(22, f"a playback address was {played.says()}")
        if stream := played.get("stream_url"):
            s.call("play_url", stream_url=stream)
