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

# With names of functions and without debug information, which valgrind 3.19 cannot read in the toolchain's version of it.
library=$(readelf -dW "$out/$(programs | head -n 1)" | sed -n 's/.*(NEEDED).*\[\(libvideodb_rt.*\)\]/\1/p')
mkdir -p "$out/lib"
strip --strip-debug -o "$out/lib/$library" "$form_symbols/$library"

# The Swift runtime of the ordinary form keeps caches that valgrind sees by pointers into the middle of blocks only.
lost=definite,indirect
test "$1" != embedded || lost=$lost,possible
PROGRAM_LIMIT=600
for name in $(programs); do
  test -x "$out/$name" || continue
  run_program "$name" env LD_LIBRARY_PATH="$PWD/$out/lib" valgrind --error-exitcode=99 --leak-check=full --show-leak-kinds=$lost \
    --errors-for-leak-kinds=$lost --log-file="$out/$name.log" "$out/$name"
  grep -q 'ERROR SUMMARY: 0 errors' "$out/$name.log" || head -n 60 "$out/$name.log" | sed 's/^/  /'
done
echo "figure: $(cat "$out"/*.log | awk '/(definitely|indirectly) lost:/ { gsub(",", ""); lost += $4 } /ERROR SUMMARY/ { errors += $4 }
  END { print errors + 0 " errors, " lost + 0 " bytes lost" }')"
finish
