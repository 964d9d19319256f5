#!/usr/bin/python3
"""A camera for tests: a real RTSP server (GStreamer's) that plays a clip in a loop, at the clip's own speed.

    rtsp_camera.py CLIP [--port 0] [--path /camera] [--fps N] [--size WxH] [--audio]

Prints `listening PORT` and then `url rtsp://127.0.0.1:PORT/camera`. Ends when stdin closes, or on SIGTERM.
Commands, one a line on stdin, each answered by `ok COMMAND`:

    down      the camera disappears: its connections end and its port refuses
    up        it is there again, on the same port
    freeze    connections stay, no more pictures come
    thaw      pictures come again
    clients   answers `ok clients N`, the number of connections now

Needs gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-{base,good,bad}, python3-gi (hence the system's Python) and ffmpeg.
"""

import argparse
import os
import signal
import subprocess
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

ADDRESS = "127.0.0.1"


def has_audio(clip):
    probe = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream=index", "-of", "csv=p=0", clip]
    return bool(subprocess.run(probe, capture_output=True, check=True, text=True).stdout.strip())


class Player:
    """One ffmpeg that plays the clip for ever into a pipe, as MPEG-TS with a key frame every second."""

    def __init__(self, options, audio):
        filters = [f"fps={options.fps}"] if options.fps else []
        filters += [f"scale={options.size.replace('x', ':')}"] if options.size else []
        rate = options.fps or 25
        command = ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", options.clip, "-map", "0:v:0"]
        command += ["-vf", ",".join(filters)] if filters else []
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
        command += ["-g", str(rate), "-threads", "1"]
        command += ["-map", "0:a:0", "-c:a", "aac", "-ac", "1"] if audio else []
        command += ["-muxdelay", "0", "-flush_packets", "1", "-f", "mpegts", "pipe:1"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    @property
    def fd(self):
        return self.process.stdout.fileno()

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Factory(GstRtspServer.RTSPMediaFactory):
    """Makes the media when the first viewer comes; later ones share it, as they would share a camera."""

    def __init__(self, options):
        super().__init__()
        self.options = options
        self.audio = options.audio and has_audio(options.clip)
        self.players = []
        self.set_shared(True)
        self.connect("media-configure", lambda _, media: media.connect("unprepared", lambda _: self.stop_players()))

    def do_create_element(self, _url):
        player = Player(self.options, self.audio)
        self.players.append(player)
        launch = f"( fdsrc fd={player.fd} ! tsdemux name=d d. ! queue ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96"
        if self.audio:
            launch += " d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97"
        return Gst.parse_launch(launch + " )")

    def stop_players(self):
        for player in self.players:
            player.stop()
        self.players.clear()

    def signal_players(self, number):
        for player in self.players:
            player.signal(number)


class Camera:
    def __init__(self, options):
        self.port = options.port
        self.path = options.path
        self.source = None
        self.factory = Factory(options)
        self.pool = GstRtspServer.RTSPSessionPool()
        self.server = GstRtspServer.RTSPServer()
        self.server.set_address(ADDRESS)
        self.server.set_session_pool(self.pool)
        self.server.get_mount_points().add_factory(self.path, self.factory)

    def up(self):
        if self.source is not None:
            return
        self.server.set_service(str(self.port))
        self.source = self.server.create_source(None)
        self.source.attach(None)
        self.port = self.server.get_bound_port()

    def down(self):
        if self.source is None:
            return
        self.source.destroy()
        self.source = None
        self.server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)
        self.pool.filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)
        # Only killed here: the pipeline may still read the pipe, which is closed once the media is unprepared.
        self.factory.signal_players(signal.SIGKILL)

    def command(self, line):
        if line == "clients":
            return f"clients {len(self.server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REF))}"
        actions = {
            "down": self.down,
            "up": self.up,
            "freeze": lambda: self.factory.signal_players(signal.SIGSTOP),
            "thaw": lambda: self.factory.signal_players(signal.SIGCONT),
        }
        if line not in actions:
            return None
        actions[line]()
        return line


def say(text):
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Serves a clip over RTSP, in a loop, like a camera.")
    parser.add_argument("clip")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--path", default="/camera")
    parser.add_argument("--fps", type=int, default=0, help="frames a second; default: the clip's")
    parser.add_argument("--size", default="", help="WIDTHxHEIGHT; default: the clip's")
    parser.add_argument("--audio", action="store_true", help="with the clip's sound, where it has any")
    options = parser.parse_args()
    if not os.path.isfile(options.clip):
        sys.exit(f"no clip {options.clip}")

    Gst.init(None)
    camera = Camera(options)
    camera.up()
    loop = GLib.MainLoop()
    pending = bytearray()

    def on_stdin(fd, _condition):
        data = os.read(fd, 4096)
        if not data:
            loop.quit()
            return False
        pending.extend(data)
        while b"\n" in pending:
            line, _, rest = bytes(pending).partition(b"\n")
            pending[:] = rest
            done = camera.command(line.decode().strip())
            say(f"ok {done}" if done else f"unknown command {line.decode().strip()}")
        return True

    GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_stdin)
    for number in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    say(f"listening {camera.port}")
    say(f"url rtsp://{ADDRESS}:{camera.port}{camera.path}")
    try:
        loop.run()
    finally:
        camera.down()
        camera.factory.stop_players()


if __name__ == "__main__":
    main()
