#!/bin/bash
# valgrind-programs.sh FORM: the programs of Tests/C under valgrind: no error, and no block that is lost.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/cprograms.sh
form "$1"
out=build/test/valgrind-programs-$1
build_programs "$out" "$form_compiler" $form_flags
PROGRAM_LIMIT=600
for name in $(programs); do
  test -x "$out/$name" || continue
  run_program "$name" env LD_LIBRARY_PATH="$form_symbols" valgrind --error-exitcode=99 --leak-check=full \
    --errors-for-leak-kinds=definite,indirect,possible --log-file="$out/$name.log" "$out/$name"
done
echo "figure: $(cat "$out"/*.log | awk '/definitely lost|indirectly lost/ { gsub(",", ""); lost += $4 } /ERROR SUMMARY/ { gsub(",", ""); errors += $4 }
  END { print errors + 0 " errors, " lost + 0 " bytes lost" }')"
finish
