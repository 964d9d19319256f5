#!/bin/bash
# c-programs.sh FORM: the programs of Tests/C with one form of the library.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/cprograms.sh
form "$1"
build_programs "build/test/c-$1" "$form_compiler" $form_flags
for name in $(programs); do
  test ! -x "build/test/c-$1/$name" || run_program "$name" env LD_LIBRARY_PATH="$form_library" "build/test/c-$1/$name"
done
finish
