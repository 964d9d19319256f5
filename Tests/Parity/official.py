"""The official SDK's side: its objects, fresh for each step, and what came of a call."""

import asyncio
import warnings
import webbrowser

import videodb
from videodb._utils._video import play_stream, player_url_to_embed_url
from videodb.capture_session import CaptureSession
from videodb.collection import Collection
from videodb.rtstream import RTStream, RTStreamIndex, RTStreamSceneIndex, RTStreamShot, RTStreamUnderstanding

# play_stream opens a browser where there is one; here it is only asked for the address.
webbrowser.open = lambda *_, **__: True
warnings.simplefilter("ignore")


class Official:
    """Objects as the service would have given them, so that a step makes the one request that it is about."""

    def __init__(self, token, url):
        self.connection = videodb.connect(api_key=token, base_url=url)
        self.collection = Collection(self.connection, "c-1")
        self.default_collection = Collection(self.connection, "default")
        self.stream = RTStream(self.connection, id="rts-1", collection_id="c-1")
        self.scene_index = RTStreamSceneIndex(self.connection, rtstream_index_id="ix-1", rtstream_id="rts-1")
        self.understanding = RTStreamUnderstanding(self.connection, understanding_id="und-1", rtstream_id="rts-1")
        self.index = RTStreamIndex(self.connection, index_id="idx-1", rtstream_id="rts-1")
        self.session = CaptureSession(self.connection, id="cap-1", collection_id="c-1")

    def shot(self, start, end):
        return RTStreamShot(self.connection, rtstream_id="rts-1", start=start, end=end)

    def open_events(self, *collection):
        async def open_and_close():
            async with self.connection.connect_websocket(*collection):
                pass

        asyncio.run(open_and_close())

    def embed_code(self, player_url, **options):
        self.stream.player_url = player_url
        return self.stream.get_embed_code(**options)

    def embed_url(self, player_url):
        return player_url_to_embed_url(player_url)

    def play_url(self, stream_url):
        return play_stream(stream_url)
