"""Instructions that a program executes, by valgrind's callgrind: the same number in every run but for a hundredth or so."""

import re
import subprocess
import tempfile
from pathlib import Path

from suite.serving import ENVIRONMENT, TIMEOUT, Failure


def count(command, environment):
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={Path(folder) / 'out'}"]
        done = subprocess.run(
            [*valgrind, *map(str, command)], env={**ENVIRONMENT, **environment}, capture_output=True, text=True, timeout=TIMEOUT
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise Failure(f"{command[0]} under valgrind: {done.stderr.strip()[-400:]}")
    return int(found[1])
