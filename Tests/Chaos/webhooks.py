"""A receiver that counts what it is called for: firings by the path of the callback and the window."""

import collections
import http.server
import json
import threading
from datetime import datetime


class Receiver:
    def __init__(self):
        self.calls = collections.Counter()
        counts, lock = self.calls, threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                start = round(datetime.fromisoformat(body["start_time"]).timestamp() * 1000)
                with lock:
                    counts[self.path, start, body["index_id"], body["alert_id"]] += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 512
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
