"""Understandings, and the indexes over them."""

from step import Step

STREAM = {"rtstream_id": "rts-1"}
UNDERSTANDING = STREAM | {"understanding_id": "und-1"}
INDEX = STREAM | {"index_id": "idx-1"}
SEGMENTATION = {"type": "time", "window": "10s"}
ANALYZERS = [{"type": "vlm", "name": "scene", "sampling": {"frame_count": 5}, "config": {"prompt": "p", "model": "basic"}}]
SOURCE = {"type": "understanding", "asset_type": "rtstream", "rtstream_id": "rts-1", "understanding_id": "und-1", "output": "scene"}


def understand(name, /, **options):
    return Step(name, "understanding_create", STREAM | options, sdk=lambda p: p.stream.understand(**options))


def output(name, /, **options):
    return Step(
        name, "understanding_get_records", UNDERSTANDING | options, sdk=lambda p: p.understanding.get_records(**options)
    )


def index(name, /, **options):
    return Step(name, "index_create", STREAM | options, sdk=lambda p: p.stream.index(**options))


def records(name, /, **options):
    return Step(name, "index_get_records", INDEX | options, sdk=lambda p: p.index.get_records(**options))


STEPS = [
    understand("understanding, the least"),
    understand("understanding", segmentation=SEGMENTATION, analyzers=ANALYZERS),
    understand("understanding, not stored", segmentation=SEGMENTATION, analyzers=ANALYZERS, store=False),
    understand(
        "understanding with everything", segmentation=SEGMENTATION, analyzers=ANALYZERS, store=True, ws_connection_id="ws-1"
    ),
    Step("understandings", "understanding_list", STREAM, sdk=lambda p: p.stream.list_understanding()),
    Step("understanding by id", "understanding_get", UNDERSTANDING, sdk=lambda p: p.stream.get_understanding("und-1")),
    Step("start an understanding", "understanding_start", UNDERSTANDING, sdk=lambda p: p.understanding.start()),
    Step("stop an understanding", "understanding_stop", UNDERSTANDING, sdk=lambda p: p.understanding.stop()),
    output("output of an understanding", start=1711000000, end=1711003600),
    output("output of an understanding, from zero", start=0, end=0.5),
    output("output of an understanding, one page", start=1.25, end=2, output="plates", page=2, page_size=10),
    index("index", source=SOURCE),
    index("index, a name", source=SOURCE, name="cars"),
    index("index with everything", source=SOURCE, name="cars", use_for=["semantic", "query"]),
    index("index, no use", source=SOURCE, use_for=[]),
    Step("indexes", "index_list", STREAM, sdk=lambda p: p.stream.list_indexes()),
    Step("index by id", "index_get", INDEX, sdk=lambda p: p.stream.get_index("idx-1")),
    Step("start an index", "index_start", INDEX, sdk=lambda p: p.index.start()),
    Step("stop an index", "index_stop", INDEX, sdk=lambda p: p.index.stop()),
    records("records of an index"),
    records("records of an index, one page", page=4, page_size=25),
    records("records of an index, from zero", start=0),
    records("records of an index, until", end=1711003600.5),
    records("records of an index with everything", start=1, end=2.5, page=2, page_size=3),
]
