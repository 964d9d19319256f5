"""A source on loopback that behaves as no camera should. Prints its port, and ends when its standard input does.

    python3 bad_camera.py silent         takes connections and never says a word
    python3 bad_camera.py noise          calls random bytes an MPEG transport stream, without an end (HTTP)
    python3 bad_camera.py page           calls a page of text a video (HTTP)
    python3 bad_camera.py sdp            is an RTSP camera whose description promises H.264, and sends nothing of it
    python3 bad_camera.py flood CLIP     sends a clip over and over, as fast as it is taken (TCP)
"""

import os
import socket
import sys
import threading

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n"


def silent(connection):
    while connection.recv(4096):
        pass


def noise(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n")
    while True:
        connection.sendall(b"\x47" + os.urandom(187))


def page(connection):
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 3000\r\n\r\n" + b"no video " * 333 + b"\r\n\r")


def sdp(connection):
    while request := connection.recv(4096).decode():
        fields = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
        answer = f"RTSP/1.0 200 OK\r\nCSeq: {fields.get('CSeq', '1')}\r\nSession: 1\r\n"
        if request.startswith("DESCRIBE"):
            answer += f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n"
        if request.startswith("SETUP"):
            answer += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        connection.sendall(answer.encode() + b"\r\n" + (SDP if request.startswith("DESCRIBE") else b""))


def flood(connection):
    clip = open(sys.argv[2], "rb").read()
    while True:
        connection.sendall(clip)


def serve(connection):
    try:
        globals()[sys.argv[1]](connection)
    except OSError:
        pass
    connection.close()


def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=accept, args=(listener,), daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
