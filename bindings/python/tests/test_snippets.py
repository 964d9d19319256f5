"""Every Python snippet of the specification runs as it stands, in both channel modes and both time units of the service.

The specification is no part of this repository: it lies beside it, and without it this is skipped. A name that a snippet uses and no
snippet before it has made is supplied; so are the key and the address, by the environment. `import videodb` gives this package.
"""

import ast
import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from camera import Watched, Webhooks, make_clip, missing
from support import ROOT, code_blocks, figure, local_service_program, until

import videodb_rt

SPECIFICATION = ROOT.parent / "shared/spec/realtime-apis.md"
# All that is replaced in the texts.
REPLACED = {
    "rts-xxx": "id of the stream",
    "1711000000": "start of what is recorded",
    "1711003600": "end of what is recorded",
    "https://your-backend.com": "address of the webhook receiver",
}
# What the local service calls things, and the unit of its times. Together they are both of each.
MODES = [("--visual-channel", "scene_index", "--event-time-unit", "ms"), ("--visual-channel", "visual_index", "--event-time-unit", "s")]


def specification():
    path = Path(os.environ.get("VDBRT_SPECIFICATION", SPECIFICATION))
    return path if path.exists() else None


class Runner:
    """Runs the snippets one after the other, in one namespace."""

    def __init__(self, watched, hooks):
        self.watched = watched
        self.hooks = hooks
        self.names = {}
        self.loop = asyncio.new_event_loop()
        values = [watched.stream.id, str(watched.start), str(watched.end), hooks.url]
        self.replaced = dict(zip(REPLACED, values))

    def supplied(self, name):
        """A name that the snippet takes for granted."""
        if name == "ws":
            return self.loop.run_until_complete(self.names["conn"].connect_websocket().connect())
        if name == "index_id":
            return self.names["scene_index"].rtstream_index_id
        return {"start_ts": self.watched.start, "end_ts": self.watched.end}[name]

    def run(self, line, code):
        for text, value in self.replaced.items():
            code = code.replace(text, value)
        tree = compile(code, f"line {line}", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        used = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        made = {node.id for node in used if isinstance(node.ctx, ast.Store)} | {"videodb"} | set(dir(__builtins__))
        for node in used:
            if node.id not in self.names and node.id not in made:
                self.names[node.id] = self.supplied(node.id)
        code = compile(tree, f"line {line}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if any(isinstance(node, (ast.Await, ast.AsyncFor)) for node in ast.walk(tree)):
                self.loop.run_until_complete(self.listen(code, said))
            else:
                exec(code, self.names)
        return said.getvalue()

    async def listen(self, code, said):
        """A snippet that listens for ever: ended when each of its lines was printed."""
        self.names.pop("ws", None)
        listening = asyncio.ensure_future(eval(code, self.names))
        while not listening.done() and not getattr(self.names.get("ws"), "connection_id", None):
            await asyncio.sleep(0.02)
        if not listening.done():
            await asyncio.get_running_loop().run_in_executor(None, self.bind, self.names["ws"].connection_id)
        for _ in range(1500):
            if listening.done() or all(f"{word}: " in said.getvalue() for word in ("TRANSCRIPT", "SCENE", "ALERT")):
                break
            await asyncio.sleep(0.02)
        if listening.done():
            listening.result()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening

    def bind(self, connection_id):
        """The snippet starts the transcript only; its scenes and alerts need an index and an alert of its channel."""
        config = {"type": "time", "value": 1, "frame_count": 2}
        index = self.watched.stream.index_visuals("Describe movement", config, ws_connection_id=connection_id)
        rule = self.watched.connection.create_event("something moves", "movement")
        index.create_alert(rule, self.hooks.url, connection_id)


# What a snippet prints, by the beginning of one of its lines.
PRINTS = {
    "for shot in results.shots": ["Match at"],
    "print(rtstream.player_url)": ["http"],
    "async for ev in ws.stream()": ["TRANSCRIPT: ", "SCENE: ", "ALERT: "],
}


def run_all(clip, arguments):
    """In a process of its own; gives [[line, error or None], ...]."""
    os.environ["BROWSER"] = "true"  # what is played is not to be opened here
    sys.modules["videodb"] = videodb_rt
    results = []
    hooks = Webhooks()
    watched = Watched(clip, *arguments)
    try:
        os.environ.update(VIDEO_DB_API=watched.service.url, VIDEO_DB_API_KEY=watched.service.key)
        watched.wait()
        runner = Runner(watched, hooks)
        for line, code in code_blocks(specification()):
            try:
                said = runner.run(line, code)
                for beginning, texts in PRINTS.items():
                    lacks = [text for text in texts if beginning in code and text not in said]
                    if lacks:
                        raise AssertionError(f"it did not print {lacks}, but {said[-500:]!r}")
                results.append([line, None])
            except Exception as error:
                results.append([line, f"{type(error).__name__}: {error}"])
        until(lambda: hooks.calls, "a call of a webhook", 20)
        runner.loop.run_until_complete(runner.loop.shutdown_asyncgens())
        runner.loop.close()
    finally:
        watched.close()
        hooks.close()
    return results


@unittest.skipUnless(specification(), "the specification is not there (../shared/spec/realtime-apis.md)")
@unittest.skipUnless(local_service_program(), "the local service was not built")
@unittest.skipIf(missing(), missing())
class Snippets(unittest.TestCase):
    def test_all_in_all_modes(self):
        blocks = code_blocks(specification())
        self.assertGreater(len(blocks), 10)
        with tempfile.TemporaryDirectory() as folder:
            clip = Path(folder) / "clip.mp4"
            make_clip(clip)
            processes = [
                subprocess.Popen([sys.executable, __file__, clip, *mode], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for mode in MODES
            ]
            try:
                outputs = [process.communicate(timeout=150) for process in processes]
            finally:
                for process in processes:
                    process.kill()
                    process.wait()
        counts = []
        for mode, process, (out, err) in zip(MODES, processes, outputs):
            self.assertEqual(process.returncode, 0, err)
            results = json.loads(out.splitlines()[-1])
            for line, error in results:
                with self.subTest(mode=mode[1::2], line=line):
                    self.assertIsNone(error)
            self.assertEqual(len(results), len(blocks))
            counts.append(sum(error is None for _, error in results))
        for mode, count in zip(MODES, counts):
            figure(f"{count} of {len(blocks)} snippets of the specification run with {mode[1]} and times in {mode[3]}")


if __name__ == "__main__":
    print(json.dumps(run_all(sys.argv[1], sys.argv[2:])))
