"""What needs no request: embed addresses, embed code byte for byte, play addresses."""

from step import Step

WATCH = "https://player.videodb.io/watch?v=abc"


def embed_url(name, player_url, **rest):
    return Step(name, "embed_url", {"player_url": player_url}, sdk=lambda p: p.embed_url(player_url), **rest)


def embed_code(name, player_url=WATCH, refused=False, **options):
    return Step(
        name,
        "embed_code",
        {"player_url": player_url, **options},
        sdk=lambda p: p.embed_code(player_url, **options),
        refused=refused,
    )


def play_url(name, stream_url):
    return Step(name, "play_url", {"stream_url": stream_url}, sdk=lambda p: p.play_url(stream_url))


STEPS = [
    embed_url("embed address", WATCH),
    embed_url("embed address, the first of two", "https://a.example/watch?v=1&next=/watch?v=2"),
    embed_url("embed address, other parameters", "http://127.0.0.1:8080/x/watch?a=1&v=abc#t=3"),
    embed_url("embed address of a console page", "https://console.videodb.io/player?v=abc"),
    embed_url("embed address of nothing", "", refused=True),
    embed_url("embed address of no player", "https://player.videodb.io/list?v=abc", refused=True),
    embed_url("embed address without v", "https://player.videodb.io/watch?id=abc", refused=True),
    embed_code("embed code"),
    embed_code("embed code, a width", width="640"),
    embed_code("embed code, a height", height=1),
    embed_code("embed code, a title", title="Gate, yard (1)"),
    embed_code("embed code, a title beyond ASCII", title="Tür"),
    embed_code("embed code, no full screen", allow_fullscreen=False),
    embed_code("embed code with everything", width="50%", height=720, title="Gate", allow_fullscreen=True),
    embed_code("embed code, a title that HTML would read", title='"><b> & co'),
    embed_code("embed code of two parameters", "https://player.videodb.io/watch?v=abc&t=3"),
    embed_code("embed code without a height", height=0, refused=True),
    embed_code("embed code of nothing", "", refused=True),
    embed_code("embed code of no player", "https://player.videodb.io/list?v=abc", refused=True),
    play_url("play address", "https://stream.videodb.io/v3/a.m3u8"),
    play_url("play address of two parameters", "https://stream.videodb.io/a.m3u8?x=1&y=2"),
]
