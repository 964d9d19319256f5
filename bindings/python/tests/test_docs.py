"""docs/python.md and examples/python: what they show runs, as a stranger would run it, on the wheel in a fresh environment."""

import os
import re
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from camera import Watched, Webhooks, make_clip, missing
from support import ROOT, code_blocks, figure, line_of, local_service_program

PAGE = ROOT / "docs/python.md"
EXAMPLE = ROOT / "examples/python/realtime.py"
PIP = ROOT / "build/venv/bin/pip"
SECTIONS = {
    "visual-indexing": [r"index \w+ is running", r"\d\d:\d\d:\d\d  \S+"],
    "audio-indexing": [r"\d\d:\d\d:\d\d  .*\bcar\b"],
    "transcription": [r"transcript: running", r"\bcar\b", r"transcript: stopped"],
    "search": [r"[1-9]\d* results", r"0\.\d\d|1\.00", r"http://\S+m3u8"],
    "stream-generation": [r"page:   http\S+/watch\?v=", r"stream: http\S+m3u8"],
    "embed": [r'<iframe src="http\S+/embed\?v=\S+" width="640" height="360"'],
    "events-and-alerts": [r"alert \w+ on 'movement' is enabled", r"^movement: \S+"],
    "websocket": [r"^scene_index  \S+", r"^transcript   \S+", r"^alert        \S+"],
}
# All that is replaced in the code of the page.
REPLACED = {"rtsp://camera.local/stream": "the clip", "8080": "a free port"}


@unittest.skipUnless(local_service_program(), "the local service was not built")
@unittest.skipUnless(PIP.exists(), "build/venv is not there (scripts/venv.sh)")
@unittest.skipIf(missing(), missing())
class Documentation(unittest.TestCase):
    """One fresh virtual environment outside the tree, with the wheel and nothing else."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.clip = cls.folder / "clip.mp4"
        make_clip(cls.clip)
        # The checkout, but for what the page makes in it.
        cls.checkout = cls.folder / "checkout"
        cls.checkout.mkdir()
        for path in ROOT.iterdir():
            (cls.checkout / path.name).symlink_to(path)
        cls.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("VIDEO", "PYTHON", "LD_LIBRARY", "PKG_CONFIG"))
        }
        cls.environment["BROWSER"] = "true"
        (_, cls.install), (_, cls.serve) = code_blocks(PAGE, "sh")
        done = cls.run_in_checkout(["sh", "-e", "-c", cls.install])
        if done.returncode:
            raise AssertionError(done.stdout)
        cls.python = cls.checkout / "venv/bin/python"

    @classmethod
    def run_in_checkout(cls, command, timeout=60, **environment):
        return subprocess.run(
            command,
            cwd=cls.checkout,
            env={**cls.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    def test_the_wheel_carries_the_library(self):
        code = "import videodb_rt; print(videodb_rt.library_path, videodb_rt.library_version(), videodb_rt.__version__)"
        done = self.run_in_checkout([self.python, "-c", code])
        path, library, package = done.stdout.split()
        self.assertTrue(path.startswith(str(self.checkout / "venv")), path)
        self.assertEqual(library, package)
        done = self.run_in_checkout([self.python, "-c", "import videodb_rt"], VIDEODB_RT_LIBRARY="/nowhere/lib.so")
        self.assertIn("/nowhere/lib.so", done.stdout)  # a named one comes before the one in the wheel
        wheels = list((ROOT / "build/wheel").glob("*.whl"))
        self.assertEqual(len(wheels), 1)
        self.assertRegex(wheels[0].name, r"^videodb_rt-[\d.]+-py3-none-linux_\w+\.whl$")
        figure(f"a wheel of {wheels[0].stat().st_size} bytes")

    def test_the_page(self):
        """Its service, and its Python code from top to bottom."""
        self.assertIn("videodb-rt-local", self.serve)
        service = subprocess.Popen(
            ["sh", "-c", self.serve.replace("8080", "0").replace("VIDEO_DB_API_KEY=my-key ", "VIDEO_DB_API_KEY=my-key exec ")],
            cwd=self.checkout,
            env={**self.environment, "XDG_STATE_HOME": str(self.folder / "state")},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            url = line_of(service.stdout, 30, "the local service").split()[1]
            blocks = code_blocks(PAGE)
            self.assertGreater(len(blocks), 6)
            body = "\n".join(code for _, code in blocks).replace("rtsp://camera.local/stream", str(self.clip))
            program = "import asyncio\nasync def page():\n" + re.sub("^(?=.)", "    ", body, flags=re.M) + "\nasyncio.run(page())\n"
            done = self.run_in_checkout([self.python, "-c", program], VIDEO_DB_API=url, VIDEO_DB_API_KEY="my-key")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("movement", done.stdout)
            figure(f"{len(blocks)} blocks of docs/python.md run")
        finally:
            service.terminate()
            service.wait()
            service.stdout.close()

    def run_section(self, section, watched, hooks):
        command = [self.python, EXAMPLE, section, watched.stream.id, "--seconds", "6" if section == "websocket" else "20"]
        command += ["--webhook", hooks.url] if section == "events-and-alerts" else []
        return self.run_in_checkout(command, VIDEO_DB_API=watched.service.url, VIDEO_DB_API_KEY=watched.service.key)

    def test_the_example(self):
        """Each section against one service and one recorded stream."""
        watched, hooks = Watched(self.clip), Webhooks()
        try:
            watched.wait()
            said = self.run_in_checkout([self.python, EXAMPLE, "--help"]).stdout
            # Several at once; the one that stops the transcript after the others.
            first = [section for section in SECTIONS if section != "transcription"]
            with ThreadPoolExecutor(3) as pool:
                outputs = dict(zip(first, pool.map(lambda section: self.run_section(section, watched, hooks), first)))
            outputs["transcription"] = self.run_section("transcription", watched, hooks)
            for section, done in outputs.items():
                with self.subTest(section):
                    self.assertIn(section, said)
                    self.assertEqual(done.returncode, 0, done.stdout)
                    for pattern in SECTIONS[section]:
                        self.assertIsNotNone(re.search(pattern, done.stdout, flags=re.M), f"{pattern} in:\n{done.stdout}")
            running = [index for index in watched.stream.list_scene_indexes() if index.status == "running"]
            self.assertEqual(len(running), 2, "the sections stop what they started")
        finally:
            watched.close()
            hooks.close()
        figure(f"{len(SECTIONS)} sections of the example run on the wheel")

    def test_the_example_without_a_key(self):
        done = self.run_in_checkout([self.python, EXAMPLE, "search"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("VIDEO_DB_API_KEY", done.stdout)
        self.assertNotIn("Traceback", done.stdout)
