"""A script moves over by its import line: the surface of the official SDK, and a walk over all of it that was written for that one."""

import importlib
import inspect
import os
import subprocess
import sys
import unittest

from support import ROOT, LocalService, figure, local_service_program

import videodb_rt

try:
    import requests  # noqa: F401, the walk needs it
    import videodb
except ImportError:
    videodb = None

WALK = ROOT / "localservice/Tests/sdk/official_sdk.py"
sys.path.append(str(WALK.parent))  # for what it imports from beside it
# What has no place in a real-time client: stored media, generation, meetings, accounts. The walk has the list; see `official()`.
MODULES = ("client", "collection", "rtstream", "capture_session", "websocket_client")
# Why a method differs.
DIFFERENT = {
    "WebSocketConnection.__init__": "it is made by connect_websocket, and never sees the address",
    "Connection.__init__": "it is made by connect",
    "Collection.search": "the namespace is that of real time",
    "Collection.legacy_search": "the namespace is that of real time",
    "Connection.connect_websocket": "has further options",
    "WebSocketConnection.send": "the protocol has no such message",
}
# Attributes that are not there, and why.
WITHOUT = {
    "WebSocketConnection._connection": "its own affair",
    "RTStreamShot.stream_url": "a property here",
    "RTStreamShot.player_url": "a property here",
}
# Lines of the walk that are others here.
REPLACED = {
    # The library sends no message.
    'await walk.call(websocket, "send", {"nothing": 1})': "pass",
    # The address is encoded in the address of the page.
    'assert shot.stream_url in walk.call(shot, "play")': (
        'assert __import__("urllib.parse").parse.quote(shot.stream_url, safe="") in walk.call(shot, "play")'
    ),
}


def head():
    """The walk without its last lines, which run it; and those."""
    text = WALK.read_text()
    at = text.index("\nparser = argparse.ArgumentParser")
    return text[:at], text[at:]


def official():
    """The real-time methods of the official SDK, as the walk finds them: "Class.method"."""
    names = {"__name__": "walk"}
    exec(compile(head()[0], str(WALK), "exec"), names)
    return names["methods"]()


@unittest.skipUnless(videodb, "the official SDK is not installed")
class Surface(unittest.TestCase):
    def pairs(self):
        """(name, the official function, ours)"""
        for module in MODULES:
            theirs, ours = (importlib.import_module(f"{package}.{module}") for package in ("videodb", "videodb_rt"))
            for name, kind in inspect.getmembers(theirs, inspect.isclass):
                if kind.__module__ != theirs.__name__:
                    continue
                for method in vars(kind):
                    full = f"{name}.{method}"
                    if full in self.wanted or method in ("__init__", "__aenter__", "__repr__"):
                        yield full, getattr(kind, method), getattr(getattr(ours, name), method, None)

    def setUp(self):
        self.wanted = official()
        self.assertGreater(len(self.wanted), 60)

    def test_methods_and_their_arguments(self):
        count = 0
        for name, theirs, ours in self.pairs():
            with self.subTest(name):
                self.assertIsNotNone(ours, "it is missing")
                if isinstance(theirs, property):
                    self.assertIsInstance(ours, property)
                    continue
                count += 1
                if name in DIFFERENT:
                    continue
                self.assertEqual(inspect.iscoroutinefunction(theirs), inspect.iscoroutinefunction(ours))
                wanted, have = (list(inspect.signature(function).parameters.values()) for function in (theirs, ours))
                wanted = [parameter for parameter in wanted if parameter.name != "_skip_warning"]  # the SDK's own affair
                self.assertEqual([p.name for p in wanted], [p.name for p in have][: len(wanted)], "names and places of arguments")
                for their, our in zip(wanted, have):
                    if their.default is not inspect.Parameter.empty:
                        self.assertIsNot(our.default, inspect.Parameter.empty, f"{our.name} has no default")
                        if our.default is not None:  # None stands for the default of the service, or one that cannot be altered
                            self.assertEqual(our.default, their.default)
                for our in have[len(wanted) :]:
                    self.assertIsNot(our.default, inspect.Parameter.empty, f"{our.name} has no default")
        figure(f"{count} methods of the official SDK have their names and arguments")

    def test_attributes(self):
        members = {"name": "n", "status": "s", "prompt": "p", "rtstreams": [], "channels": [{"type": "video"}]}
        samples = {
            "RTStream": ("rtstream", ["i"]),
            "RTStreamSceneIndex": ("rtstream", ["i", "r"]),
            "RTStreamUnderstanding": ("rtstream", ["i", "r"]),
            "RTStreamIndex": ("rtstream", ["i", "r"]),
            "CaptureSession": ("capture_session", ["i", "c"]),
        }
        for name, (module, arguments) in samples.items():
            theirs, ours = (
                getattr(importlib.import_module(f"{package}.{module}"), name)(None, *arguments, **members)
                for package in ("videodb", "videodb_rt")
            )
            self.assertEqual(set(vars(theirs)) - set(vars(ours)), set(), name)
            for key in vars(theirs):
                if key not in ("channels", "_connection"):
                    self.assertEqual(getattr(theirs, key), getattr(ours, key), f"{name}.{key}")
        for name, arguments in (("RTStreamShot", [None, "r", 1, 2]), ("RTStreamSearchResult", ["c", []]), ("RTStreamExportResult", ["v"])):
            theirs, ours = (
                getattr(importlib.import_module(f"{package}.rtstream"), name)(*arguments) for package in ("videodb", "videodb_rt")
            )
            for key in vars(theirs):
                self.assertTrue(f"{name}.{key}" in WITHOUT or hasattr(ours, key), f"{name}.{key}")

    def test_exceptions(self):
        theirs = importlib.import_module("videodb.exceptions")
        ours = importlib.import_module("videodb_rt.exceptions")
        for name, kind in inspect.getmembers(theirs, inspect.isclass):
            with self.subTest(name):
                self.assertEqual([base.__name__ for base in kind.__mro__], [base.__name__ for base in getattr(ours, name).__mro__])
        error = ours.InvalidRequestError("what", None)
        self.assertEqual((str(error), error.response, error.cause), ("what", None, None))

    def test_constants(self):
        for name in ("MediaType", "RTStreamChannelType", "SearchType", "IndexType", "SceneExtractionType", "Segmenter"):
            theirs, ours = getattr(videodb, name), getattr(videodb_rt, name)
            for member, value in vars(theirs).items():
                if not member.startswith("_"):
                    self.assertEqual(getattr(ours, member), value, f"{name}.{member}")
        self.assertEqual(videodb.VIDEO_DB_API, videodb_rt.VIDEO_DB_API)

    def test_embed_codes(self):
        url = "https://player.videodb.io/watch?v=abc"
        for arguments in ({}, {"width": "640", "height": 360, "title": "x", "allow_fullscreen": False}):
            self.assertEqual(videodb.build_iframe_embed_code(url, **arguments), videodb_rt.build_iframe_embed_code(url, **arguments))


@unittest.skipUnless(videodb, "the official SDK is not installed")
@unittest.skipUnless(local_service_program(), "the local service was not built")
class Walk(unittest.TestCase):
    def test_the_walk_of_the_official_sdk(self):
        """official_sdk.py, with `videodb` standing for this package, but for the lines that REPLACED names."""
        service = LocalService("--recogniser", "none")
        self.addCleanup(service.close)
        done = subprocess.run(
            [sys.executable, __file__, service.url],
            env={**os.environ, "VIDEO_DB_API_KEY": service.key, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 0, "\n".join(lines[-30:]))
        self.assertIn(" called: ", lines[-1])
        figure(f"its walk: {lines[-1]}")


def walk():
    """In a process of its own: runs the walk on this package."""
    wanted = official() - {"WebSocketConnection.send"}
    for name in [name for name in sys.modules if name == "videodb" or name.startswith("videodb.")]:
        del sys.modules[name]
    sys.modules["videodb"] = videodb_rt
    for module in (*MODULES, "exceptions"):
        sys.modules[f"videodb.{module}"] = importlib.import_module(f"videodb_rt.{module}")
    text, last = head()
    for line, ours in REPLACED.items():
        assert text.count(line) == 1, line
        text = text.replace(line, ours)
    names = {"__name__": "walk", "__doc__": "walk"}
    exec(compile(text, str(WALK), "exec"), names)
    names["methods"] = lambda: wanted
    exec(compile("\n" * text.count("\n") + last, str(WALK), "exec"), names)


if __name__ == "__main__":
    walk()
