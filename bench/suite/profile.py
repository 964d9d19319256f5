"""Where the instructions of an event go: callgrind on the library with its symbols, a long run less a short one."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from suite import build, instructions
from suite.paths import BUILD, ROOT, wanted
from suite.serving import Server

FEW, MANY, SHOWN = 2_000, 22_000, 20


def library(folder):
    """The library with names of functions, and without debug information, which not every valgrind can read."""
    for name in ("libvideodb_rt.so.0", "libvideodb_rt.so"):
        source = ROOT / "build/debug/libvideodb_rt.so.0"
        subprocess.run(["strip", "--strip-debug", "-o", Path(folder) / name, source], check=True)


def functions(out):
    """{function: instructions of its own}"""
    command = ["callgrind_annotate", "--threshold=100", "--show-percs=no", out]
    found = {}
    for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines():
        if match := re.match(r"\s*([\d,]+)\s+\S*?:(\S.*?)(?: \[.*)?$", line):
            found[match[2]] = found.get(match[2], 0) + int(match[1].replace(",", ""))
    return found


def demangled(names):
    tool = shutil.which("swift-demangle") or shutil.which("swift")
    if not tool:
        return names
    command = [tool, *(["demangle"] if tool.endswith("swift") else []), "--simplified"]
    return subprocess.run(command, input="\n".join(names), capture_output=True, text=True, check=True).stdout.splitlines()


def measure(program):
    with tempfile.TemporaryDirectory() as folder:
        library(folder)
        counts = []
        for events in (FEW, MANY):
            with Server("--events", events) as server:
                out = Path(folder) / f"{events}"
                instructions.count([BUILD / program, server.url, events], {"LD_LIBRARY_PATH": folder}, out)
                counts.append(functions(out))
    few, many = counts
    each = {name: (count - few.get(name, 0)) / (MANY - FEW) for name, count in many.items()}
    ordered = sorted(each.items(), key=lambda item: -item[1])
    names = demangled([name for name, _ in ordered[:SHOWN]])
    rows = [{"name": name, "instructions": count} for name, (_, count) in zip(names, ordered)]
    return [{"name": "all", "instructions": sum(each.values())}, *rows]


def run():
    if not wanted("profile", "ours") or not build.build("ours_callback"):
        return {}
    return {"ours": measure("ours_callback")}


def table(results):
    rows = results["ours"]
    everything = rows[0]["instructions"]
    lines = []
    for row in rows:
        name = "all" if row is rows[0] else f"`{row['name']}`"
        lines.append([name, f"{row['instructions']:,.0f}", f"{row['instructions'] / everything:.0%}"])
    return ["", "instructions an event", "of all"], lines
