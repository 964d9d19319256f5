#!/bin/bash
# examples/ in C, C++, Go, Python and Swift: each section of the specification, and the code of docs/, against one local service.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
export PYTHONDONTWRITEBYTECODE=1 VIDEODB_RT_LIBRARY=$PWD/build/lib/libvideodb_rt.so.0
export PYTHONPATH=$PWD/bindings/python/src:$PWD/bindings/python/tests:$PWD/Tests/Examples
build/venv/bin/python3 Tests/Examples/check.py || failed=1
finish
