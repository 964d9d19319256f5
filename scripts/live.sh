#!/bin/bash
# `make live`: every operation of the library against a service, on a camera of yours (Tests/Live/live.py says what is printed).
# It creates streams and pipelines that the hosted service charges for, so that it asks for LIVE_SPEND=yes besides the key.
set -u
cd "$(dirname "$0")/.."
skip() {
  echo "skipped: $1"
  exit 0
}
test -n "${VIDEO_DB_API_KEY:-}" || skip "VIDEO_DB_API_KEY is not set"
test "${LIVE_SPEND:-}" = yes || skip "the service may charge for this: LIVE_SPEND=yes confirms that, CAMERA=rtsp://... names the camera"
test -n "${CAMERA:-}" || skip "CAMERA=rtsp://... is not set: the address of a camera that the service can reach"
. scripts/env.sh
make --no-print-directory all || exit 1
scripts/driver.sh build/live/driver || exit 1
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=Tests/Parity exec "$PYTHON" Tests/Live/live.py --driver build/live/driver --library build/lib
