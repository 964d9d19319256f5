"""HTTP/1.1 at byte level: requests kept exactly as they came, answers exactly as the script has them."""

import json
from http import HTTPStatus

from . import frames


class Request:
    """One request. Header names and values, target and body are those on the wire."""

    def __init__(self, head, body, complete=True):
        self.head = head.decode("latin-1")
        lines = self.head.split("\r\n")
        self.method, self.target, self.version = (lines[0].split(" ", 2) + ["", ""])[:3]
        self.path, mark, query = self.target.partition("?")
        self.query = query if mark else None
        self.headers = []
        for line in lines[1:]:
            if line:
                name, _, value = line.partition(":")
                self.headers.append([name, value.strip()])
        self.body = body
        self.complete = complete

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def record(self):
        out = {
            "method": self.method,
            "target": self.target,
            "path": self.path,
            "query": self.query,
            "version": self.version,
            "headers": self.headers,
            "complete": self.complete,
            "body": self.body.decode("utf-8", "replace"),
            "body_hex": self.body.hex(),
        }
        try:
            out["json"] = json.loads(self.body) if self.body else None
        except ValueError:
            out["json"] = None
        return out


def payload_of(spec):
    """Bytes of `json`, `text`, `hex` or `repeat` ({"text": "x", "times": n}) in a step."""
    if "json" in spec:
        return json.dumps(spec["json"], ensure_ascii=False, separators=(",", ":")).encode()
    if "text" in spec:
        return spec["text"].encode("utf-8", "surrogatepass")
    if "hex" in spec:
        return bytes.fromhex(spec["hex"])
    if "repeat" in spec:
        return spec["repeat"]["text"].encode() * spec["repeat"]["times"]
    return b""


def reason_of(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Odd"


def header_lines(headers):
    pairs = headers.items() if isinstance(headers, dict) else headers
    return "".join(f"{name}: {value}\r\n" for name, value in pairs)


def answer_bytes(spec):
    """Head and body of a canned answer. Returns the bytes and whether the connection may be kept."""
    status = spec["status"]
    body = payload_of(spec)
    headers = spec.get("headers", {})
    names = {name.lower() for name, _ in (headers.items() if isinstance(headers, dict) else headers)}
    head = f"{spec.get('version', 'HTTP/1.1')} {status} {spec.get('reason', reason_of(status))}\r\n"
    if "content-type" not in names:
        head += f"Content-Type: {'application/json' if 'json' in spec else 'text/html; charset=utf-8'}\r\n"
    keep = spec.get("keep_alive", True)
    if spec.get("chunked"):
        size = spec.get("chunk_size", 7)
        head += "Transfer-Encoding: chunked\r\n"
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    elif spec.get("content_length", 0) is None:
        keep = False  # without a length, the end of the connection ends the body
    else:
        head += f"Content-Length: {spec.get('content_length', len(body))}\r\n"
    if not keep:
        head += "Connection: close\r\n"
    return (head + header_lines(headers) + "\r\n").encode("latin-1"), body, keep


def upgrade_bytes(spec, key):
    """The answer to a WebSocket handshake, right unless the spec says otherwise."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": frames.accept_value(key or "")}
    if "accept" in spec:
        headers["Sec-WebSocket-Accept"] = spec["accept"]
    for name in spec.get("without", []):
        headers.pop(name, None)
    extra = spec.get("headers", {})
    pairs = list(headers.items())
    if isinstance(extra, dict):
        pairs = [(name, value) for name, value in pairs if name not in extra] + list(extra.items())
    else:
        pairs += [tuple(pair) for pair in extra]
    pairs += [(f"X-Flood-{n}", "f" * spec.get("flood_size", 100)) for n in range(spec.get("flood", 0))]
    status = spec.get("status", 101)
    line = spec.get("status_line", f"HTTP/1.1 {status} {spec.get('reason', reason_of(status))}")
    return (line + "\r\n" + header_lines(pairs) + "\r\n").encode("latin-1")
