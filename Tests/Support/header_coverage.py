#!/usr/bin/env python3
"""Names the functions of the header that no C test calls; fails when there are any.

    header_coverage.py [ROOT]
"""

import re
import sys
from pathlib import Path


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    header = re.sub(r"/\*.*?\*/", " ", (root / "Include/videodb_rt.h").read_text(), flags=re.S)
    functions = re.findall(r"\bVDBRT_API\b[^;{(]*?\b(vdbrt_\w+)\s*\(", header)
    sources = "".join(path.read_text() for path in sorted((root / "Tests/C").glob("*.c")))
    called = set(re.findall(r"\b(vdbrt_\w+)\s*\(", sources))
    # The table of calls names each without its prefix: TEXT2_OUT(scene_index_get).
    called |= {f"vdbrt_{name}" for name in re.findall(r"\bTEXT\d(?:_OUT)?\((\w+)\)", sources)}
    missing = [name for name in functions if name not in called]
    for name in missing:
        print(f"no C test calls {name}")
    if not missing:
        print(f"ok {len(functions)} functions of the header are called by C tests")
    return 1 if missing or not functions else 0


if __name__ == "__main__":
    sys.exit(main())
