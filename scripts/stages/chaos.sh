#!/bin/bash
# Nothing is lost and nothing comes twice while the connection is cut (Tests/Chaos), with shortened timers.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/chaosprograms.sh
chaos_programs debug
[ $failed = 0 ] || finish

"$PYTHON" $chaos/check_of_check.py || failed=1
"$PYTHON" $chaos/chaos.py --clients c,swift --together --events 20000 --faults 200 --rate 250 || failed=1

"$PYTHON" $chaos/pressure.py --events 20000 --asleep 8 >build/chaos/pressure.out 2>&1 &
pressure=$!
"$PYTHON" $chaos/kill.py --kills 100 || failed=1
"$PYTHON" $chaos/quiet.py || failed=1
"$PYTHON" $chaos/half_open.py --quick --within 2.5 || failed=1
"$PYTHON" $chaos/stopped.py || failed=1
"$PYTHON" $chaos/changes.py || failed=1
wait $pressure || failed=1
cat build/chaos/pressure.out
finish
