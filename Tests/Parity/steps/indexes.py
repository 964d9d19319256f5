"""Scene indexes: visual, audio, spoken words; and their scenes."""

from step import Step, request

EVERYTHING = {
    "prompt": "Describe what moves",
    "model_name": "basic",
    "model_config": {"temperature": 0.5, "nested": {"a": [1, None, True]}},
    "name": "movement",
    "ws_connection_id": "ws-1",
    "sandbox_id": "sb-1",
}


def index(name, kind, /, **options):
    return Step(
        name,
        f"rtstream_index_{kind}",
        {"rtstream_id": "rts-1", **options},
        sdk=lambda p: getattr(p.stream, f"index_{kind}")(**options),
    )


def spoken(name, batch=None, /, **options):
    """The SDK has two arguments where the other indexes have a batch_config."""
    ours, theirs = ({"batch_config": batch}, {"segmenter": batch["type"], "length": batch["value"]}) if batch else ({}, {})
    return Step(
        name,
        "rtstream_index_spoken_words",
        {"rtstream_id": "rts-1", **ours, **options},
        sdk=lambda p: p.stream.index_spoken_words(**theirs, **options),
    )


def auto_start(name, kind, value, extraction):
    body = {
        "extraction_type": "transcript",
        "extraction_config": extraction,
        "prompt": None,
        "model_name": None,
        "model_config": {},
        "name": None,
        "auto_start_transcript": value,
    }
    return Step(
        name,
        f"rtstream_index_{kind}",
        {"rtstream_id": "rts-1", "auto_start_transcript": value},
        row="2.7 auto_start_transcript is the other SDK's",
        expect=request("POST", "/rtstream/rts-1/index/scene", body=body),
    )


def scenes(name, /, **options):
    return Step(
        name,
        "scene_index_get_scenes",
        {"rtstream_id": "rts-1", "index_id": "ix-1", **options},
        sdk=lambda p: p.scene_index.get_scenes(**options),
    )


INDEX = {"rtstream_id": "rts-1", "index_id": "ix-1"}

STEPS = [
    index("visual index, the least", "visuals"),
    index("visual index, a prompt", "visuals", prompt="Describe what moves"),
    index("visual index, null is null", "visuals", prompt=None, batch_config=None, model_name=None, name=None),
    index("visual index, windows", "visuals", prompt="p", batch_config={"type": "time", "value": 5, "frame_count": 2}),
    index("visual index, parts of a second", "visuals", prompt="p", batch_config={"type": "time", "value": 2.5, "frame_count": 1}),
    index("visual index, no number of frames", "visuals", prompt="p", batch_config={"type": "time", "value": 10}),
    index("visual index with everything", "visuals", batch_config={"type": "time", "value": 5, "frame_count": 2}, **EVERYTHING),
    index("audio index, the least", "audio"),
    index("audio index, words", "audio", prompt="p", batch_config={"type": "word", "value": 50}),
    index("audio index, sentences", "audio", prompt="p", batch_config={"type": "sentence", "value": 3}),
    index("audio index, seconds", "audio", prompt="p", batch_config={"type": "time", "value": 30}),
    index("audio index, parts of a second", "audio", prompt="p", batch_config={"type": "time", "value": 7.5}),
    index("audio index with everything", "audio", batch_config={"type": "word", "value": 50}, **EVERYTHING),
    auto_start("audio index, start the transcript", "audio", True, None),
    auto_start("audio index, do not start the transcript", "audio", False, None),
    spoken("spoken words, the least"),
    spoken("spoken words, words", {"type": "word", "value": 25}),
    spoken("spoken words, sentences", {"type": "sentence", "value": 2}, prompt="p"),
    spoken("spoken words, seconds", {"type": "time", "value": 15}, prompt="p"),
    spoken("spoken words with everything", {"type": "sentence", "value": 2}, **EVERYTHING),
    auto_start(
        "spoken words, start the transcript", "spoken_words", True, {"segmenter": "word", "segmentation_value": 10}
    ),
    index("scenes, the least", "scenes"),
    index("scenes by time", "scenes", extraction_type="time", extraction_config={"time": 4, "frame_count": 1}, prompt="p"),
    index("scenes by shots", "scenes", extraction_type="shot", extraction_config={"threshold": 20}, prompt="p"),
    index(
        "scenes by transcript",
        "scenes",
        extraction_type="transcript",
        extraction_config={"segmenter": "word", "segmentation_value": 12},
    ),
    index("scenes with everything", "scenes", extraction_config={"time": 4, "frame_count": 1}, **EVERYTHING),
    Step("scene indexes", "scene_index_list", {"rtstream_id": "rts-1"}, sdk=lambda p: p.stream.list_scene_indexes()),
    Step("scene index", "scene_index_get", INDEX, sdk=lambda p: p.stream.get_scene_index("ix-1")),
    Step("start a scene index", "scene_index_start", INDEX, sdk=lambda p: p.scene_index.start()),
    Step("stop a scene index", "scene_index_stop", INDEX, sdk=lambda p: p.scene_index.stop()),
    Step(
        "new prompt of a scene index",
        "scene_index_update",
        INDEX | {"prompt": "Describe the light"},
        row="6 #23 none for update prompt",
        expect=request("PATCH", "/rtstream/rts-1/index/scene/ix-1", body={"prompt": "Describe the light"}),
    ),
    scenes("scenes of an index"),
    scenes("scenes, one page", page=3, page_size=7),
    scenes("scenes, a time range", start=1711000000, end=1711003600),
    scenes("scenes, parts of a second", start=1711000000.5, end=1711003600.25, page=2),
    scenes("scenes from zero", start=0, end=1711003600),
    scenes("scenes from zero, without an end", start=0, end=None),
    scenes("scenes since", start=1711000000),
    scenes("scenes until", end=1711003600),
]
