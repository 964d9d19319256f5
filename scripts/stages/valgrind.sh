#!/bin/sh
# Shows how each run of valgrind ended.
cd "$(dirname "$0")/../.."
for log in build/test/valgrind-programs-*/*.log; do
  echo "$log: $(sed -n 's/.*ERROR SUMMARY/ERROR SUMMARY/p' "$log" | tail -n 1)"
done
