#!/bin/bash
# bindings/go: formatted, vetted, its tests with the race detector, the vectors with every pointer that crosses to C checked, and a fresh
# module outside the tree that uses the installed library. Nothing is fetched: the package needs the standard library alone.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
root=$PWD
export GOCACHE=$root/build/go-cache GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local
export PYTHONDONTWRITEBYTECODE=1 VDBRT_PYTHON=$root/build/venv/bin/python3 VDBRT_LOCAL_SERVICE=$root/build/bin/videodb-rt-local
export PKG_CONFIG_PATH=$root/build/lib/pkgconfig LD_LIBRARY_PATH=$root/build/lib
test -x "$VDBRT_PYTHON" || VDBRT_PYTHON=$PYTHON

# tests NAME ARGUMENTS...: a line for each test, its figures, and what a failed one printed.
tests() {
  local name=$1 log=build/test/go-$1.txt line
  shift
  (cd bindings/go && timeout -k 5 300 go test -count=1 -v "$@" .) >$log 2>&1 || { [ $? != 124 ] || echo "--- FAIL: $name (300 s)" >>$log; }
  sed -n 's/^ *[a-z_]*_test.go:[0-9]*: \(figure: .*\)/\1/p' $log
  while read -r line; do
    case $line in
    '--- PASS: '*) ok "$name: $(cut -d ' ' -f 3 <<<"$line")" ;;
    '--- SKIP: '*) skip "$name: $(cut -d ' ' -f 3 <<<"$line")" "$(grep -A 1 -F -- "$line" $log | tail -n 1)" ;;
    '--- FAIL: '*) fail "$name: $(cut -d ' ' -f 3 <<<"$line")" "$(grep -B 1 -A 12 -F -- "$line" $log)" ;;
    esac
  done < <(grep -E '^--- (PASS|SKIP|FAIL)' $log)
  grep -q '^ok ' $log || fail "$name" "$(grep -m 1 -A 15 -E '^(panic|fatal error|WARNING: DATA RACE|#)' $log || tail -n 15 $log)"
}

cd bindings/go || exit 1
same "gofmt" "" "$(gofmt -l . ../../examples/go)"
check "go vet" go vet ./...
same "no module outside the standard library" "$(go list -m)" "$(go list -m all)"
cd ../..
tests race -race
GODEBUG=cgocheck=2 tests cgocheck -run 'Conformance|Loop|Operation'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check "make install" make --no-print-directory install PREFIX="$work/prefix" DESTDIR=
mkdir "$work/module"
cat >"$work/module/main.go" <<'PROGRAM'
package main

import (
	"fmt"

	videodb "libvideodb_rt/bindings/go"
)

func main() {
	_, err := videodb.Connect(videodb.Config{})
	fmt.Println(videodb.Version(), err)
}
PROGRAM
cd "$work/module" || exit 1
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig LD_LIBRARY_PATH=$work/prefix/lib
# Go's cache knows a package by the flags of the environment, but not by what pkg-config has answered.
export CGO_CFLAGS="-g -O2 -DPREFIX=$work"
check "a fresh module" go mod init fresh
check "which names the package" go mod edit -require=libvideodb_rt/bindings/go@v0.0.0 -replace=libvideodb_rt/bindings/go="$root/bindings/go"
check "builds" go build -o fresh .
same "with the installed library" "$work/prefix/lib/libvideodb_rt.so.0" "$(ldd fresh | sed -n 's/.*libvideodb_rt.so.0 => \([^ ]*\).*/\1/p')"
same "and runs" "$VERSION There is no API key: set \`api_key\`, or the environment variable VIDEO_DB_API_KEY." "$(env -u VIDEO_DB_API_KEY ./fresh)"
finish
