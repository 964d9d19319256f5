#!/usr/bin/env python3
"""The checker itself: it finds the one event that is missing, doubled, made up or late, and nothing where all is well."""

import collections
import copy
import sys

import check
import kill
from world import World

STREAMS = [{"id": "rts-1", "scene": ["a", "b"], "audio": ["c"]}, {"id": "rts-2", "scene": ["d", "e"], "audio": ["f"]}]
LABELS = {"a": ("a", "rts-1"), "b": ("b", "rts-1"), "d": ("a", "rts-2"), "e": ("b", "rts-2")}
UP = [{"ms": 0, "what": "up", "socket": 1}]


def scene():
    """Ten seconds of everything, and what a client without faults prints of it; a third comes from records."""
    world = World(STREAMS, 60, 1, 5)
    items, lines, answer = [], [], {"at": [], "reached": "", "alerts": []}
    while len(items) < 600:
        for item in world.next:
            position = len(items)
            items.append(item)
            answer["at"].append(item.end)
            answer["reached"] += "1"
            is_filled = position % 3 == 0 and item.kind != "transcript"
            # What a service may round in its records.
            start = round(item.start / 100) / 10 if is_filled else item.start / 1000
            lines.append(line(check.KINDS[item.kind], item.stream, {"text": item.text}, start, check.BACKFILLED if is_filled else 0))
            if item.kind == "scene" and "ALARM" in item.text:
                label, _ = LABELS[item.owner]
                callback = f"http://127.0.0.1:1/{item.stream}/{label}"
                answer["alerts"].append([position, "al-" + label, item.owner, True, callback])
                lines.append(line(check.ALERT, item.stream, {"text": item.text, "label": label}, item.start / 1000, 0))
        world.next = world._make(next(world.order))
    return items, answer, lines


def line(kind, stream, data, start, flags):
    return {
        "kind": kind, "flags": flags, "received_ms": round(start * 1000) + 1001, "at_ms": round(start * 1000) + 1001, "start": start,
        "event": {"rtstream_id": stream, "data": data},
    }  # fmt: skip


def figures(lines, log=UP, miss_call=False, another_alert_calls=False):
    truth = check.Truth()
    truth.add(ITEMS, ANSWER, LABELS)
    received = check.Received(truth)
    for one in lines:
        received.add(one)
    calls = collections.Counter(truth.calls)
    if miss_call:
        del calls[next(iter(calls))]
    if another_alert_calls:
        path, start, index, _ = next(iter(calls))
        calls[path, start, index, "al-new"] += 1
    return check.judge(truth, received, check.Outages(log), calls)


ITEMS, ANSWER, LINES = scene()


def changed(change):
    lines = copy.deepcopy(LINES)
    change(lines)
    return lines


def first(lines, kind, flags=0):
    return next(i for i, l in enumerate(lines) if l["kind"] == kind and l["flags"] == flags)


def lives():
    """What kill.py makes of lives: [(printed lines, those of them that were acknowledged)]."""
    two = [i for i, one in enumerate(LINES) if one["kind"] == check.TRANSCRIPT][:2]
    one, other = ({**LINES[i], "event": {**LINES[i]["event"]}} for i in two)
    again = {**one, "flags": check.REDELIVERED}
    names = ("lost", "acknowledged and delivered again", "repeated", "repeated and not marked")
    for what, told, wanted in [
        ("two and both acknowledged", [([one, other], {1, 2})], (0, 0, 0, 0)),
        ("one never printed", [([one], {1})], (1, 0, 0, 0)),
        ("one again, as it was not acknowledged", [([one], {}), ([again, other], {1, 2})], (0, 0, 1, 0)),
        ("one again and not marked", [([one], {}), ([one, other], {1, 2})], (0, 0, 1, 1)),
        ("one again though acknowledged", [([one], {1}), ([again, other], {1, 2})], (0, 1, 1, 0)),
    ]:
        truth = check.Truth()
        answer = {"at": [ITEMS[i].end for i in (0, 0)], "reached": "11", "alerts": []}
        items = [i for i in ITEMS if i.kind == "transcript"][:2]
        truth.add(items, answer, LABELS)
        judged = kill.Lives(truth)
        for printed, acknowledged in told:
            numbered = [{**line, "n": n} for n, line in enumerate(printed, 1)]
            judged.add(numbered + [{"ack": n} for n in acknowledged])
        found = tuple(judged.judge()[name] for name in names)
        if found != wanted:
            yield f"{what}: expected {wanted}, found {found}"


def main():
    wrong = []

    def expect(what, lines, wanted, **more):
        found = {name: value for name, value in figures(lines, **more).items() if name in check.NOTHING and value}
        if found != wanted:
            wrong.append(f"{what}: expected {wanted}, found {found}")

    def late(lines):
        lines[first(lines, check.SCENE)]["start"] += 0.4

    def unknown(lines):
        lines[first(lines, check.AUDIO)]["event"]["data"]["text"] += "?"

    def alert_in_gap(lines):
        gone = lines.pop(first(lines, check.ALERT))
        told = {"from": gone["start"], "to": gone["start"] + 2, "lost": ["alert"]}
        lines.append({"kind": 104, "flags": 0, "event": {"channel": "vdbrt.gap", "data": told}})

    expect("all is well", LINES, {})
    expect("one missing", changed(lambda l: l.pop(first(l, check.TRANSCRIPT))), {"lost": 1})
    expect("one of two indexes missing", changed(lambda l: l.pop(first(l, check.SCENE))), {"lost": 1})
    expect("one twice", changed(lambda l: l.append(l[first(l, check.AUDIO)])), {"duplicated": 1})
    filled = changed(lambda l: l.append(dict(l[first(l, check.TRANSCRIPT)], flags=check.BACKFILLED)))
    expect("back-filled besides", filled, {"duplicated": 1})
    expect("another time", changed(late), {"lost": 1, "strange": 1})
    expect("another text", changed(unknown), {"lost": 1, "strange": 1})
    expect("an alert missing", changed(lambda l: l.pop(first(l, check.ALERT))), {"alerts lost in silence": 1})
    expect("an alert in a told gap", changed(alert_in_gap), {})
    expect("an alert twice", changed(lambda l: l.append(l[first(l, check.ALERT)])), {"alerts doubled": 1})
    expect("a call missing", LINES, {"webhooks lost": 1}, miss_call=True)
    expect("a call by a second alert", LINES, {"webhooks doubled": 1}, another_alert_calls=True)

    slow = changed(lambda l: [one.update(received_ms=one["received_ms"] + 150) for one in l])
    if figures(LINES)["live p99 ms"] > 2 or figures(slow)["live p99 ms"] < 150:
        wrong.append("latencies are not those of the lines")
    half = [one for one in LINES if one["kind"] != check.TRANSCRIPT or one["start"] * 1000 % 2 < 1]
    if not 30 < figures(half)["transcripts by socket"] < 70:
        wrong.append("the share of transcripts by the socket is not that of the lines")
    wrong += lives()
    print("FAIL the checker: " + "; ".join(wrong) if wrong else "ok the checker finds what is missing, doubled or made up")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
