"""Calls of a walk: each is shown, counted, and undone at the end whatever happens."""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from driver import DriverError


class Stopped(Exception):
    """Ctrl-C, or nobody reads what is printed."""


@dataclass
class Answer:
    status: str
    out: Any = None
    message: str = ""
    http: int = 0
    log: str = ""

    @property
    def ok(self):
        return self.status == "VDBRT_OK"

    def get(self, key, default=None):
        """A member of the answer; the default where it was refused or is no object."""
        return self.out.get(key, default) if self.ok and isinstance(self.out, dict) else default

    def says(self):
        return "accepted" if self.ok else f"refused ({self.http or self.status})"


@dataclass
class Session:
    start_driver: Any
    redact: Any
    stopping: bool = False
    ending: bool = False
    calls: int = 0
    walked: dict = field(default_factory=dict)  # operation: whether it was answered at least once
    limited: int = 0
    undo: list = field(default_factory=list)
    open_channels: list = field(default_factory=list)

    def __post_init__(self):
        self.began = time.monotonic()
        self.driver = self.start_driver()

    def show(self, text):
        try:
            print(f"{time.monotonic() - self.began:7.1f} s  {self.redact(text)[:240]}", flush=True)
        except OSError:
            self.stopping = True  # nobody reads any more

    def call(self, operation, quiet=False, **args):
        """A signal only sets `stopping`: a call that creates something is waited for, so that its id is known."""
        if self.stopping and not self.ending:
            raise Stopped
        return self._call(operation, quiet, args)

    def _call(self, operation, quiet, args):
        answer = self.driver.call(operation, {key: value for key, value in args.items() if value is not None})
        answer = Answer(
            answer["status"], answer.get("out"), answer.get("message", ""), answer.get("http_status", 0), answer.get("log") or ""
        )
        self.calls += operation not in ("events_next", "events_close")
        self.limited += answer.http == 429
        self.walked[operation] = self.walked.get(operation, False) or answer.ok
        if not quiet:
            self.show(f"{operation:<30} " + ("ok" if answer.ok else f"{answer.status} {answer.message}"))
        return answer

    def restart_driver(self):
        """Its event channels went with the old one."""
        self.driver.close()
        self.open_channels.clear()
        self.driver = self.start_driver()

    def raw(self, method, path, quiet=False, **parts):
        return self.call("call", quiet, method=method, path=path, **parts)

    def created(self, operation, **args):
        """To be called at the end, the last first."""
        self.undo.append((operation, args))

    # ---- Events

    def open(self, name):
        answer = self.call("events_open", channel=name)
        if answer.ok:
            self.open_channels.append(name)
        return answer.out if answer.ok else None

    def close(self, name):
        if name in self.open_channels:
            self.open_channels.remove(name)
            self._call("events_close", True, {"channel": name})

    def watch(self, seconds):
        """Events of all open channels for so long; gives those that came."""
        seen, until = [], time.monotonic() + seconds
        while self.open_channels and (left := until - time.monotonic()) > 0:
            for name in list(self.open_channels):
                wait = int(min(250, left * 1000))
                answer = self.call("events_next", quiet=True, channel=name, timeout_ms=wait)
                if answer.ok and answer.out["kind"] < 100:
                    raw = answer.out["raw"]
                    seen.append(answer.out | {"on": name, "raw": raw if isinstance(raw, dict) else {}})
                    self.show(f"event on {name}: {json.dumps(raw, ensure_ascii=False)}")
                elif not answer.ok and answer.status != "VDBRT_E_AGAIN":
                    self.show(f"channel {name}: {answer.status} {answer.message}")
                    self.close(name)
        return seen

    # ---- The end

    def undo_all(self):
        """Gives what could not be stopped."""
        left = []
        for operation, args in reversed(self.undo):
            for attempt in (1, 2):
                try:
                    answer = self._call(operation, False, args)
                except DriverError as error:
                    self.show(f"{error}; once more with a new one")
                    self.restart_driver()
                    continue
                # Stopped already, never there, or a kind of thing that this service does not have.
                if not answer.ok and answer.http not in (400, 404, 409, 501):
                    if attempt == 1:
                        continue
                    left.append(f"{operation} {args}: {answer.status} {answer.message}")
                break
            else:
                left.append(f"{operation} {args}: the driver ended")
        self.undo.clear()
        return left

    def http_status(self, answer):
        """Of a call that succeeded: from the library's log."""
        found = re.search(r"HTTP (\d{3})", answer.log)
        return int(found.group(1)) if found else None
