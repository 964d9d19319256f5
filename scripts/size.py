#!/usr/bin/env python3
"""What each part of the library costs: the bytes of build/lib/libvideodb_rt.so, every one counted once.

    scripts/size.py [--files | --functions]

Run by `make size`. A function counts for the source file where it is written, with what was inlined into it; one without a line of its
own (closures, copies of values) for that of its type. `--files` has a row for each source file, `--functions` one for each function, as
the linker calls it (`swift demangle` reads it). Reads the symbols and lines of build/debug: the same library before it is stripped.
"""

import argparse
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STRIPPED = ROOT / "build/lib/libvideodb_rt.so"
SYMBOLS = ROOT / "build/debug/libvideodb_rt.so"

# The first that a path begins with.
PARTS = """
recovery after a cut    | VideoDBCore/Recovery/ VideoDBCore/Ledger VideoDBTransport/Events/EventHub+Recovery
recovery after a cut    | VideoDBTransport/Events/EventHub+Link VideoDBTransport/Events/PreparedCall VideoDBTransport/Events/AlertAliases
state file              | VideoDBTransport/Events/StateFile CSystemShims/state_shims
events                  | VideoDBTransport/Events/ VideoDBCore/Event VideoDBCore/WebSocket/
REST transport          | VideoDBTransport/REST/ VideoDBTransport/Curl/ VideoDBTransport/Op VideoDBCore/Envelope VideoDBCore/Request
REST transport          | VideoDBCore/Backoff VideoDBCore/ServerClock VideoDBCore/URLParts CSystemShims/curl_shims
loop and threads        | VideoDBTransport/Loop/ VideoDBTransport/Clock VideoDBCore/Locked CSystemShims/poll_shims CSystemShims/thread_shims
JSON                    | VideoDBCore/JSON VideoDBCore/MemberName VideoDBCore/ShortInteger VideoDBTransport/JSON CSystemShims/json_shims
configuration, keys     | VideoDBCore/Configuration/ VideoDB/Configuration VideoDBCore/Credential VideoDBCore/Secret
errors and text         | VideoDBCore/ CSystemShims/
operations              | VideoDB/Operations/
objects of the API      | VideoDB/
C functions             | VideoDBRT/
"""
STANDARD_LIBRARY = "Swift standard library"
SHARED = "stretches that the linker made functions of"

SECTIONS = {
    "names and versions of imports and exports": [".dynsym", ".dynstr", ".gnu.version", ".gnu.version_d", ".gnu.version_r", ".gnu.hash"],
    "relocations and calls of other libraries": [".rela.dyn", ".rela.plt", ".plt", ".got", ".got.plt", ".dynamic"],
    "texts and tables": [".rodata"],
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def part(path):
    for line in PARTS.strip().splitlines():
        name, prefixes = line.split("|")
        if any(path.startswith(prefix) for prefix in prefixes.split()):
            return name.strip()
    sys.exit(f"Sources/{path} belongs to no part: enter it in {Path(__file__).name}")


def symbols():
    """(address, size, kind, name, source file or "") of each address that has bytes in the file; of several names the first."""
    seen = {}
    for line in output("nm", "-S", "-l", "--defined-only", SYMBOLS).splitlines():
        fields, _, place = line.partition("\t")
        fields = fields.split(" ", 3)
        if len(fields) < 4 or fields[2] in "bB":
            continue
        address, size, kind, name = int(fields[0], 16), int(fields[1], 16), fields[2], fields[3]
        source = re.search(r"/Sources/(.*):\d+$", place)
        key = (source is None, name)
        if size and (address not in seen or key < seen[address][0]):
            seen[address] = (key, size, kind, name, source[1] if source else "")
    return [(address, *seen[address][1:]) for address in sorted(seen)]


def owners(mangled):
    """The modules of this project in a mangled name, each with the type or function after it."""
    found = []
    for match in re.finditer(r"(?:7VideoDB|9VideoDBRT|11VideoDBCore|16VideoDBTransport)(\d+)", mangled):
        found.append(mangled[match.start() : match.end() + int(match[1])])
    return found


def place(all_symbols):
    """The file of each symbol: its own, that of its type, or what it is otherwise."""
    votes = defaultdict(Counter)
    for _, size, _, name, source in all_symbols:
        if source:
            for owner in owners(name)[:1]:
                votes[owner][source] += size
    for address, size, kind, name, source in all_symbols:
        if not source:
            known = [votes[owner].most_common(1)[0][0] for owner in owners(name) if owner in votes]
            ours = re.match(r"\$[es](7VideoDB|9VideoDBRT|11VideoDBCore|16VideoDBTransport)", name)
            if name.startswith("OUTLINED_FUNCTION"):
                source = SHARED
            elif known and (ours or kind in "dDrR"):
                source = known[0]
            else:
                source = STANDARD_LIBRARY
        yield address, size, name, source


def sections():
    for line in output("readelf", "-SW", STRIPPED).splitlines():
        match = re.match(r"\s*\[ *\d+\] (\S+)\s+(\S+)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", line)
        if match and match[2] not in ("NULL", "NOBITS") and match[1] != "NULL":
            yield match[1], int(match[3], 16), int(match[5], 16)


def table(rows, total):
    for name, size in rows:
        print(f"{size:>9,}  {100 * size / total:5.1f} %  {name}")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as where `head` reads it
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--files", action="store_true", help="a row for each source file")
    choice.add_argument("--functions", action="store_true", help="a row for each function, largest first")
    arguments = parser.parse_args()
    for file in (STRIPPED, SYMBOLS):
        if not file.exists():
            sys.exit(f"{file.relative_to(ROOT)} is missing: run make first")

    total = STRIPPED.stat().st_size
    all_sections = list(sections())
    placed = list(place(symbols()))
    if arguments.functions:
        for size, name, source in sorted(((size, name, source) for _, size, name, source in placed), reverse=True):
            print(f"{size:>9,}  {source}  {name}")
        return

    costs = Counter()
    covered = Counter()  # by section, what symbols account for
    for address, size, _, source in placed:
        own = source in (STANDARD_LIBRARY, SHARED)
        costs[source if own or arguments.files else part(source)] += size
        for name, start, length in all_sections:
            if start <= address < start + length:
                covered[name] += size
    for name, members in SECTIONS.items():
        costs[name] = sum(length - covered[section] for section, _, length in all_sections if section in members)
    costs["headers, other sections, gaps"] = total - sum(costs.values())
    if min(costs.values()) < 0:
        sys.exit("build/debug is not the library that was stripped to build/lib: run make")
    table(sorted(costs.items(), key=lambda row: (-row[1], row[0])), total)
    table([("all of it, stripped", total)], total)
    if not arguments.files:
        print("\nof these, by section:")
        counted = sum(length for _, _, length in all_sections)
        rows = sorted(((name, length) for name, _, length in all_sections), key=lambda row: (-row[1], row[0]))
        table(rows + [("ELF headers and gaps", total - counted)], total)


main()
