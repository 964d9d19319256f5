"""What was measured, kept in build/bench/results, so that one part can be measured anew and the tables be made of all of them."""

import json
import os
import platform
import subprocess
import time

from suite.paths import BUILD, PYTHON, ROOT

FOLDER = BUILD / "results"
DEBIAN = ["libcurl4", "libjansson4", "libssl3", "libsimdjson-dev", "libboost-dev", "rapidjson-dev", "libwebsockets-dev"]
DEBIAN += ["golang-go", "golang-github-gorilla-websocket-dev", "node-ws", "gcc", "valgrind"]
PYPI = ["videodb", "websockets", "orjson"]


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    system = next((line.split("=")[1].strip().strip('"') for line in open("/etc/os-release") if line.startswith("PRETTY_NAME")), "")
    cores = output("nproc")
    return f"{cpu}, {cores} cores, {system}, Linux {platform.release().split('-')[0]}"


def versions():
    debian = output("dpkg-query", "-W", "-f=${Package} ${Version}\n", *DEBIAN).splitlines()
    code = f"import platform, importlib.metadata as m\nprint('Python', platform.python_version())\nfor p in {PYPI}: print(p, m.version(p))"
    return [*debian, f"Node {output('node', '--version')}", *output(str(PYTHON), "-c", code).splitlines()]


def keep(kind, results):
    FOLDER.mkdir(parents=True, exist_ok=True)
    measured = {
        "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "commit": output("git", "rev-parse", "--short=10", "HEAD"),
        "load": round(os.getloadavg()[1], 1),  # of the last five minutes
        "results": results,
    }
    (FOLDER / f"{kind}.json").write_text(json.dumps(measured, indent=1))


def kept(kind):
    """None where it was not measured."""
    path = FOLDER / f"{kind}.json"
    return json.loads(path.read_text()) if path.exists() else None
