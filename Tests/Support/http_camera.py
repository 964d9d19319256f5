#!/usr/bin/env python3
"""A camera for tests that is seen and heard: plays a clip in a loop, at its own speed, as MPEG-TS over HTTP, to each viewer from the
clip's beginning.

    http_camera.py CLIP

Prints `url http://127.0.0.1:PORT/camera.ts`. Ends when stdin closes, or on SIGTERM. Needs ffmpeg.
"""

import http.server
import signal
import subprocess
import sys
import threading

ADDRESS = "127.0.0.1"


class Viewer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "video/mp2t")
        self.end_headers()
        command = ["ffmpeg", "-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", sys.argv[1], "-map", "0:v:0", "-map", "0:a:0?"]
        command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-threads", "1"]
        command += ["-force_key_frames", "expr:gte(t,n_forced)", "-c:a", "aac", "-ac", "1"]
        command += ["-muxdelay", "0", "-flush_packets", "1", "-f", "mpegts", "pipe:1"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as player:
            self.server.players.add(player)
            try:
                while data := player.stdout.read1(65536):
                    self.wfile.write(data)
            except OSError:
                pass  # The viewer has gone.
            player.kill()
            self.server.players.discard(player)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer((ADDRESS, 0), Viewer)
    server.daemon_threads = True
    server.players = set()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"url http://{ADDRESS}:{server.server_port}/camera.ts", flush=True)
    try:
        sys.stdin.read()
    finally:
        for player in list(server.players):
            player.kill()


main()
