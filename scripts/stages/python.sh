#!/bin/bash
# bindings/python: its types and its syntax for Python 3.9, then its tests on the library and the service in build/.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
export PYTHONDONTWRITEBYTECODE=1
bin=build/venv/bin
cd bindings/python || exit 1
check "mypy --strict, for 3.9" ../../$bin/mypy --cache-dir ../../build/test/mypy --python-executable ../../$bin/python3
# The checker of basedpyright is Pyright's; run so, it downloads nothing.
if command -v node >/dev/null; then
  check "pyright, strict, for 3.9" node ../../$bin/../lib/python3*/site-packages/basedpyright/index.js
else
  skip "pyright, strict, for 3.9" "node is not installed"
fi
check "nothing newer than Python 3.9" ../../$bin/vermin --quiet --no-tips --violations --target=3.9- src ../../examples/python setup.py
export VIDEODB_RT_LIBRARY=$PWD/../../build/lib/libvideodb_rt.so.0 PYTHONPATH=$PWD/src
../../$bin/python3 tests/run.py || failed=1
finish
