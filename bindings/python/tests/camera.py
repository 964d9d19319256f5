"""A camera that speaks, and a service that has watched it for a while."""

import shutil
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import LocalService, until

from videodb_rt import MediaType, VideodbError

SENTENCE = "A white car is moving fast. The white car stops near the gate."


def missing():
    """What is needed and not there; None if nothing is."""
    for program in ("ffmpeg", "flite"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not list(Path("/usr/lib").glob("*/libpocketsphinx.so.3")):
        return "libpocketsphinx3 is not installed"
    return None


def make_clip(path):
    """15 s of a moving test picture, in which somebody says SENTENCE again and again."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", SENTENCE, "-o", said], check=True)
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-i", said]
        command += ["-filter_complex", "[1:a]apad=pad_dur=1.5,aloop=-1:size=2e6[a]", "-map", "0:v", "-map", "[a]", "-t", "15"]
        command += ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-c:a", "aac", path]
        subprocess.run(command, check=True)


class Webhooks(ThreadingHTTPServer):
    """Takes webhook calls and counts them."""

    daemon_threads = True

    def __init__(self):
        self.calls = 0
        super().__init__(("127.0.0.1", 0), _Call)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def close(self):
        self.shutdown()
        self.server_close()


class _Call(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.calls += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Watched:
    """A local service with a stream of the clip: seen, heard and recorded for a few seconds."""

    def __init__(self, clip, *arguments):
        self.began = time.time()
        self.service = LocalService(*arguments)
        try:
            self.connection = self.service.connect()
            self.stream = self.connection.get_collection().connect_rtstream(
                str(clip), "camera", media_types=[MediaType.video, MediaType.audio], sample_rate=10, store=True
            )
            self.index = self.stream.index_visuals("Describe movement", {"type": "time", "value": 1, "frame_count": 2})
            self.spoken = self.stream.index_audio("What is said?", {"type": "sentence", "value": 1}, auto_start_transcript=True)
        except BaseException:
            self.service.close()
            raise

    def wait(self):
        """Until a range is recorded, a scene is described, and what is said is found."""
        until(lambda: self.index.get_scenes()["scenes"], "a scene", 30)
        until(lambda: self.stream.search("white car moving fast", score_threshold=0.5).shots, "what was said", 40)
        self.start, self.end = until(self.recorded, "a recording", 30)

    def recorded(self):
        now = time.time()
        try:
            self.stream.generate_stream(now - 6, now - 1)
        except VideodbError:
            return None
        return int(now - 6), int(now - 1)

    def close(self):
        self.connection.close()
        self.service.close()
