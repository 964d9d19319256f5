#!/usr/bin/env python3
"""The exported functions: Include/videodb_rt.h is the source, pkgconfig/videodb_rt.map follows.

    exports.py           adds new functions of the header to the version script, under the node of the header's version
    exports.py --check   fails if the version script is not what the header asks for
    exports.py --list    prints the functions of the header, one a line

One node stands for one minor release and is frozen with it: a function keeps the node that it came with, and one that
leaves the header stays in the version script as an error that --check names, because removing it breaks programs.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "Include/videodb_rt.h"
SCRIPT = ROOT / "pkgconfig/videodb_rt.map"


def header_functions(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"^\s*#(?:.*\\\n)*.*$", " ", text, flags=re.M)
    return re.findall(r"\bVDBRT_API\b[^;{(]*?\b(\w+)\s*\(", text)


def header_node(text):
    major, minor, _ = re.search(r'VDBRT_VERSION_STRING "(\d+)\.(\d+)\.(\d+)"', text).groups()
    return f"VDBRT_{major}.{minor}"


def script_nodes(text):
    """[(node, [function, ...]), ...] in the order of the file, which is the order of the releases."""
    nodes = []
    for node, body in re.findall(r"^(VDBRT_[\d.]+)\s*\{(.*?)\}", text, flags=re.S | re.M):
        names = re.search(r"global:(.*?)(?:local:|$)", body, flags=re.S)
        nodes.append((node, [n for n in re.split(r"[;\s]+", names.group(1)) if n and n != "vdbrt_*"]))
    return nodes


def render(nodes):
    parts = []
    for position, (node, names) in enumerate(nodes):
        lines = "".join(f"    {name};\n" for name in sorted(names))
        local = "  local:\n    *;\n" if position == 0 else ""
        parent = f" {nodes[position - 1][0]}" if position else ""
        parts.append(f"{node} {{\n  global:\n{lines}{local}}}{parent};\n")
    return "# Written by scripts/exports.py from Include/videodb_rt.h: one node for each minor release, frozen with it.\n" + "\n".join(parts)


def main(arguments):
    header = HEADER.read_text()
    functions = header_functions(header)
    if arguments == ["--list"]:
        print(*sorted(functions), sep="\n")
        return
    before = SCRIPT.read_text()
    nodes = script_nodes(before)
    known = {name for _, names in nodes for name in names}
    added = sorted(set(functions) - known)
    gone = sorted(known - set(functions))
    if arguments == ["--check"]:
        faults = [f"{name} is in the header and not in the version script" for name in added]
        faults += [f"{name} is in the version script and not in the header" for name in gone]
        faults += [f"{name} is declared twice" for name in sorted({n for n in functions if functions.count(n) > 1})]
        faults += [f"{name} does not begin with vdbrt_" for name in functions if not name.startswith("vdbrt_")]
        if not faults and render(nodes) != before:
            faults = ["the version script is not in the form that scripts/exports.py writes"]
        if faults:
            sys.exit("\n".join(faults))
        return
    if arguments:
        sys.exit(__doc__)
    if gone:
        sys.exit("\n".join(f"{name} was exported and is not in the header any more" for name in gone))
    current = header_node(header)
    if added and current not in dict(nodes):
        nodes.append((current, []))
    for node, names in nodes:
        if node == current:
            names.extend(added)
    SCRIPT.write_text(render(nodes))


if __name__ == "__main__":
    main(sys.argv[1:])
