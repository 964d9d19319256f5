"""The server of the benchmarks, one process for each run of a client, so that each finds the same."""

import json
import os
import subprocess

from suite.paths import BUILD, LIBRARY, ROOT

TIMEOUT = 300
ENVIRONMENT = {
    **os.environ,
    "VIDEODB_RT_LIBRARY": str(LIBRARY / "libvideodb_rt.so.0"),
    "PYTHONPATH": str(ROOT / "bindings/python/src"),
    "PYTHONDONTWRITEBYTECODE": "1",
    "NODE_PATH": "/usr/share/nodejs",
}


class Failure(Exception):
    """A client that did not do what it was measured for."""


class Server:
    """`program`: of build/bench. It prints a line of JSON with its port, and another one when its standard input ends."""

    def __init__(self, *options, tls=None, program="server"):
        command = [BUILD / program, *map(str, options)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.expected = json.loads(self.process.stdout.readline())
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.expected['port']}"
        self.ended = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.ended = json.loads(self.process.stdout.readline())
        self.process.wait(TIMEOUT)


def run_lines(command, environment):
    """What it prints."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(
            command, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"did not end within {TIMEOUT} s") from None
    if done.returncode:
        raise Failure(f"exit code {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout.splitlines()


def run_client(command, environment):
    """The line of JSON that it prints last."""
    return json.loads(run_lines(command, environment)[-1])
