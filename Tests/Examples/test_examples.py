"""The examples of each language, a run for each section of the specification, and the code of the pages in docs/: against one local
service with one recorded stream."""

import re
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from camera import Watched, Webhooks, make_clip, missing
from programs import BUILD, FRAMES, blocks, compiled, go_module, run, swift_package
from support import KEY, ROOT, ScriptedServer, figure, local_service_program
from test_docs import SECTIONS

EXAMPLES = {
    "c": lambda: [compiled("c", ROOT / "examples/sections.c", BUILD / "sections")],
    "cpp": lambda: [compiled("cpp", ROOT / "examples/cpp/realtime.cpp", BUILD / "realtime-cpp")],
    "go": lambda: [compiled("go", ROOT / "examples/go/realtime", BUILD / "realtime-go")],
    "python": lambda: [ROOT / "build/venv/bin/python3", ROOT / "examples/python/realtime.py"],
    "swift": lambda: [compiled("swift", ROOT / "examples/swift", BUILD / "swift/realtime")],
}
# Of a sentence that was half over when the index was made, the first scene has the rest.
SAID = {**SECTIONS, "audio-indexing": [r"\d\d:\d\d:\d\d  .*\b(car|white|gate)\b"]}
PAGES = {"c": "c.md", "cpp": "cpp.md", "go": "go.md", "swift": "swift.md"}
CAMERA = "rtsp://camera.local/stream"


@unittest.skipUnless(local_service_program(), "the local service was not built")
@unittest.skipIf(missing(), missing())
class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.clip = cls.folder / "clip.mp4"
        make_clip(cls.clip)
        cls.watched, cls.hooks = Watched(cls.clip), Webhooks()
        cls.addClassCleanup(cls.hooks.close)
        cls.addClassCleanup(cls.watched.close)
        cls.environment = {
            "VIDEO_DB_API": cls.watched.service.url,
            "VIDEO_DB_API_KEY": cls.watched.service.key,
            "VIDEODB_RT_LIBRARY": str(ROOT / "build/lib/libvideodb_rt.so.0"),
            "PYTHONPATH": str(ROOT / "bindings/python/src"),
        }
        with ThreadPoolExecutor(2) as pool:  # while the service watches
            made = {language: pool.submit(build) for language, build in EXAMPLES.items()}
            cls.programs = {language: future.result() for language, future in made.items()}
        cls.watched.wait()

    def section(self, language, section):
        options = ["--seconds", "6" if section == "websocket" else "20"]
        options += ["--webhook", self.hooks.url] if section == "events-and-alerts" else []
        words = [*options, section, self.watched.stream.id] if language == "go" else [section, self.watched.stream.id, *options]
        return run([*self.programs[language], *words], folder=self.folder, **self.environment)

    def test_each_section_in_each_language(self):
        # Several at once; those that move or stop the transcript after all others, one after the other.
        alone = ("websocket", "transcription")
        tasks = [(language, section) for section in SECTIONS for language in EXAMPLES if section not in alone]
        last = [(language, section) for section in alone for language in EXAMPLES]
        with ThreadPoolExecutor(4) as pool:
            runs = {task: pool.submit(self.section, *task) for task in tasks}
        for language, section in tasks + last:
            with self.subTest(language=language, section=section):
                said = self.section(language, section) if section in alone else runs[language, section].result()
                for pattern in SAID[section]:
                    self.assertIsNotNone(re.search(pattern, said, flags=re.M), f"{pattern} in:\n{said}")
        # This one is running for those that come after it, and for whoever watches.
        self.watched.stream.start_transcript()
        running = [index for index in self.watched.stream.list_scene_indexes() if index.status == "running"]
        self.assertEqual(len(running), 2, "the sections stop what they started")
        self.assertGreaterEqual(self.hooks.calls, len(EXAMPLES))
        figure(f"{len(SECTIONS)} sections in each of {', '.join(EXAMPLES)}")

    def test_the_quick_example(self):
        program = compiled("go", ROOT / "examples/go/quick", BUILD / "quick")
        said = run([program, self.watched.stream.id, self.hooks.url], **self.environment)
        index = re.fullmatch(r"index (\w+), alert \w+\n", said)
        self.assertIsNotNone(index, said)
        self.watched.stream.get_scene_index(index.group(1)).stop()

    def test_pages(self):
        """The first program as it stands, the other blocks from top to bottom in one function."""
        count = 0
        for language, page in PAGES.items():
            with self.subTest(page=page):
                all_blocks = blocks(page, language)
                if language == "swift":
                    all_blocks.pop(0)  # the manifest of both
                self.assertGreater(len(all_blocks), 5)
                folder = self.folder / language
                for name, source in (("first", all_blocks[0]), ("page", FRAMES[language] % "\n".join(all_blocks[1:]))):
                    program = self.page_program(language, folder / name, name, source.replace(CAMERA, str(self.clip)))
                    said = run([program, self.watched.stream.id], folder=folder / name, TMPDIR=str(folder), **self.environment)
                    self.assertTrue(said.strip())
                count += len(all_blocks)
        figure(f"{count} blocks of {', '.join(PAGES.values())}")

    def page_program(self, language, folder, name, source):
        folder.mkdir(parents=True)
        if language == "go":
            (folder / "main.go").write_text(source)
            return compiled("go", go_module(folder), folder / name)
        if language == "swift":
            return compiled("swift", swift_package(folder, "main.swift" if name == "first" else "Page.swift", source), folder / "first")
        file = folder / f"{name}.{language}"
        file.write_text(source)
        if name == "first":  # as the page says
            (folder / "build").symlink_to(ROOT / "build")
            install = next(block for block in blocks(PAGES[language], "sh") if "pkg-config" in block)
            run(["sh", "-e", "-c", install], folder=folder)
            return folder / name
        return compiled(language, file, folder / name)

    def test_pages_tell_of_the_service_as_the_tested_one_does(self):
        told = [block for block in blocks("python.md", "sh") if "videodb-rt-local" in block]
        self.assertEqual(len(told), 1)
        for page in PAGES.values():
            self.assertIn(told[0], blocks(page, "sh"), page)

    def test_what_is_wrong_is_told(self):
        for language, program in self.programs.items():
            with self.subTest(language):
                with self.assertRaisesRegex(AssertionError, "VIDEO_DB_API_KEY"):
                    run([*program, "search"], **{**self.environment, "VIDEO_DB_API_KEY": ""})
                with self.assertRaisesRegex(AssertionError, "(?i)usage|visual-indexing"):
                    run([*program, "no-such-section"], **self.environment)
                with self.assertRaisesRegex(AssertionError, "rts-none"):
                    run([*program, "search", "rts-none"], **self.environment)

    def test_without_a_stream(self):
        server = ScriptedServer()
        try:
            for path, data in {"/rtstream": {"results": [], "count": 0, "next": None}, "/collection/default": {"id": "default"}}.items():
                server.on(f"GET {path}", {"status": 200, "json": {"success": True, "data": data}})
            for language, program in self.programs.items():
                with self.subTest(language), self.assertRaisesRegex(AssertionError, "no stream is connected"):
                    run([*program, "search"], **{**self.environment, "VIDEO_DB_API": server.url, "VIDEO_DB_API_KEY": KEY})
        finally:
            server.close()
