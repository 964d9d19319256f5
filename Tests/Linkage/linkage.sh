#!/bin/bash
# What the built library asks of the system and gives to it. Arguments: none. Reads build/ (the shipping form) and, where it was
# built, build/ordinary.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
library=build/lib/libvideodb_rt.so.$VERSION
unstripped=build/debug/libvideodb_rt.so.$VERSION

for file in $library $unstripped; do
  test -e "$file" || { fail "$file is built"; finish; }
done

size_limit=400000
glibc_ceiling=2.28

needed() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort; }
exported() { nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort; }
highest_glibc() { readelf -W --dyn-syms --version-info "$1" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1; }

same "needs only libc, libcurl and libjansson" "" \
  "$(needed $library | grep -vxE 'libc\.so\.6|libcurl\.so\.4|libjansson\.so\.4')"
same "soname carries the ABI version" "libvideodb_rt.so.$(sed -n 's/.*let abi: Int32 = //p' Sources/VideoDBCore/Version.swift)" \
  "$(readelf -dW $library | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')"
same "no RUNPATH or RPATH" "" "$(readelf -dW $library | grep -E 'RUNPATH|RPATH')"
same "cannot be unloaded" "NODELETE" "$(readelf -dW $library | grep FLAGS_1 | grep -o NODELETE)"
same "full RELRO" "BIND_NOW GNU_RELRO" \
  "$(echo $(readelf -dW $library | grep -o 'BIND_NOW' | head -n 1) $(readelf -lW $library | grep -o GNU_RELRO))"
same "no code is patched when it is loaded" "" "$(readelf -dW $library | grep TEXTREL)"
same "no segment is writable and executable" "" "$(readelf -lW $library | awk '/LOAD|GNU_STACK/ && /RWE/')"

size=$(stat -c %s $library)
if [ "$size" -le $size_limit ]; then ok "stripped size" "$size bytes of $size_limit"; else fail "stripped size" "$size bytes, above $size_limit"; fi
check "every byte of it belongs to a part" scripts/size.py

check "version script follows the header" scripts/exports.py --check
same "exports are exactly the functions of the header" "" \
  "$(diff <(scripts/exports.py --list) <(exported $library) | sed -n 's/^</not exported:/p; s/^>/not in the header:/p')"
if [ -e build/ordinary/libvideodb_rt.so ]; then
  same "the ordinary form exports them too" "" "$(comm -23 <(scripts/exports.py --list) <(exported build/ordinary/libvideodb_rt.so))"
  ok "newest symbol of the C library, ordinary form" "GLIBC_$(highest_glibc build/ordinary/libvideodb_rt.so)"
fi

highest=$(highest_glibc $library)
if [ "$(printf '%s\n' "$highest" $glibc_ceiling | sort -V | tail -n 1)" = $glibc_ceiling ]; then
  ok "newest symbol of the C library, shipping form" "GLIBC_$highest, ceiling $glibc_ceiling"
else
  fail "newest symbol of the C library, shipping form" "GLIBC_$highest is above $glibc_ceiling:
$(nm -D --undefined-only $library | grep "GLIBC_$highest")"
fi

same "no symbol of Foundation, Dispatch or Swift concurrency" "" \
  "$(nm $unstripped | awk '{ print $NF }' | grep -E '^(\$[se]10Foundation|swift_(task|job|asyncLet|continuation)|dispatch_|_dispatch_|\$[se](ScT|ScP))' | head -n 5)"
same "no Unicode tables" "" "$(nm $unstripped | awk '{ print $NF }' | grep -E '^_swift_stdlib_(get|nfd|nfc|graphemeBreak|script|case)' | head -n 5)"
# VideoDBAsync is a product for Swift programs, and no part of the library.
same "the sources of the library import none of them" "" \
  "$(grep -rnE '^ *(@[a-zA-Z_]+(\([a-zA-Z]*\))? +)*((public|internal|package|private|fileprivate) +)?import +(Foundation|FoundationEssentials|Dispatch|Glibc|Musl|_Concurrency)' Sources --exclude-dir=VideoDBAsync)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check "dlclose leaves it loaded: compiles" gcc -std=c11 -Wall -Wextra -Werror -Ibuild/include Tests/Linkage/unload.c -o "$work/unload"
check "dlclose leaves it loaded" "$work/unload" "$PWD/build/lib/libvideodb_rt.so"
echo "figure: $size bytes stripped, GLIBC_$highest; ordinary form GLIBC_$(highest_glibc build/ordinary/libvideodb_rt.so)"
finish
