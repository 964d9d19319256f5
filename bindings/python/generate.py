#!/usr/bin/env python3
"""Writes src/videodb_rt/_header.py, what Include/videodb_rt.h declares, for ctypes.

    generate.py            writes it
    generate.py --check    fails where it is not what would be written

Only forms that the header uses are understood; anything else in it is an error here, so that nothing is left out unseen.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "Include/videodb_rt.h"
OUTPUT = Path(__file__).resolve().parent / "src/videodb_rt/_header.py"

# Enumerations by the name of their first constant, with what their constants' names begin with.
ENUMS = {
    "VDBRT_OK": ("Status", "VDBRT_", "IntEnum", "What a call returned: 0, or why it failed."),
    "VDBRT_LOG_DEBUG": ("LogLevel", "VDBRT_LOG_", "IntEnum", "How grave a line of the log is."),
    "VDBRT_EVENT_OTHER": ("EventKind", "VDBRT_EVENT_", "IntEnum", "What an event is. From 100 on they are the library's own."),
    "VDBRT_EVENT_INTERIM": ("EventFlag", "VDBRT_EVENT_", "IntFlag", "What else is known of an event."),
    "VDBRT_COLUMN_MESSAGE": ("Column", "VDBRT_COLUMN_", "IntEnum", "What is asked for of each of many events."),
}
VALUES = {
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "size_t": "c_size_t",
    "double": "c_double",
    "vdbrt_status": "c_int32",
    "void": "None",
}
# `char *` that is returned and ends with a NUL; the others come with a length.
RETURNED_TEXT = {"vdbrt_version_string", "vdbrt_status_name", "vdbrt_error_message", "vdbrt_error_body_json"}


class Unknown(Exception):
    pass


def without_comments(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def squeezed(text):
    return re.sub(r"\s*\*\s*", " *", " ".join(text.split())).replace("* *", "**").strip()


def parameter_type(kind, handles, callbacks):
    """The ctypes type of a parameter: what the function is called with, not what it points to."""
    bare = squeezed(re.sub(r"\bconst\b", "", kind))
    if bare in VALUES and bare != "void":
        return VALUES[bare]
    if bare in callbacks:
        return bare
    name, _, stars = bare.partition(" ")
    if stars == "*" and name == "char":
        return "c_char_p" if "const" in kind else "c_void_p"  # one that is not const is given back
    if stars == "*" and (name in handles or name == "void"):
        return "c_void_p"
    if stars == "**" and (name in handles or name == "char"):
        return "POINTER(c_void_p)"
    if stars == "*" and name in VALUES:
        return f"POINTER({VALUES[name]})"
    raise Unknown(f"a parameter of type `{kind}`")


def return_type(kind, function):
    bare = squeezed(re.sub(r"\bconst\b", "", kind))
    if bare in VALUES:
        return VALUES[bare]
    if bare == "char *":
        return "c_char_p" if function in RETURNED_TEXT else "c_void_p"
    raise Unknown(f"`{function}` returns `{kind}`")


def parameters(text, handles, callbacks):
    """[(name, ctypes type)]"""
    if squeezed(text) == "void":
        return []
    result = []
    for part in text.split(","):
        match = re.fullmatch(r"(.*?[\s*])(\w+)", squeezed(part))
        if not match:
            raise Unknown(f"the parameter `{part}`")
        result.append((match.group(2), parameter_type(match.group(1), handles, callbacks)))
    return result


def enumerations(text):
    result = []
    for body in re.findall(r"\benum\s*\{(.*?)\}\s*;", text, flags=re.S):
        constants, following = [], 0
        for part in filter(None, (item.strip() for item in body.split(","))):
            match = re.fullmatch(r"(VDBRT_\w+)(?:\s*=\s*(-?\d+))?", part)
            if not match:
                raise Unknown(f"the constant `{part}`")
            value = following if match.group(2) is None else int(match.group(2))
            constants.append((match.group(1), value))
            following = value + 1
        if constants[0][0] not in ENUMS:
            raise Unknown(f"an enumeration that begins with {constants[0][0]}: give it a name in ENUMS")
        result.append((ENUMS[constants[0][0]], constants))
    missing = len(ENUMS) - len(result)
    if missing:
        raise Unknown(f"{missing} enumerations are missing")
    return result


def module(header):
    """The text of _header.py for the text of a header."""
    text = without_comments(header)
    version = re.search(r"^#define VDBRT_VERSION_NUMBER (\d+)$", text, flags=re.M)
    version_string = re.search(r'^#define VDBRT_VERSION_STRING "([\d.]+)"$', text, flags=re.M)
    if not version or not version_string:
        raise Unknown("no version")
    handles = set(re.findall(r"typedef struct (\w+) \1\s*;", text))
    callbacks = re.findall(r"typedef\s+(\w+)\s*\(\*(\w+)\)\s*\((.*?)\)\s*;", text, flags=re.S)
    names = {name for _, name, _ in callbacks}
    functions = re.findall(r"\bVDBRT_API\b([^;{(]*?[\s*])(vdbrt_\w+)\s*\(([^;]*)\)\s*;", text)
    declared = len(re.findall(r"\bVDBRT_API\b(?!\s*__attribute__)", re.sub(r"^#.*$", "", text, flags=re.M)))
    if declared != len(functions):
        raise Unknown(f"{declared} declarations, of which {len(functions)} are understood")

    lines = [
        '"""What videodb_rt.h declares. Written by generate.py; not to be edited."""',
        "",
        "from __future__ import annotations",
        "",
        "from ctypes import CFUNCTYPE, POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_void_p",
        "from enum import IntEnum, IntFlag",
        "from typing import Any, Dict, List, Tuple",
        "",
        f"VERSION_NUMBER = {version.group(1)}",
        f'VERSION_STRING = "{version_string.group(1)}"',
    ]
    for (name, prefix, base, meaning), constants in enumerations(text):
        lines += ["", "", f"class {name}({base}):", f'    """{meaning}"""', ""]
        lines += [f"    {constant[len(prefix) :]} = {value}" for constant, value in constants]
    lines += ["", ""]
    for kind, name, arguments in callbacks:
        types = [kind for _, kind in parameters(arguments, handles, names)]
        lines.append(f"{name} = CFUNCTYPE({', '.join([return_type(kind, name), *types])})")
    lines += [
        "",
        "# Name: (what it returns, [(parameter, its type), ...]). A `char *` that is returned with a length is a c_void_p.",
        "FUNCTIONS: Dict[str, Tuple[Any, List[Tuple[str, Any]]]] = {",
    ]
    for kind, name, arguments in functions:
        lines += [f'    "{name}": (', f"        {return_type(kind, name)},", "        ["]
        lines += [f'            ("{parameter}", {kind}),' for parameter, kind in parameters(arguments, handles, names)]
        lines += ["        ],", "    ),"]
    lines += ["}", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Writes src/videodb_rt/_header.py from Include/videodb_rt.h.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where it differs")
    wanted = module(HEADER.read_text())
    if not parser.parse_args().check:
        OUTPUT.write_text(wanted)
    elif OUTPUT.read_text() != wanted:
        sys.exit(f"{OUTPUT.relative_to(ROOT)} is not what the header declares: run {Path(__file__).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
