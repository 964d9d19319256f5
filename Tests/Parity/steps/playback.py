"""Playback addresses."""

from step import Step, request


def generate(name, start, end, /, **options):
    return Step(
        name,
        "rtstream_generate_stream",
        {"rtstream_id": "rts-1", "start": start, "end": end, **options},
        sdk=lambda p: p.stream.generate_stream(start, end, **options),
    )


def shot(name, start, end):
    return Step(
        name,
        "shot_generate_stream",
        {"rtstream_id": "rts-1", "start": start, "end": end},
        sdk=lambda p: p.shot(start, end).generate_stream(),
    )


STEPS = [
    generate("playback of a time range", 1711000000, 1711003600),
    generate("playback from zero", 0, 10),
    generate("playback, parts of a second", 1711000000.25, 1711000000.75),
    generate("playback, times that binary numbers only come near to", 1711000000.1, 1711000003.3),
    generate("playback, a whole number written as a float", 1711000000.0, 1711003600.0),
    generate(
        "playback with a player",
        1711000000,
        1711003600,
        player_config={"title": "Gate & yard", "description": "Front, 1st floor", "slug": "gate-1"},
    ),
    generate("playback, a title only", 1, 2, player_config={"title": "Gate"}),
    generate("playback, a description only", 1, 2, player_config={"description": "über alles"}),
    generate("playback, a slug only", 1, 2, player_config={"slug": "gate"}),
    generate("playback, empty texts are left out", 1, 2, player_config={"title": "", "description": "", "slug": ""}),
    generate("playback, null texts are left out", 1, 2, player_config={"title": None, "slug": "gate"}),
    generate("playback, an empty player", 1, 2, player_config={}),
    Step(
        "playback of what is live",
        "rtstream_generate_stream",
        {"rtstream_id": "rts-1"},
        row="2.6 the published description has both bounds optional, the SDK asks for them",
        expect=request("GET", "/rtstream/rts-1/stream"),
    ),
    shot("playback of a shot", 1711000000, 1711000005),
    shot("playback of a shot, parts of a second", 1711000000.25, 1711000004.5),
    shot("playback of a shot shorter than a second", 1711000000.25, 1711000000.75),
]
