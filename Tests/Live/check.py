#!/usr/bin/env python3
"""The walk of `make live`, on the local service: that it comes to every operation and to an end, stops what it started, also when it is
interrupted, and prints no secret. And that `make live` without a key, or without the confirmation, does nothing.

    check.py --driver PROGRAM --library FOLDER --service PROGRAM

Prints a line for each check, in the manner of scripts/report.sh.
"""

import argparse
import ctypes
import json
import os
import re
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

from findings import TITLES

ROOT = Path(__file__).resolve().parents[2]
CAMERA = "lavfi:testsrc2=size=320x240:rate=15"
LIMIT = 90
failures = 0


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def check(name, fault, figure=""):
    global failures
    failures += bool(fault)
    print(f"FAIL {name}: {fault}" if fault else f"ok {name}" + (f": {figure}" if figure else ""), flush=True)


class Service:
    def __init__(self, program, folder):
        self.key = secrets.token_hex(24)
        (folder / "key").write_text(self.key)
        self.process = subprocess.Popen(
            [program, "--port", "0", "--data-dir", folder / "data", "--api-key-file", folder / "key"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(folder / "service.log").open("w"),
            preexec_fn=die_with_parent,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        self.url = self.process.stdout.readline().decode().split()[1] if ready else None

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"x-access-token": self.key})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["data"]

    def running(self):
        """Streams, indexes and understandings that go on, and alerts that are enabled."""
        found = []
        for stream in self.get("/rtstream?limit=100")["results"]:
            path = f"/rtstream/{stream['id']}"
            if stream["status"] != "stopped":
                found.append(f"stream {stream['name']}")
            for understanding in self.get(f"{path}/understand")["understandings"]:
                found += [f"understanding of {stream['name']}"] if understanding["status"] == "running" else []
            for index in self.get(f"{path}/index/scene")["scene_indexes"]:
                found += [f"index of {stream['name']}"] if index["status"] == "running" else []
                alerts = self.get(f"{path}/index/{index['rtstream_index_id']}/alert")["alerts"]
                found += [f"alert {alert['alert_id']}" for alert in alerts if alert["status"] != "disabled"]
        return found

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def interrupt(process):
    process.send_signal(signal.SIGINT)


def kill_driver(process):
    os.kill(int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]), signal.SIGKILL)


def stop_reading(process):
    process.stdout.close()


def walk(options, service, seconds, at_first_event=None):
    """Gives exit code and output. `at_first_event` is done to the process once an event has come."""
    environment = os.environ | {
        "VIDEO_DB_API": service.url,
        "VIDEO_DB_API_KEY": service.key,
        "CAMERA": CAMERA,
        "LIVE_SECONDS": str(seconds),
        "LIVE_WINDOW": "1",
    }
    process = subprocess.Popen(
        [sys.executable, ROOT / "Tests/Live/live.py", "--driver", options.driver, "--library", options.library],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=die_with_parent,
    )
    limit = threading.Timer(LIMIT, process.kill)
    limit.start()
    lines = []
    while not process.stdout.closed and (line := process.stdout.readline()):
        lines.append(line)
        if at_first_event and "event on first" in line:
            at_first_event(process)
            at_first_event = None
    limit.cancel()
    return process.wait(), "".join(lines)


def check_walk(options, service):
    code, output = walk(options, service, 3)
    tail = output[-1500:]
    check("the walk comes to its end", "" if code == 0 else f"exit code {code}: {tail}")
    counts = re.search(r"^operations: (\d+) of (\d+) walked, (.*)$", output, re.M)
    complete = counts and counts.group(1) == counts.group(2) != "0"
    check("the walk comes to every operation", "" if complete else tail, counts and f"{counts.group(1)}, {counts.group(3)}")
    named = [number for number, title in TITLES.items() if re.search(rf"^ *{number} {re.escape(title)}: \S", output, re.M)]
    settled = re.search(r"^(\d+) settled", output, re.M)
    figure = settled and f"{settled.group(1)} of 32 settled"
    check("every unknown is settled or says why not", "" if len(named) == 32 and settled else tail, figure)
    events = len(re.findall(r"event on first", output))
    check("events came", "" if events else tail, events)
    check("the walk stops what it started", "; ".join(service.running()) or ("" if "left running: nothing" in output else tail))
    check("the walk prints no secret", "the key or the camera's address" if service.key in output or CAMERA in output else "")


def check_broken_off(options, service, what, act, expected):
    """`expected` None: what it says at its end cannot be read."""
    code, output = walk(options, service, 60, act)
    ended = code == expected if expected else code in (130, 120)
    check(f"{what} ends the walk", "" if ended else f"exit code {code}: {output[-1500:]}")
    said = not expected or "left running: nothing" in output
    check(f"{what} stops what was started", "; ".join(service.running()) or ("" if said else output[-1500:]))


def check_skips():
    def skipped(**environment):
        names = ("VIDEO_DB_API_KEY", "VIDEO_DB_API", "LIVE_SPEND", "CAMERA")
        base = {name: value for name, value in os.environ.items() if name not in names}
        done = subprocess.run(
            [ROOT / "scripts/live.sh"], env=base | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
        )
        lines = (done.stdout + done.stderr).splitlines()
        return "" if done.returncode == 0 and len(lines) == 1 and lines[0].startswith("skipped: ") else f"{done.returncode}: {lines}"

    check("without a key, nothing is done", skipped(LIVE_SPEND="yes", CAMERA="rtsp://a.example/1"))
    check("without a confirmation, nothing is done", skipped(VIDEO_DB_API_KEY="x", CAMERA="rtsp://a.example/1"))
    check("without a camera, nothing is done", skipped(VIDEO_DB_API_KEY="x", LIVE_SPEND="yes"))


def check_redaction():
    from redact import Redactor

    redact = Redactor(key="k-123456", camera="rtsp://u:p@cam/1")
    cases = {
        "key k-123456, camera rtsp://u:p@cam/1": "key <key>, camera <camera>",
        "at https://user:pass@a.example/x?token=1#y.": "at https://***@a.example/x?***#***",
        '{"url":"wss://ws.example/s?t=1","n":2}': '{"url":"wss://ws.example/s?***","n":2}',
        "token st-abc.d_e, key sk-xyz": "token st-***, key sk-***",
    }
    check("secrets are taken out of what is shown", "; ".join(redact(text) for text, shown in cases.items() if redact(text) != shown))


def main():
    parser = argparse.ArgumentParser(description="The walk of `make live`, on the local service.")
    for name in ("driver", "library", "service"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    options = parser.parse_args()
    check_skips()
    check_redaction()
    with tempfile.TemporaryDirectory(prefix="videodb-rt-live-") as folder:
        service = Service(options.service, Path(folder))
        try:
            check("the local service starts", "" if service.url else (Path(folder) / "service.log").read_text()[-1000:])
            if service.url:
                check_walk(options, service)
                check_broken_off(options, service, "Ctrl-C", interrupt, 130)
                check_broken_off(options, service, "the end of the driver", kill_driver, 1)
                check_broken_off(options, service, "the end of its reader", stop_reading, None)
        finally:
            service.stop()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
