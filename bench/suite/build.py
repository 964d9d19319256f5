"""Compiles the server and the clients into build/bench, each when it is older than what it is made of."""

import os
import subprocess
import sys

from suite.paths import BENCH, BUILD, LIBRARY, ROOT

C = ["-O2", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
CXX = ["-O2", "-std=c++17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
OURS = [f"-I{ROOT / 'build/include'}", f"-L{LIBRARY}", "-lvideodb_rt", f"-Wl,-rpath,{LIBRARY}"]

GO = {"go_events": "clients/go_events", "http2": "server/http2"}  # programs in Go, and where they are

# Name: sources, and what they are compiled and linked with.
PROGRAMS = {
    "server": ([f"server/{part}.c" for part in ("server", "sending", "rest", "websocket", "pool", "connection")], ["-lssl", "-lcrypto"]),
    "raw": (["clients/raw.c"], []),
    "hand_frames": (["clients/hand_frames.c"], ["-lcurl"]),
    "hand_simdjson": (["clients/hand_simdjson.cpp"], ["-lcurl", "-lsimdjson"]),
    "hand_jansson": (["clients/hand_jansson.c"], ["-lcurl", "-ljansson"]),
    "beast_simdjson": (["clients/beast.cpp"], ["-lsimdjson", "-lssl", "-lcrypto"]),
    "beast_rapidjson": (["clients/beast.cpp"], ["-DRAPIDJSON", "-lssl", "-lcrypto"]),
    "lws_jansson": (["clients/lws_jansson.c"], ["-lwebsockets", "-ljansson"]),
    "scale_hand": (["clients/scale_hand.c"], ["-lcurl"]),
    "scale_ours": (["clients/scale_ours.c"], OURS),
    "rest_hand": (["clients/rest_hand.c"], ["-lcurl", "-ljansson", "-pthread"]),
    "rest_ours": (["clients/rest_ours.c"], [*OURS, "-pthread"]),
    "launch": (["clients/launch.c"], []),
    "start_hand": (["clients/start_hand.c"], ["-lcurl", "-ljansson"]),
    "start_ours": (["clients/start_ours.c"], OURS),
    "ours_callback": (["clients/ours_callback.c"], OURS),
    "ours_cpp": (["clients/ours_cpp.cpp"], OURS),
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
    headers = [*BENCH.glob("*/*.h")]
    return all(path.stat().st_mtime <= made for path in [*sources, *headers, ROOT / "build/include/videodb_rt.h"])


def compiled(command, name, folder=BENCH):
    BUILD.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PKG_CONFIG_PATH": str(LIBRARY / "pkgconfig"),
        "GOCACHE": str(ROOT / "build/go-cache"),
        "GOPROXY": "off",
        "GOFLAGS": "-mod=mod",
        "CGO_LDFLAGS": f"-Wl,-rpath,{LIBRARY}",
    }
    done = subprocess.run(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return True
    print(f"{name} was not built: {done.stderr.strip().splitlines()[0]}", file=sys.stderr)
    return False


def build(name):
    """false where it cannot be built, which is said."""
    if name in GO:
        return compiled(["go", "build", "-o", BUILD / name, "."], name, BENCH / GO[name])  # knows by itself what is current
    names, flags = PROGRAMS[name]
    program, sources = BUILD / name, [BENCH / source for source in names]
    return is_current(program, sources) or compiled([*compiler(names), "-o", program, *sources, *flags], name)


def certificate():
    """(certificate, key) of 127.0.0.1, which is its own authority."""
    pair = BUILD / "certificate.pem", BUILD / "key.pem"
    if not all(path.exists() for path in pair):
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=127.0.0.1"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0], "-keyout", pair[1]]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return pair
