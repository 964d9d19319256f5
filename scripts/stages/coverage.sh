#!/bin/bash
# The programs of Tests/C with the instrumented library of the Swift tests, and what lines of Sources both reached together.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/cprograms.sh
least=90 # percent
out=build/test/coverage
bin=$(toolchain)/bin
rm -rf "$out"
mkdir -p "$out/profiles"

"$SWIFT" build --build-tests --enable-code-coverage -j "$JOBS" || { fail "the instrumented build"; finish; }
export LLVM_PROFILE_FILE=$PWD/$out/profiles/%p-%m.profraw
build_programs "$out/c" gcc -IInclude -L.build/debug
for name in $(programs); do
  test ! -x "$out/c/$name" || run_program "$name" env LD_LIBRARY_PATH="$PWD/.build/debug" "$out/c/$name"
done

find "$out/profiles" .build/debug/codecov -name '*.profraw' >"$out/list"
"$bin/llvm-profdata" merge -sparse -f "$out/list" -o "$out/merged.profdata" || { fail "the profiles can be merged"; finish; }
"$bin/llvm-cov" report .build/debug/libvideodb_rt.so -object .build/debug/videodb_rtPackageTests.xctest \
  -instr-profile "$out/merged.profdata" -ignore-filename-regex '(Tests|\.build)/' >"$out/report.txt"
"$bin/llvm-cov" show .build/debug/libvideodb_rt.so -object .build/debug/videodb_rtPackageTests.xctest \
  -instr-profile "$out/merged.profdata" -ignore-filename-regex '(Tests|\.build)/' >"$out/lines.txt"
cat "$out/report.txt"
lines=$(awk '$1 == "TOTAL" { print $10 }' "$out/report.txt" | tr -d %)
if awk -v l="${lines:-0}" -v least="$least" 'BEGIN { exit !(l >= least) }'; then
  ok "at least $least % of the lines of Sources are covered" "$lines %"
else
  fail "at least $least % of the lines of Sources are covered" "$lines %; $out/lines.txt shows which"
fi
echo "figure: $lines % of the lines of Sources"
finish
