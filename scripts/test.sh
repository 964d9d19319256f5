#!/bin/bash
# Runs the tests: all stages, or those named as arguments with what they need. One line for each, then the sum.
# A stage is scripts/stages/NAME.sh; its log is build/test/NAME.log. Two run at a time.
set -u
cd "$(dirname "$0")/.."
. scripts/env.sh
export SWIFT JOBS PYTHON
unset VDBRT_EMBEDDED VDBRT_SANITIZE VIDEO_DB_API VIDEO_DB_API_KEY

workers=2
limit=1200 # seconds for one stage
# NAME: the stages that must have passed before. The order is that in which a free worker takes them.
table='
deps:
local: deps
embedded: deps
ordinary: deps
format: deps
installed: embedded
linkage: embedded ordinary
cxx: embedded
dependency: deps
aarch64: deps
swift: local
c-embedded: embedded local
coverage: swift
valgrind-embedded: embedded local
valgrind-ordinary: ordinary local
parity: embedded local
localservice: local
python: embedded local
go: embedded local
examples: embedded local
budgets: embedded
'
# Last and alone: it measures how late events come.
table+="chaos: $(printf '%s' "$table" | sed -n 's/^\([a-z0-9-]*\):.*/\1/p' | tr '\n' ' ')
"
# Only when named.
table_on_request='
valgrind: valgrind-embedded valgrind-ordinary
asan: local
tsan: local
'

declare -A needs state pid_of started
order=()
add() {
  local name=${1%%:*} rest=${1#*:}
  [ -z "${state[$name]:-}" ] || return 0
  local need
  for need in $rest; do
    add "$(printf '%s\n' "$table$table_on_request" | grep "^$need:")"
  done
  needs[$name]=$rest state[$name]=waiting
  order+=("$name")
}
if [ $# = 0 ]; then
  while read -r line; do test -z "$line" || add "$line"; done <<<"$table"
else
  for name in "$@"; do
    line=$(printf '%s\n' "$table$table_on_request" | grep "^$name:") || { echo "no stage is called $name" >&2; exit 2; }
    add "$line"
  done
fi

rm -rf build/test
mkdir -p build/test
stop() {
  trap - INT TERM
  for name in "${!pid_of[@]}"; do kill -TERM "${pid_of[$name]}" 2>/dev/null; done
  wait
  exit 130
}
trap stop INT TERM

passed=0 failed=0 skipped=0
# What a program that a test ran prints with blanks behind its "ok" is no test.
count() { grep -c "^$1 [^ ]" "build/test/$2.log" 2>/dev/null; }
report() { # NAME CODE
  local name=$1 code=$2 seconds=$((SECONDS - ${started[$1]}))
  local p f s figure verdict=ok
  p=$(count ok "$name") f=$(count FAIL "$name") s=$(count skip "$name")
  [ "$code" = 0 ] || [ "$f" != 0 ] || f=1
  [ "$f" = 0 ] || verdict=FAILED
  figure=
  [ "$p" = 0 ] || figure="$p passed"
  [ "$f" = 0 ] || figure="${figure:+$figure, }$f failed"
  [ "$s" = 0 ] || figure="${figure:+$figure, }$s skipped"
  local more
  more=$(sed -n 's/^figure: //p' "build/test/$name.log" | tail -n 1)
  [ -z "$more" ] || figure="${figure:+$figure; }$more"
  printf '%-18s %-6s %4d s  %s\n' "$name" $verdict $seconds "$figure"
  if [ $verdict = FAILED ]; then
    [ "$code" != 124 ] || echo "    ended after $limit s"
    { grep -A 6 '^FAIL [^ ]' "build/test/$name.log" | head -n 40; } | sed 's/^/    /'
    [ "$(count FAIL "$name")" != 0 ] || tail -n 30 "build/test/$name.log" | sed 's/^/    /'
    echo "    The whole log: build/test/$name.log"
  fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  [ $verdict = ok ] && state[$name]=passed || state[$name]=failed
}

running=0
while :; do
  for name in "${order[@]}"; do
    [ "${state[$name]}" = waiting ] || continue
    ready=yes
    for need in ${needs[$name]}; do
      case ${state[$need]} in
      failed)
        printf '%-18s %-6s         not run: %s failed\n' "$name" FAILED "$need"
        state[$name]=failed failed=$((failed + 1)) ready=no
        break
        ;;
      passed) ;;
      *) ready=no ;;
      esac
    done
    [ $ready = yes ] && [ $running -lt $workers ] || continue
    started[$name]=$SECONDS state[$name]=running
    timeout -k 10 $limit "scripts/stages/$name.sh" >"build/test/$name.log" 2>&1 </dev/null &
    pid_of[$name]=$!
    running=$((running + 1))
  done
  [ $running -gt 0 ] || break
  wait -n -p ended
  code=$?
  for name in "${!pid_of[@]}"; do
    [ "${pid_of[$name]}" = "${ended:-}" ] || continue
    unset "pid_of[$name]"
    running=$((running - 1))
    report "$name" $code
  done
done

echo "took $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && [ $passed -gt 0 ]
