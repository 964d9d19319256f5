"""An HTTP server on a free loopback port that records every request and answers what the service would (answers.py).

A request for a WebSocket is recorded too, answered with 101, and given a connection id; the connection then lasts until the client
closes it. Standard library only.
"""

import base64
import hashlib
import http.server
import json
import threading
import urllib.parse

import answers

CONNECTION_ID = "ws-recorded"


class Request:
    """What came over the wire: the path still percent-encoded, the query decoded, the body as bytes."""

    def __init__(self, method, target, headers, body):
        self.method = method
        self.path, _, query = target.partition("?")
        self.query = urllib.parse.parse_qsl(query, keep_blank_values=True)
        self.headers = [(name.lower(), value) for name, value in headers]
        self.body = body

    def header(self, name):
        """All values of the header: a token that is sent twice is no token that is sent once."""
        return [value for header, value in self.headers if header == name]


class Recorder(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, request):
        with self.lock:
            self.requests.append(request)

    def take(self):
        """The requests since the last time."""
        with self.lock:
            taken, self.requests = self.requests, []
        return taken


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece: the system would hold the second back until the first is acknowledged.
    wbufsize = 65536

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.add(Request(self.command, self.path, self.headers.items(), body))
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.serve_websocket()
            return
        text = json.dumps(answers.answer(self.command, self.path.partition("?")[0], self.server.server_port)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def serve_websocket(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        greeting = json.dumps({"connection_id": CONNECTION_ID}).encode()
        self.wfile.write(bytes([0x81, len(greeting)]) + greeting)
        self.wfile.flush()
        # What clients send of themselves is short: pings, and a close, which is sent back.
        while len(head := self.rfile.read(2)) == 2:
            mask = self.rfile.read(4)
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(head[1] & 0x7F)))
            if head[0] & 0x0F == 0x8:
                self.wfile.write(bytes([0x88, len(payload)]) + payload)
                self.wfile.flush()
                break
        self.close_connection = True

    def log_message(self, *_):
        pass
