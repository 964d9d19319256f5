#!/bin/bash
# The library for aarch64: built, looked at, and run on an emulated processor.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/cprograms.sh
library=build/aarch64/lib/libvideodb_rt.so.$VERSION
sysroot=$PWD/build/sysroot-aarch64

if ! scripts/aarch64/build.sh; then
  fail "the library is built for aarch64"
  finish
fi
ok "the library is built for aarch64, without the Unicode tables"
same "needs only libc, libcurl and libjansson" "" "$(aarch64-linux-gnu-readelf -dW "$library" |
  sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vxE 'libc\.so\.6|ld-linux-aarch64\.so\.1|libcurl\.so\.4|libjansson\.so\.4')"
same "exports are exactly the functions of the header" "" \
  "$(diff <(scripts/exports.py --list) <(aarch64-linux-gnu-nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort))"
highest=$(aarch64-linux-gnu-readelf -W --version-info "$library" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
size=$(stat -c %s "$library")
echo "figure: $highest, $size bytes stripped"

# Calls, events pulled and pushed, TLS, and the JSON and WebSocket vectors. qemu is slow, and has no fork of threaded programs.
PROGRAMS="version answers status_mapping event_accessors pull_batch push_subscribe websocket_frames wrong_certificate conformance"
export VDBRT_SLOW=1
build_programs build/test/c-aarch64 aarch64-linux-gnu-gcc --sysroot="$sysroot" -IInclude -Lbuild/aarch64/lib
for name in $(programs); do
  test ! -x "build/test/c-aarch64/$name" ||
    run_program "$name" qemu-aarch64 -L "$sysroot" -E LD_LIBRARY_PATH="$PWD/build/aarch64/lib" "build/test/c-aarch64/$name"
done
finish
