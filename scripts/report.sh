# How a check reports: one line, `ok NAME: FIGURE`, `FAIL NAME: REASON` or `skip NAME: REASON`. scripts/test.sh counts them.
failed=0
ok() { echo "ok $1${2:+: $2}"; }
skip() { echo "skip $1${2:+: $2}"; }
fail() {
  printf '%s\n' "FAIL $1${2:+: $2}" | head -n 20 | sed '2,$s/^/  /'
  failed=1
}
# check NAME COMMAND...: runs it; what it printed is shown where it fails.
check() {
  check_name=$1
  shift
  if check_output=$("$@" 2>&1); then
    ok "$check_name"
  else
    fail "$check_name" "$(printf '%s' "$check_output" | tail -n 15)"
  fi
}
# same NAME EXPECTED ACTUAL
same() {
  if [ "$2" = "$3" ]; then ok "$1" "$(printf '%s' "$3" | tr '\n' ' ' | cut -c 1-100)"; else fail "$1" "expected [$2], found [$3]"; fi
}
# The last line of a script of checks.
finish() { exit $failed; }
