"""Transcripts, and search over what was indexed."""

from step import Step, request

STREAM = {"rtstream_id": "rts-1"}
TRANSCRIPTION = "/rtstream/rts-1/transcription"
SEARCH_KEYS = "2.10 keys that the published description has and the SDK has not"


def start(name, /, **options):
    return Step(
        name, "rtstream_start_transcript", STREAM | options, sdk=lambda p: p.stream.start_transcript(**options)
    )


def stop_with_mode(name, /, **options):
    return Step(
        name,
        "rtstream_stop_transcript",
        STREAM | options,
        row="6 #10 stop_transcript(mode=) fails",
        expect=request("POST", TRANSCRIPTION, body={"action": "stop"} | options),
    )


def transcript(name, /, **options):
    return Step(name, "rtstream_get_transcript", STREAM | options, sdk=lambda p: p.stream.get_transcript(**options))


def search(name, /, **options):
    """In one stream and in a collection."""
    return [
        Step(name, "rtstream_search", STREAM | options, sdk=lambda p: p.stream.search(**options)),
        Step(
            f"{name}, in a collection",
            "collection_search",
            {"collection_id": "c-1"} | options,
            sdk=lambda p: p.collection.legacy_search(namespace="rtstream", **options),
        ),
    ]


def search_beyond(name, /, **options):
    options = {"query": "a car"} | options
    return [
        Step(
            name,
            "rtstream_search",
            STREAM | options,
            row=SEARCH_KEYS,
            expect=request("POST", "/rtstream/rts-1/search", body=options),
        ),
        Step(
            f"{name}, in a collection",
            "collection_search",
            {"collection_id": "c-1"} | options,
            row=SEARCH_KEYS,
            expect=request("POST", "/rtstream/collection/c-1/search", body=options | {"filter": []}),
        ),
    ]


STEPS = [
    start("start a transcript"),
    start("start a transcript, an engine", engine="assemblyai"),
    start("start a transcript, an event channel", ws_connection_id="ws-1"),
    start("start a transcript, both", engine="default", ws_connection_id="ws-1"),
    Step("stop a transcript", "rtstream_stop_transcript", STREAM, sdk=lambda p: p.stream.stop_transcript()),
    Step(
        "stop a transcript, an engine",
        "rtstream_stop_transcript",
        STREAM | {"engine": "assemblyai"},
        sdk=lambda p: p.stream.stop_transcript(engine="assemblyai"),
    ),
    stop_with_mode("stop a transcript gracefully", mode="graceful"),
    stop_with_mode("stop a transcript by force, an engine", mode="force", engine="assemblyai"),
    transcript("transcript"),
    transcript("transcript, one page", page=2, page_size=1000),
    transcript("transcript, zeros are sent", start=0, end=0, since=0),
    transcript("transcript, from", start=1711000000),
    transcript("transcript, until", end=1711000000.5),
    transcript("transcript, since", since=1711000000.1),
    transcript("transcript with everything", page=1, page_size=5, start=1, end=2.5, since=1.5, engine="AAIS"),
    Step(
        "transcript status",
        "rtstream_transcript_status",
        STREAM,
        row="6 #23 no method for transcript status",
        expect=request("GET", f"{TRANSCRIPTION}/status"),
    ),
    Step(
        "transcript status of an engine",
        "rtstream_transcript_status",
        STREAM | {"engine": "assemblyai"},
        row="6 #23 no method for transcript status",
        expect=request("GET", f"{TRANSCRIPTION}/status", {"engine": "assemblyai"}),
    ),
    *search("search", query="white car, moving fast"),
    *search("search in one index", query="a car", index_id="ix-1"),
    *search("search, zeros are sent", query="a car", result_threshold=0, score_threshold=0, dynamic_score_percentage=0),
    *search("search, thresholds", query="a car", result_threshold=5, score_threshold=0.35, dynamic_score_percentage=12.5),
    *search("search, an empty filter", query="a car", filter=[]),
    *search("search, filters", query="a car", filter=[{"day": "Monday"}, {"n": {"gt": 1.5}, "ok": True}]),
    *search(
        "search with everything",
        query="a car",
        index_id="ix-1",
        result_threshold=5,
        score_threshold=1,
        dynamic_score_percentage=100,
        filter=[{"day": "Monday"}],
    ),
    *search_beyond("search, the kind of index", index_type="scene"),
    *search_beyond("search, stitched", stitch=False),
    *search_beyond("search, ranked again", rerank=True, rerank_params={"top": 3}),
]
