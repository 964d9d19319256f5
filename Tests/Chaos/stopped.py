#!/usr/bin/env python3
"""A run that is stopped half-way tells how far it was, and judges what it has sent."""

import signal
import subprocess
import sys
from pathlib import Path

SENT = 100_000


def main():
    run = subprocess.Popen(
        [
            sys.executable, str(Path(__file__).with_name("chaos.py")), "--clients", "c", "--events", str(SENT), "--faults", "0",
            "--rate", "300", "--late", "0", "--progress", "1",
        ],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        # Not while nothing has been sent.
        while " sent 0 of " in (line := run.stderr.readline()):
            pass
        run.send_signal(signal.SIGTERM)
        out, errors = run.communicate(timeout=90)
    finally:
        run.kill()
        run.wait()
    figures = dict(line.rsplit(None, 1) for line in out.splitlines() if line.startswith(("sent ", "lost ")))
    bad = []
    if "c: sent " not in line or f" of {SENT} " not in line:
        bad.append(f"it did not tell how far it was: {line + errors}")
    if "c: stopped after" not in out or not 0 < int(figures.get("sent", 0)) < SENT:
        bad.append("it did not stop, or has no table")
    if run.returncode or figures.get("lost") != "0":
        bad.append(f"it ended with {run.returncode}")
    print(f"FAIL a stopped run: {'; '.join(bad)}\n{out}" if bad else f"ok a stopped run: {figures['sent']} events sent, none lost")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
