"""Runs operations of the library by name: one driver process (driver.c), one JSON line to it and one back for each call."""

import ctypes
import json
import os
import select
import signal
import subprocess


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class DriverError(Exception):
    pass


class Driver:
    def __init__(self, program, url, token, library=None):
        """`url` None: the library's own default. `library`: the folder of the shared library."""
        environment = {name: value for name, value in os.environ.items() if name != "VIDEO_DB_API"}
        environment["VIDEO_DB_API_KEY"] = token
        if url:
            environment["VIDEO_DB_API"] = url
        if library:
            environment["LD_LIBRARY_PATH"] = str(library)
        # In a session of its own: Ctrl-C is for who holds the driver, and still has to stop what was started through it.
        self.process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def call(self, operation, args=None, timeout=90):
        """{"status": "VDBRT_OK", "out": ...} or {"status", "message", "http_status", "body"}."""
        line = {"operation": operation, "args": json.dumps(args or {})}
        try:
            self.process.stdin.write(json.dumps(line).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise DriverError(f"the driver has ended before {operation}") from None
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            raise DriverError(f"{operation} gave no answer within {timeout} s")
        answer = self.process.stdout.readline()
        if not answer:
            raise DriverError(f"the driver ended in {operation} with code {self.process.wait()}")
        return json.loads(answer)

    def close(self):
        """Gives the exit code: the driver shuts its client down and ends with 0."""
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
