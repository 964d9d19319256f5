"""Events in Python: through the library's package in five ways, through VideoDB's own SDK, and by hand with websockets and orjson.

python_events.py sdk|orjson|columns|batch|events|stream|receive URL EVENTS

Each reads the channel and the text of every event, as a string each."""

import asyncio
import json
import os
import ssl
import sys
import time

STREAM_ID = "rts-0190d1b2-7c3e-7a55-9d0e-3f1c5a9be471"


def now():
    return time.process_time(), time.monotonic()


def report(events, characters, transcripts, first):
    cpu, wall = (after - before for after, before in zip(now(), first))
    print(
        json.dumps({"events": events, "text": characters, "unit": "characters", "transcripts": transcripts, "cpu": cpu, "wall": wall})
    )


async def read_dicts(messages, expected):
    events = characters = transcripts = 0
    async for message in messages:
        if events == 0:
            first = now()
        transcripts += message["channel"] == "transcript"
        characters += len(message["data"]["text"])
        events += 1
        if events == expected:
            break
    report(events, characters, transcripts, first)


async def read_events(socket, expected):
    events = characters = transcripts = 0
    async for event in socket.events():
        if event.is_own:
            continue
        if events == 0:
            first = now()
        transcripts += event.channel == "transcript"
        characters += len(event.text)
        events += 1
        if events == expected:
            break
    report(events, characters, transcripts, first)


def read_batches(socket, expected):
    events = characters = transcripts = 0
    while events < expected:
        batch = socket.batch()
        if events == 0:
            first = now()
        for event in batch:
            if event.is_own:
                continue
            transcripts += event.channel == "transcript"
            characters += len(event.text)
            events += 1
    report(events, characters, transcripts, first)


def read_columns(socket, expected):
    events = characters = transcripts = 0
    while events < expected:
        batch = socket.batch()
        if events == 0:
            first = now()
        for channel, text in zip(batch.channels, batch.texts):
            if text is None:  # what the library itself tells has none
                continue
            transcripts += channel == "transcript"
            characters += len(text)
            events += 1
    report(events, characters, transcripts, first)


async def sdk(url, expected):
    from videodb.websocket_client import WebSocketConnection

    socket = await WebSocketConnection(url.replace("http", "ws", 1) + "/ws").connect()
    await read_dicts(socket.receive(), expected)


async def orjson(url, expected):
    import orjson
    import websockets

    async def messages(socket):
        while True:
            yield orjson.loads(await socket.recv(decode=False))

    ca = os.environ.get("BENCH_CA")
    tls = ssl.create_default_context(cafile=ca) if ca else None
    async with websockets.connect(url.replace("http", "ws", 1) + "/ws", compression=None, ssl=tls) as socket:
        await socket.recv(decode=False)  # the connection id
        await read_dicts(messages(socket), expected)


def connect(url):
    import videodb_rt

    ca = os.environ.get("BENCH_CA")
    return videodb_rt.connect(api_key="sk-bench", base_url=url, config={"tls.ca_file": ca} if ca else None)


def bind(connection, socket):
    stream = connection.get_collection().get_rtstream(STREAM_ID)
    stream.start_transcript(ws_connection_id=socket.connection_id)
    stream.index_visuals("What moves?", ws_connection_id=socket.connection_id)


async def asynchronously(url, expected, how):
    with connect(url) as connection:
        socket = await connection.connect_websocket().connect()
        await asyncio.to_thread(bind, connection, socket)
        if how == "events":
            await read_events(socket, expected)
        else:
            await read_dicts(socket.stream() if how == "stream" else socket.receive(), expected)


def batches(url, expected, read):
    with connect(url) as connection, connection.connect_websocket() as socket:
        bind(connection, socket)
        read(socket, expected)


def main():
    how, url, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if how == "sdk":
        asyncio.run(sdk(url, expected))
    elif how == "orjson":
        asyncio.run(orjson(url, expected))
    elif how == "columns":
        batches(url, expected, read_columns)
    elif how == "batch":
        batches(url, expected, read_batches)
    else:
        asyncio.run(asynchronously(url, expected, how))


if __name__ == "__main__":
    main()
