"""Instructions and allocations of a program, by valgrind: the same number in every run, but for a hundredth or so."""

import re
import subprocess
import tempfile
from pathlib import Path

from suite.serving import ENVIRONMENT, TIMEOUT, Failure


def _under(tool, pattern, command, environment):
    command = ["valgrind", *tool, *map(str, command)]
    done = subprocess.run(command, env={**ENVIRONMENT, **environment}, capture_output=True, text=True, timeout=TIMEOUT)
    found = re.search(pattern, done.stderr)
    if done.returncode or not found:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip()[-400:]}")
    return int(found[1].replace(",", ""))


def count(command, environment, out=None):
    """`out`: where callgrind writes what it found, for a profile."""
    with tempfile.TemporaryDirectory() as folder:
        tool = ["--tool=callgrind", f"--callgrind-out-file={out or Path(folder) / 'out'}"]
        return _under(tool, r"Collected : (\d+)", command, environment)


def allocations(command, environment):
    return _under(["--tool=memcheck", "--undef-value-errors=no"], r"total heap usage: ([\d,]+) allocs", command, environment)
