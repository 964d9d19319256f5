"""What a webhook is called with, for the programs of this folder."""

import contextlib
import http.server
import json
import queue
import threading

calls = queue.Queue()


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        calls.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def receiver():
    """The address of a webhook on loopback, whose calls are put into `calls`."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook"
        server.shutdown()
