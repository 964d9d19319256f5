#!/bin/bash
# `make chaos`: all clients through the same cuts, and the table of what came of it.
set -u
cd "$(dirname "$0")/.."
. scripts/env.sh
. scripts/report.sh
. scripts/chaosprograms.sh
make --no-print-directory all || exit 1
scripts/venv.sh || exit 1
chaos_programs release
[ $failed = 0 ] || finish
"$PYTHON" $chaos/chaos.py --clients "${CLIENTS:-c,swift,official}" --together --events "${EVENTS:-1000000}" \
  --faults "${FAULTS:-2000}" --rate "${RATE:-1000}" --seed "${SEED:-1}" --late 120 --config backfill.late_ms=130000 \
  --patience 300 --out build/chaos/table.json || failed=1
finish
