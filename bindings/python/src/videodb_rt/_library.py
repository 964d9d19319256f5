"""Finds libvideodb_rt, loads it, and gives its functions their types.

The library is looked for in this order: the file that the environment variable VIDEODB_RT_LIBRARY names; the one that came with this
package (in a wheel); the one that pkg-config knows; the one that the system's linker finds.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path
from typing import Any, Iterator, List, Tuple

from . import _header

ABI = 0
NAME = f"libvideodb_rt.so.{ABI}"
VARIABLE = "VIDEODB_RT_LIBRARY"
BUNDLED = Path(__file__).resolve().parent / "lib" / NAME


def _candidates() -> Iterator[Tuple[str, str]]:
    """Where it may be, and why there. One that is asked for by name is the only one."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named, f"the environment variable {VARIABLE}"
        return
    if BUNDLED.exists():
        yield str(BUNDLED), "bundled with this package"
        return
    folder = _of_pkg_config()
    if folder:
        yield os.path.join(folder, NAME), "pkg-config"
    yield NAME, "the system's linker"


def _of_pkg_config() -> str:
    command = ["pkg-config", "--variable=libdir", "videodb_rt"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def _load() -> str:
    """The path, or the name, of the library that can be loaded."""
    reasons: List[str] = []
    for path, why in _candidates():
        try:
            ctypes.CDLL(path)
            return path
        except OSError as error:
            reasons.append(f"{path} ({why}): {error}")
    raise ImportError(
        "libvideodb_rt was not found:\n  "
        + "\n  ".join(reasons)
        + f"\nInstall it (make install, or the wheel that carries it), or name its file in the environment variable {VARIABLE}."
    )


def _typed(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, (returned, parameters) in _header.FUNCTIONS.items():
        function = getattr(library, name, None)
        if function is None:
            raise ImportError(f"{path} lacks {name}: it is older than this package, which needs version {_header.VERSION_STRING} or newer.")
        function.restype = returned
        function.argtypes = [kind for _, kind in parameters]
    return library


path = _load()
# `lib` lets other threads run during a call, and is for whatever can take time. `quick` does not, which makes a call cheaper: it is for
# what looks at memory and returns.
lib: Any = _typed(ctypes.CDLL(path))
quick: Any = _typed(ctypes.PyDLL(path))

if lib.vdbrt_abi_version() != ABI:
    raise ImportError(f"{path} has the binary interface {lib.vdbrt_abi_version()}, and this package was written for {ABI}.")

# A str of bytes at an address: (address, length, errors).
decode = ctypes.pythonapi.PyUnicode_DecodeUTF8
decode.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_char_p]
decode.restype = ctypes.py_object


def version() -> str:
    """Version of the library that is loaded: "0.1.0"."""
    text: bytes = lib.vdbrt_version_string()
    return text.decode()
