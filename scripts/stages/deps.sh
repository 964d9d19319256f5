#!/bin/sh
# What the other stages need: packages, and Python's from PyPI in build/venv.
set -eu
cd "$(dirname "$0")/../.."
scripts/deps.sh build local demo test
scripts/venv.sh
