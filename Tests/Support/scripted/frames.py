"""RFC 6455 at byte level: frames, right and wrong ones, and the handshake's answer."""

import base64
import hashlib
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OPCODES = {"continuation": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}
NAMES = {number: name for name, number in OPCODES.items()}


def accept_value(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def opcode_of(value):
    return OPCODES[value] if isinstance(value, str) else int(value)


def encode(payload, opcode="text", fin=True, rsv=0, mask=None, length_form=None, length=None):
    """One frame. `length_form` 7, 16 or 64 forces the size of the length field; `length` declares another length than the payload's."""
    declared = len(payload) if length is None else length
    form = length_form or (7 if declared < 126 else 16 if declared < 65536 else 64)
    head = bytes([(0x80 if fin else 0) | (rsv & 7) << 4 | opcode_of(opcode)])
    bit = 0x80 if mask is not None else 0
    if form == 7:
        head += bytes([bit | declared])
    elif form == 16:
        head += bytes([bit | 126]) + struct.pack(">H", declared)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", declared)
    if mask is not None:
        return head + mask + masked(payload, mask)
    return head + payload


def close_payload(code, reason=""):
    return b"" if code is None else struct.pack(">H", code) + reason.encode()


def masked(payload, mask):
    if not payload:
        return b""
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


class Frame:
    """A frame that the client sent."""

    def __init__(self, first, mask, payload):
        self.fin = bool(first & 0x80)
        self.rsv = first >> 4 & 7
        self.opcode = first & 0x0F
        self.mask = mask
        self.payload = payload

    @property
    def name(self):
        return NAMES.get(self.opcode, str(self.opcode))

    def record(self):
        out = {"opcode": self.name, "fin": self.fin, "rsv": self.rsv, "masked": self.mask is not None}
        if self.mask is not None:
            out["mask"] = self.mask.hex()
        if self.opcode == 8:
            out["code"] = struct.unpack(">H", self.payload[:2])[0] if len(self.payload) >= 2 else None
            out["reason"] = self.payload[2:].decode("utf-8", "replace")
        out["text"] = self.payload.decode("utf-8", "replace")
        out["hex"] = self.payload.hex()
        return out


def take(buffer):
    """Removes one frame from the front of the bytearray; None while it is not complete."""
    if len(buffer) < 2:
        return None
    size, at = buffer[1] & 0x7F, 2
    if size == 126:
        if len(buffer) < 4:
            return None
        size, at = struct.unpack(">H", buffer[2:4])[0], 4
    elif size == 127:
        if len(buffer) < 10:
            return None
        size, at = struct.unpack(">Q", buffer[2:10])[0], 10
    mask = None
    if buffer[1] & 0x80:
        if len(buffer) < at + 4:
            return None
        mask, at = bytes(buffer[at : at + 4]), at + 4
    if len(buffer) < at + size:
        return None
    payload = bytes(buffer[at : at + size])
    frame = Frame(buffer[0], mask, masked(payload, mask) if mask else payload)
    del buffer[: at + size]
    return frame
