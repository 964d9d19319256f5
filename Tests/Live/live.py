#!/usr/bin/env python3
"""Walks every operation of the library against a service, on one camera, and says which unknowns of the protocol that settled.

    live.py --driver PROGRAM [--library FOLDER]     (`make live` builds the driver and calls this)

VIDEO_DB_API_KEY is the key, VIDEO_DB_API the service (the hosted one, if it is not set), CAMERA the camera's address, LIVE_SECONDS how
long each of two watches lasts (45), LIVE_WINDOW the seconds that one scene covers (5). What it starts it stops again, also after a
failure and on Ctrl-C; alerts are disabled, since the service has no call that deletes one. The key, the camera's address, and users
and queries of URLs are not printed.
"""

import argparse
import os
import signal
import sys
import urllib.parse
from pathlib import Path

# Of Tests/Parity, which is on PYTHONPATH.
from driver import Driver, DriverError
from header import operations

from findings import Findings
from redact import Redactor
from session import Session, Stopped
from walk import BATCH, NoStream, Walk

ROOT = Path(__file__).resolve().parents[2]
HOSTED = "https://api.videodb.io"


def settings():
    """The service, the camera; or ends with one line."""
    service, camera = os.environ.get("VIDEO_DB_API") or HOSTED, os.environ.get("CAMERA", "")
    if not os.environ.get("VIDEO_DB_API_KEY"):
        sys.exit("VIDEO_DB_API_KEY is not set")
    if not camera:
        sys.exit("CAMERA is not set: an address that the service can reach, rtsp://...")
    local = urllib.parse.urlsplit(service).hostname in ("127.0.0.1", "::1", "localhost")
    if "://" not in camera and not local:
        sys.exit("CAMERA has to be an address that the service can reach, rtsp://...")
    return service, camera


def show_outcome(session, findings, left):
    print("\nUnknowns of the protocol (section 7):")
    for line in findings.lines():
        print(session.redact(line))
    print(f"{len(findings.settled)} settled, of this service and this camera\n")
    names = [name.removeprefix("vdbrt_") for name in operations(ROOT)]
    walked = [name for name in names if name in session.walked]
    answered = sum(session.walked[name] for name in walked)
    print(f"operations: {len(walked)} of {len(names)} walked, {answered} answered, {len(walked) - answered} refused")
    if len(walked) < len(names):
        print("not walked: " + " ".join(name for name in names if name not in walked))
    refused = [name for name in walked if not session.walked[name]]
    if refused:
        print("refused: " + " ".join(refused))
    print("left running: " + ("nothing" if not left else ""))
    for what in left:
        print("  " + session.redact(what))


def main():
    parser = argparse.ArgumentParser(description="Walks every operation of the library against a service, on one camera.")
    parser.add_argument("--driver", required=True, type=Path)
    parser.add_argument("--library", type=Path)
    options = parser.parse_args()
    service, camera = settings()
    key = os.environ["VIDEO_DB_API_KEY"]
    redact = Redactor(key=key, camera=camera)
    seconds, window = float(os.environ.get("LIVE_SECONDS") or 45), float(os.environ.get("LIVE_WINDOW") or 5)
    session = Session(lambda: Driver(options.driver.resolve(), service, key, options.library), redact)
    findings = Findings()
    batch = BATCH | {"value": int(window) if window.is_integer() else window}
    walk = Walk(session, findings, camera, int(seconds) if seconds.is_integer() else seconds, batch)

    def stop(*_):
        # No print: it may have been interrupted in one.
        session.stopping = True

    code = 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    print(redact(f"live: {service}, stream `{walk.name}`"), flush=True)
    try:
        walk.run()
    except Stopped:
        session.show("stopping what was started")
        code = 130
    except NoStream as failure:
        print(redact(f"live: {failure}"), file=sys.stderr)
        code = 1
    except DriverError as failure:
        print(redact(f"live: {failure}"), file=sys.stderr)
        session.restart_driver()
        code = 1
    finally:
        left = walk.end()
        session.driver.close()
    try:
        show_outcome(session, findings, left)
        for part in walk.unread:
            print(redact(f"not understood: {part}"))
    except OSError:
        pass
    return code or (1 if left or walk.unread else 0)


if __name__ == "__main__":
    sys.exit(main())
