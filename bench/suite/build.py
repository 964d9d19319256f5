"""Compiles the server and the clients into build/bench, each when it is older than what it is made of."""

import os
import subprocess
import sys

from suite.paths import BENCH, BUILD, LIBRARY, ROOT

C = ["-O2", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
CXX = ["-O2", "-std=c++17", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
OURS = [f"-I{ROOT / 'build/include'}", f"-L{LIBRARY}", "-lvideodb_rt", f"-Wl,-rpath,{LIBRARY}"]

# Name: sources, and what they are compiled and linked with.
PROGRAMS = {
    "server": (["server/server.c", "server/pool.c", "server/connection.c"], ["-lssl", "-lcrypto"]),
    "raw": (["clients/raw.c"], []),
    "hand_frames": (["clients/hand_frames.c"], ["-lcurl"]),
    "hand_simdjson": (["clients/hand_simdjson.cpp"], ["-lcurl", "-lsimdjson"]),
    "hand_jansson": (["clients/hand_jansson.c"], ["-lcurl", "-ljansson"]),
    "ours_callback": (["clients/ours_callback.c"], OURS),
    "ours_batch": (["clients/ours_batch.c"], OURS),
}


def compiler(sources):
    if any(source.endswith(".cpp") for source in sources):
        return [os.environ.get("CXX", "g++"), *CXX]
    return [os.environ.get("CC", "gcc"), *C]


def is_current(program, sources):
    if not program.exists():
        return False
    made = program.stat().st_mtime
    headers = [path for folder in {source.parent for source in sources} for path in folder.glob("*.h")]
    return all(path.stat().st_mtime <= made for path in [*sources, *headers, ROOT / "build/include/videodb_rt.h"])


def build(name):
    """The path of the program; None where it cannot be built, which is said."""
    names, flags = PROGRAMS[name]
    program, sources = BUILD / name, [BENCH / source for source in names]
    if is_current(program, sources):
        return program
    BUILD.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([*compiler(names), "-o", program, *sources, *flags], stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return program
    print(f"{name} was not built: {done.stderr.strip().splitlines()[0]}", file=sys.stderr)
    return None
