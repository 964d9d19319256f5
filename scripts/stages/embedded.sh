#!/bin/bash
# The shipping form, in build/.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
make --no-print-directory all || exit 1
echo "figure: $(stat -c %s "build/lib/libvideodb_rt.so.$VERSION") bytes stripped"
