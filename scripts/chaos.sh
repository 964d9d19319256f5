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
# Ctrl-C ends the first run with its table, and nothing follows it.
stopped=0
trap stopped=1 INT TERM
"$PYTHON" $chaos/chaos.py --clients "${CLIENTS:-c,swift,official}" --together --events "${EVENTS:-1000000}" \
  --faults "${FAULTS:-2000}" --rate "${RATE:-400}" --seed "${SEED:-1}" --patience 300 --out build/chaos/table.json || failed=1
[ $stopped = 0 ] || finish
echo "With the timers as they are:"
"$PYTHON" $chaos/chaos.py --clients c --no-quick --events 12000 --faults 24 --rate 100 --seed "${SEED:-1}" --late 120 \
  --patience 400 || failed=1
"$PYTHON" $chaos/kill.py || failed=1
"$PYTHON" $chaos/pressure.py || failed=1
"$PYTHON" $chaos/quiet.py --quiet 60000 || failed=1
"$PYTHON" $chaos/half_open.py || failed=1
"$PYTHON" $chaos/changes.py || failed=1
finish
