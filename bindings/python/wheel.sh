#!/bin/sh
# wheel.sh: build/wheel/videodb_rt-VERSION-py3-none-PLATFORM.whl, with the library of build/lib in it. Needs build/venv (scripts/venv.sh).
set -eu
cd "$(dirname "$0")/../.."
stage=build/python-wheel
rm -rf "$stage" build/wheel
mkdir -p "$stage"
cp -R bindings/python/pyproject.toml bindings/python/setup.py bindings/python/README.md bindings/python/src "$stage"
cp LICENSE "$stage"
find "$stage" -name __pycache__ -prune -exec rm -rf {} +
mkdir "$stage/src/videodb_rt/lib"
cp build/lib/libvideodb_rt.so.0 "$stage/src/videodb_rt/lib/libvideodb_rt.so.0"
# Without isolation: what it is built with is pinned in scripts/requirements.txt.
build/venv/bin/pip --quiet --disable-pip-version-check wheel --no-index --no-deps --no-build-isolation -w build/wheel "$stage"
rm -rf "$stage"
ls build/wheel/*.whl
