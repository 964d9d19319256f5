"""Where things are, and the settings that `make bench` hands on."""

import os
import re
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
BUILD = ROOT / "build/bench"
LIBRARY = ROOT / "build/lib"
PYTHON = ROOT / "build/venv/bin/python3"

ROUNDS = int(os.environ.get("ROUNDS") or 8)
LATENCY_ROUNDS = int(os.environ.get("LATENCY_ROUNDS") or 20)
START_ROUNDS = int(os.environ.get("START_ROUNDS") or 100)
SCALE = float(os.environ.get("SCALE") or 1)
CHANNELS = int(os.environ.get("CHANNELS") or 10_000)
ONLY = re.compile(os.environ.get("ONLY") or "")
_is_whole = not any(os.environ.get(name) for name in ("ONLY", "SCALE", "CHANNELS"))
WRITES = (os.environ.get("WRITE") or ("yes" if _is_whole else "no")) == "yes"


def scaled(count, step=1000):
    """A number of events or calls, by SCALE."""
    return max(step, int(count * SCALE) // step * step)


def wanted(kind, row):
    """ONLY is searched for in `kind/row`."""
    return bool(ONLY.search(f"{kind}/{row}"))
