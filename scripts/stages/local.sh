#!/bin/bash
# The local service: build/bin/videodb-rt-local.
set -eu
cd "$(dirname "$0")/../.."
make --no-print-directory local
