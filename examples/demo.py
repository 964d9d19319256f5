#!/usr/bin/env python3
"""Watches a camera through libvideodb_rt for half a minute: the local service, a webhook receiver, and examples/watch.c.

    examples/demo.py [--seconds 30]

CAMERA names the camera: a file or any address that ffmpeg opens; without it, a clip that make_clip.sh makes. With VIDEO_DB_API_KEY
and VIDEO_DB_API set, the program talks to that service instead, and asks before it starts what may be charged for.
Ctrl-C ends it at any moment. Whatever happens, nothing that was started goes on, and no temporary file is left.
"""

import argparse
import ctypes
import datetime
import http.server
import json
import os
import secrets
import select
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EVENTS = {
    "movement": "something moves",
    "arrival": "something enters the picture",
    "darkness": "the lights go off",
}
PROMPT = "Describe what moves and where, and the light."


class Failure(Exception):
    pass


def die_with_parent():
    """In the child, before it runs: SIGTERM when this process is gone, however that happened."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


# ---- The webhook receiver --------------------------------------------------------------------------------------------


class Receiver(http.server.ThreadingHTTPServer):
    """Prints each call, with the time from the end of the scene to its arrival. Only our own address is answered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Call)
        self.path = "/" + secrets.token_urlsafe(16)
        self.started = time.monotonic()
        self.delays = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}{self.path}"


class Call(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        arrived = time.time()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        ours = secrets.compare_digest(self.path, self.server.path)
        self.send_response(204 if ours else 404)
        self.end_headers()
        if ours:
            show_call(self.server, json.loads(body), arrived)

    def log_message(self, *_):
        pass


def show_call(receiver, alert, arrived):
    begin, end = (datetime.datetime.fromisoformat(alert[k]).astimezone() for k in ("start_time", "end_time"))
    fired = datetime.datetime.fromisoformat(alert["timestamp"])
    receiver.delays.append(arrived - fired.timestamp())
    print(
        f"{time.monotonic() - receiver.started:6.1f} s  {'webhook':<12} {begin:%H:%M:%S}-{end:%H:%M:%S}"
        f"  +{arrived - end.timestamp():.2f} s  [{alert['label']}] {alert['confidence'] * 100:.0f} %  {alert['explanation']}",
        flush=True,
    )


# ---- What is watched, and who watches it ---------------------------------------------------------------------------------


def camera():
    """The address of the camera: an absolute path for a file, since the service has a working directory of its own."""
    named = os.environ.get("CAMERA", "")
    if not named:
        clip = ROOT / "build/clip.mp4"
        script = ROOT / "examples/make_clip.sh"
        if not clip.exists() or clip.stat().st_mtime < script.stat().st_mtime:
            clip.parent.mkdir(exist_ok=True)
            unfinished = clip.with_suffix(f".{os.getpid()}")
            try:
                subprocess.run([script, unfinished], check=True, stdin=subprocess.DEVNULL)
                unfinished.rename(clip)
            finally:
                unfinished.unlink(missing_ok=True)
        return str(clip)
    if "://" in named:
        return named
    if Path(named).exists():
        return str(Path(named).resolve())
    raise Failure(f"CAMERA={named}: there is no such file, and it is no address")


def build_watch(folder):
    environment = os.environ | {"PKG_CONFIG_PATH": str(ROOT / "build/lib/pkgconfig")}
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "videodb_rt", "jansson"], env=environment, check=True, capture_output=True, text=True
    ).stdout
    command = [os.environ.get("CC", "cc"), "-std=c11", "-O2", "-Wall", "-o", folder / "watch", ROOT / "examples/watch.c"]
    subprocess.run(command + ["-pthread"] + shlex.split(flags), check=True)
    return folder / "watch"


class LocalService:
    """`videodb-rt-local` on a free port, with a data folder and a key of its own."""

    def __init__(self, folder):
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_text(secrets.token_hex(24) + "\n")
        self.log = folder / "service.log"
        # In a session of its own: Ctrl-C is for the program that watches, which still has to stop its stream here.
        self.process = subprocess.Popen(
            [ROOT / "build/bin/videodb-rt-local", "--port", "0", "--data-dir", folder / "data", "--api-key-file", key],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            env={k: v for k, v in os.environ.items() if k != "VIDEO_DB_API_KEY"},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.key = key.read_text().strip()

    def wait_until_listening(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("listening "):
            raise Failure("the local service did not start:\n" + self.log.read_text())
        return line.split()[1]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_watch(program, camera_url, options, environment):
    """Runs the program in the foreground. It gets Ctrl-C by itself; what comes only to us is passed on."""
    command = [program, "--camera", camera_url, "--prompt", PROMPT]
    for label, prompt in EVENTS.items():
        command += ["--event", f"{label}={prompt}"]
    environment = os.environ | environment | {"LD_LIBRARY_PATH": str(ROOT / "build/lib")}
    watch = subprocess.Popen(command + options, env=environment, preexec_fn=die_with_parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: watch.terminate())
    return 0 if watch.wait() == 0 else 1


def watch_hosted(folder, seconds):
    host = urllib.parse.urlsplit(os.environ["VIDEO_DB_API"]).hostname
    if "://" not in os.environ.get("CAMERA", "") and host not in ("127.0.0.1", "::1", "localhost"):
        raise Failure(f"{host} cannot read files of this machine: name a camera that it can reach, CAMERA=rtsp://...")
    # A webhook would have to reach this machine from outside: alerts come over the event channel only.
    return run_watch(build_watch(folder), camera(), ["--seconds", str(seconds)], {})


def watch_local(folder, seconds):
    program = build_watch(folder)
    camera_url = camera()
    service = LocalService(folder)
    try:
        url = service.wait_until_listening()
        print(f"local service at {url}; it measures pixels and is no vision model (videodb-rt-local --help)", flush=True)
        receiver = Receiver()
        options = ["--yes", "--seconds", str(seconds), "--callback", receiver.url]
        code = run_watch(program, camera_url, options, {"VIDEO_DB_API": url, "VIDEO_DB_API_KEY": service.key})
        receiver.shutdown()
    finally:
        service.stop()
    if receiver.delays:
        print(f"webhook calls: {len(receiver.delays)}, {statistics.median(receiver.delays) * 1000:.0f} ms after the alert (median)")
    return code


def main():
    parser = argparse.ArgumentParser(description="Watches a camera through libvideodb_rt. CAMERA names it: a file or an address.")
    parser.add_argument("--seconds", type=int, default=30)
    seconds = parser.parse_args().seconds
    hosted = os.environ.get("VIDEO_DB_API_KEY") and os.environ.get("VIDEO_DB_API")
    # All of them end the program through its `finally`. A shell without job control starts its children deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        with tempfile.TemporaryDirectory(prefix="videodb-rt-demo-") as folder:
            return (watch_hosted if hosted else watch_local)(Path(folder), seconds)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(f"demo: {shlex.join(map(str, error.cmd))} failed\n{error.stderr or ''}", file=sys.stderr)
    except KeyboardInterrupt:
        print()
    return 1


if __name__ == "__main__":
    sys.exit(main())
