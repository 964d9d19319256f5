"""What events and records say about the unknowns of the protocol."""

import statistics

SCENE, TRANSCRIPT = 2, 1
TEXT_KEYS = ("description", "text")


def _unit(value):
    if not isinstance(value, (int, float)):
        return f"{type(value).__name__} ({value!r})"
    for bound, name in ((1e14, "microseconds"), (1e11, "milliseconds"), (1e9, "seconds")):
        if value >= bound:
            return name
    return "an offset"


def _names(values):
    return " and ".join(sorted(values))


def _data(event):
    data = event["raw"].get("data")
    return data if isinstance(data, dict) else {}


def extraction_config(findings, made):
    config = made.get("extraction_config")
    if isinstance(config, dict) and config:
        findings.settle(32, ", ".join(f"{key} is {'text' if isinstance(value, str) else 'a number'}" for key, value in config.items()))
    else:
        findings.leave(32, f"creating the index was {made.says()} and showed none")


def events(findings, seen, seconds):
    """Of a first watch, with pipelines on one channel and an understanding on another."""
    times = [_data(e).get("start") for e in seen if "start" in _data(e)]
    if times:
        findings.settle(1, _names({_unit(value) for value in times}) + f", of {len(times)} events")
    else:
        findings.leave(1, f"no event with a time came within {seconds} s")
    scenes = [e for e in seen if e["kind"] == SCENE and e["on"] == "first"]
    if scenes:
        findings.settle(2, _names({str(e["raw"].get("channel")) for e in scenes}))
        late = [e["received_ms"] / 1000 - e["end"] for e in scenes if e["end"] and e["end"] > 1e9]
        if late:
            findings.settle(31, f"{statistics.median(late):.2f} s after their end (median of {len(late)}), at most {max(late):.2f} s")
    else:
        findings.leave(2, f"no scene came within {seconds} s")
        findings.leave(31, f"no scene came within {seconds} s")
    understood = {str(e["raw"].get("channel")) for e in seen if e["on"] == "understanding"}
    if understood:
        findings.settle(20, _names(understood))
    else:
        findings.leave(20, f"no event of an understanding came within {seconds} s")
    spoken = [e for e in seen if e["kind"] == TRANSCRIPT]
    interim = [e for e in spoken if _data(e).get("is_final") in (False, "false")]
    if spoken:
        rate = f"{len(interim)} interim of {len(spoken)} in {seconds} s"
        findings.settle(21, f"{rate}, {'with' if any('id' in _data(e) for e in interim) else 'without'} ids")
    else:
        findings.leave(21, "no transcript came")


def second_channel(findings, seen, restarted):
    """Pipelines that were bound to the channel `first` have been given the id of `second`."""
    on = {kind: {e["on"] for e in seen if e["kind"] == kind} & {"first", "second"} for kind in (SCENE, TRANSCRIPT)}
    words = {frozenset({"second"}): "yes: events come on the new one only", frozenset({"first"}): "no: events come on the old one"}
    for number, kind in ((3, TRANSCRIPT), (5, SCENE)):
        where = frozenset(on[kind])
        if not where:
            findings.leave(number, "no such event came after it")
        else:
            findings.settle(number, words.get(where, "events come on both"))
    if restarted.ok and 5 in findings.settled:
        findings.settle(5, f"accepted; moved the events: {findings.settled[5]}")
    elif not restarted.ok:
        findings.settle(5, restarted.says())
    both = on[SCENE] == {"first", "second"} or on[TRANSCRIPT] == {"first", "second"}
    if both:
        findings.settle(4, "yes: one pipeline sent to two")
    elif on[SCENE] or on[TRANSCRIPT]:
        findings.settle(4, "no: each pipeline sent to one")
    else:
        findings.leave(4, "no event came after a second id was given")


def _list(answer, *keys):
    return next((answer.get(key) for key in keys if isinstance(answer.get(key), list)), [])


def count_of(answer):
    return len(_list(answer, "scene_index_records"))


def _timed(records):
    return [r for r in records if isinstance(r.get("start"), (int, float)) and isinstance(r.get("end"), (int, float))]


def _order(records):
    starts = [record.get("start") for record in records]
    if len(starts) < 2 or None in starts:
        return None
    if starts == sorted(starts):
        return "oldest first"
    return "newest first" if starts == sorted(starts, reverse=True) else "in no order of start"


def _holds(answer, record):
    records = _list(answer, "scene_index_records", "transcription_records", "segments", "transcriptions")
    return any(r.get("start") == record["start"] and r.get("end") == record["end"] for r in records)


def scenes(findings, page, ask):
    records = _list(page, "scene_index_records")
    timed = [r for r in _timed(records) if r["start"] < r["end"]]
    if not timed:
        for number in (9, 10, 17):
            findings.leave(number, f"there were no scene records; reading them was {page.says()}")
        return
    findings.settle(17, _names({key for r in records for key in TEXT_KEYS if key in r}) or f"none of {_names(records[0])}")
    if order := _order(records):
        findings.settle(10, f"scenes {order}")
    else:
        findings.leave(10, "there was one record only")
    record = timed[len(timed) // 2]
    middle, end = (record["start"] + record["end"]) / 2, record["end"]
    overlap = _holds(ask(start=middle, end=end + 600), record), _holds(ask(start=record["start"] - 600, end=middle), record)
    at_end, at_start = _holds(ask(start=end), record), _holds(ask(end=record["start"]), record)
    said = {(True, True): "overlap", (False, False): "containment", (False, True): "start within", (True, False): "end within"}[overlap]
    findings.settle(
        9,
        f"{said}; a record that ends at `start` is {'in' if at_end else 'out'}, one that starts at `end` {'in' if at_start else 'out'}",
    )


def transcript(findings, page, ask):
    key = next((k for k in ("transcription_records", "segments", "transcriptions") if isinstance(page.get(k), list)), None)
    if not key:
        findings.leave(18, f"reading the transcript was {page.says()}")
        findings.leave(11, f"reading the transcript was {page.says()}")
        return
    findings.settle(18, key)
    timed = _timed(page.get(key))
    if not timed:
        findings.leave(11, "there was no transcript record")
        return
    if order := _order(timed):
        findings.settle(10, ", ".join(filter(None, (findings.settled.get(10), f"transcripts {order}"))))
    record = timed[0]
    from_middle = _holds(ask(since=(record["start"] + record["end"]) / 2), record)
    from_after = _holds(ask(since=record["end"] + 0.001), record)
    findings.settle(11, "neither start nor end" if from_after else "the end of a record" if from_middle else "the start of a record")
