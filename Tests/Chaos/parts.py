"""The programs of a run: the feed, the proxy, the consumer. Each is ended by its own id."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEY = "sk-chaos"


class Failed(Exception):
    pass


def _default(name, *relative):
    return os.environ.get(name) or str(ROOT.joinpath(*relative))


FEED = _default("VDBRT_FEED_PROGRAM", "localservice", ".build", "debug", "videodb-rt-feed")
CONSUMERS = {
    "c": [_default("VDBRT_CHAOS_C", "build", "chaos", "consumer")],
    "swift": [_default("VDBRT_CHAOS_SWIFT", "build", "chaos", "swift", "debug", "consumer")],
    "official": [_default("VDBRT_CHAOS_PYTHON", "build", "venv", "bin", "python3"), str(HERE / "official.py")],
}
LIBRARY = _default("VDBRT_CHAOS_LIBRARY", "build", "lib")


def environment():
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    env.pop("VIDEO_DB_API", None)
    env.pop("VIDEO_DB_API_KEY", None)
    env["LD_LIBRARY_PATH"] = LIBRARY + (":" + env["LD_LIBRARY_PATH"] if env.get("LD_LIBRARY_PATH") else "")
    return env


class Program:
    """A child with lines in and out."""

    def __init__(self, argv, errors, prefix=(), **more):
        self.errors = errors
        self.process = subprocess.Popen(
            [*prefix, *argv],
            stdin=subprocess.PIPE,
            stdout=more.pop("stdout", subprocess.PIPE),
            stderr=open(errors, "ab"),
            text=True,
            bufsize=1 << 16,
            env=environment(),
            # Ctrl-C is for whoever started it, who then ends its parts.
            process_group=0,
            **more,
        )
        self.name = Path(argv[-1] if argv[0].endswith("python3") else argv[0]).name

    @property
    def pid(self):
        return self.process.pid

    def say(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except OSError:
            raise Failed(f"{self.name} has ended: {self.last_words()}") from None

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} has ended: {self.last_words()}")
        return line

    def last_words(self):
        return Path(self.errors).read_text(errors="replace")[-800:].strip() or "it said nothing"

    @property
    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        if self.is_running:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self, within=15):
        """Ends it by ending its input, or else by force."""
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()


class Feed(Program):
    """The service, told what it sees and hears."""

    def __init__(self, folder, *options, prefix=()):
        super().__init__([FEED, "--data-dir", str(folder / "service"), "--api-key", KEY, *options], folder / "feed.err", prefix)
        line = self.hear()
        if not line.startswith("listening "):
            raise Failed(f"the feed said {line}")
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def send(self, items):
        """Delivers a batch, and gives the feed's answer."""
        rows = [[i.kind, i.owner, i.start / 1000, i.end / 1000, i.text, i.live, i.delay] for i in items]
        self.say(json.dumps(rows, separators=(",", ":")))
        answer = json.loads(self.hear())
        if "error" in answer:
            raise Failed(f"the feed: {answer['error']}")
        return answer


class Proxy(Program):
    def __init__(self, folder, port, *options):
        self.log_file = folder / "proxy.jsonl"
        super().__init__([sys.executable, str(HERE / "proxy.py"), str(port), str(self.log_file), *options], folder / "proxy.err")
        self.url = "http://127.0.0.1:" + self.hear().split()[1]

    def do(self, fault):
        self.say(json.dumps(fault))

    def log(self):
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]


class Consumer(Program):
    """Prints to a file, which is read as it grows."""

    def __init__(self, client, folder, *options, name="consumer", prefix=()):
        self.path = folder / f"{name}.jsonl"
        self.path.touch()
        self.out = open(self.path, "ab")
        super().__init__([*CONSUMERS[client], *options], folder / f"{name}.err", prefix, stdout=self.out)
        self.reader = open(self.path, "rb")
        self.rest = b""
        self.early = []  # came right behind the set-up

    def lines(self):
        """What was printed since the last call: whole lines."""
        self.rest += self.reader.read()
        *whole, self.rest = self.rest.split(b"\n")
        early, self.early = self.early, []
        return early + [json.loads(line) for line in whole]

    def setup(self, within=30):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            lines = self.lines()
            for at, line in enumerate(lines):
                if "setup" in line:
                    self.early = lines[at + 1 :]
                    return line["setup"]
            if not self.is_running:
                raise Failed(f"the consumer has ended: {self.last_words()}")
            time.sleep(0.02)
        raise Failed("the consumer has not set up its streams")

    def peak_memory(self):
        """The largest resident size so far, in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        try:
            self.say("stop")
        except Failed:
            pass
        self.end()
        lines = self.lines()
        self.out.close()
        self.reader.close()
        return lines


def known_keys():
    """The configuration keys of the library that is tested."""
    out = subprocess.run([*CONSUMERS["c"], "--describe"], capture_output=True, text=True, env=environment(), check=True).stdout
    return {key["key"] for key in json.loads(out)}


def config(pairs):
    """Options for the keys that the library has, and the names of those that it does not have."""
    known = known_keys()
    options, unknown = [], []
    for pair in pairs:
        key = pair.split("=", 1)[0]
        if key in known:
            options += ["--config", pair]
        else:
            unknown.append(key)
    return options, unknown
