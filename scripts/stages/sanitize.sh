#!/bin/bash
# sanitize.sh address|thread: the Swift tests, and the programs of Tests/C with the shipping form, under a sanitizer.
set -u
cd "$(dirname "$0")/../.."
. scripts/swifttests.sh
. scripts/report.sh
kind=$1

VDBRT_EMBEDDED=1 VDBRT_SANITIZE=$kind "$SWIFT" build -c release --product videodb_rt --sanitize=$kind \
  --scratch-path ".build-embedded-$kind" --disable-local-rpath -j "$JOBS" || fail "the library is built"
folder=build/$kind
mkdir -p "$folder"
cp ".build-embedded-$kind/release/libvideodb_rt.so" "$folder/libvideodb_rt.so.0"
ln -sf libvideodb_rt.so.0 "$folder/libvideodb_rt.so"

usr=$(toolchain)
runtime="-fsanitize=$kind -fuse-ld=lld -Wno-unused-command-line-argument -Wno-string-concatenation"
# A child that has forked from several threads may start threads of its own: the library promises that.
export TSAN_OPTIONS=die_after_fork=0
test "$kind" != thread || runtime="$runtime -L$usr/lib/swift/linux -Wl,-rpath,$usr/lib/swift/linux -ldispatch -lBlocksRuntime"
build_programs "build/test/c-$kind" "$usr/bin/clang" -IInclude "-L$folder" $runtime
for name in $(programs); do
  test ! -x "build/test/c-$kind/$name" || PROGRAM_LIMIT=300 run_program "$name" env LD_LIBRARY_PATH="$PWD/$folder" "build/test/c-$kind/$name"
done
[ $failed = 0 ] || exit 1
# The Swift runtime, Foundation and XCTest keep blocks to the end of the process. Leaks are looked for in the C programs above, and by
# valgrind.
export ASAN_OPTIONS=detect_leaks=0
swift_tests "$kind" . --sanitize=$kind --scratch-path ".build-$kind"
