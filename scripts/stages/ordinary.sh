#!/bin/bash
# The ordinary form, with the Swift runtime: build/ordinary/libvideodb_rt.so. SwiftPM gives it the toolchain's library path.
set -eu
cd "$(dirname "$0")/../.."
. scripts/env.sh
"$SWIFT" build -c release --product videodb_rt --scratch-path .build-ordinary -j "$JOBS"
install -D -m 644 .build-ordinary/release/libvideodb_rt.so build/ordinary/libvideodb_rt.so
