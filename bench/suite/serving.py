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


def started(command, environment):
    command = [str(part) for part in command]
    environment = {**ENVIRONMENT, **environment}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def lines_of(process):
    """What it prints until it ends."""
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Failure(f"did not end within {TIMEOUT} s") from None
    if process.returncode:
        raise Failure(f"exit code {process.returncode}: {errors.strip()[-400:]}")
    return output.splitlines()


def run_lines(command, environment):
    """What it prints."""
    return lines_of(started(command, environment))


def run_client(command, environment):
    """The line of JSON that it prints last."""
    return json.loads(run_lines(command, environment)[-1])


def run_clients(commands):
    """The same of several that run at once."""
    processes = [started(command, {}) for command in commands]
    try:
        return [json.loads(lines_of(process)[-1]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
