#!/bin/bash
# Every source is as its formatter writes it.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
tracked() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do test ! -e "$file" || echo "$file"; done; }
mapfile -t swift < <(tracked '*.swift')
mapfile -t c < <(tracked '*.c' '*.h' '*.cpp' '*.hpp')
check "${#swift[@]} Swift files are formatted" "$SWIFT" format lint --strict --parallel "${swift[@]}"
check "${#c[@]} C and C++ files are formatted" clang-format --dry-run --Werror "${c[@]}"
finish
