#!/bin/sh
# Cross-compiles the library to build/aarch64/lib. The toolchain has no Embedded standard library for aarch64 Linux; the one for bare
# metal does, since the core takes nothing of the system but through its C shims, and the Linux compiler and linker do the rest.
set -eu
cd "$(dirname "$0")/../.."
. scripts/env.sh
scripts/aarch64/sysroot.sh
sysroot=$PWD/build/sysroot-aarch64
out=build/aarch64
rm -rf $out
mkdir -p $out/modules $out/objects $out/lib

# In the order of their dependencies. A new folder in Sources has to be named here, also one that is no part of the library.
swift_modules="VideoDBCore VideoDBTransport VideoDB VideoDBRT"
c_modules="CSystemShims"
system_modules="CCurl CJansson"
ordinary_modules="VideoDBAsync"
for folder in Sources/*/; do
  folder=$(basename "$folder")
  case " $swift_modules $c_modules $system_modules $ordinary_modules " in
  *" $folder "*) ;;
  *) echo "Sources/$folder is not named in scripts/aarch64/build.sh" >&2 && exit 1 ;;
  esac
done

for source in Sources/CSystemShims/*.c; do
  aarch64-linux-gnu-gcc --sysroot="$sysroot" -O2 -g -fPIC -DVDBRT_EMBEDDED -fvisibility=hidden -ffunction-sections -Wall -Wextra -Werror \
    -ISources/CSystemShims/include -c "$source" -o "$out/objects/$(basename "$source" .c).o"
done

# SwiftPM writes this one by itself.
mkdir $out/modules/CSystemShims
cat >$out/modules/CSystemShims/module.modulemap <<MAP
module CSystemShims { umbrella "$PWD/Sources/CSystemShims/include" export * }
MAP

clang_flags="-isystem$sysroot/usr/include/aarch64-linux-gnu -isystem$sysroot/usr/include -ISources/CSystemShims/include -D__linux__ -D__gnu_linux__ -fPIC"
for module in $swift_modules; do
  "${SWIFT}c" -target aarch64-none-none-elf -Osize -g -wmo -parse-as-library -module-name $module -package-name videodb_rt \
    -swift-version 6 -enable-experimental-feature Embedded \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility \
    -warnings-as-errors -Xfrontend -function-sections \
    -I $out/modules -I Include -I Sources/CCurl -I Sources/CJansson -I $out/modules/CSystemShims \
    $(printf -- '-Xcc %s ' $clang_flags) \
    -emit-module -emit-module-path $out/modules/$module.swiftmodule \
    -emit-object -o $out/objects/$module.o $(find Sources/$module -name '*.swift' | sort)
done

# The link is that of Package.swift. Without -z,undefs for the Unicode tables: the core must do without them.
aarch64-linux-gnu-gcc --sysroot="$sysroot" -shared -o $out/lib/libvideodb_rt.so.$VERSION $out/objects/*.o \
  -Wl,-soname=libvideodb_rt.so.0 -Wl,--version-script=pkgconfig/videodb_rt.map -Wl,--gc-sections -Wl,--as-needed \
  -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -lcurl -ljansson -lm
mkdir -p $out/debug
mv $out/lib/libvideodb_rt.so.$VERSION $out/debug/
aarch64-linux-gnu-strip --strip-unneeded -o $out/lib/libvideodb_rt.so.$VERSION $out/debug/libvideodb_rt.so.$VERSION
ln -s libvideodb_rt.so.$VERSION $out/lib/libvideodb_rt.so.0
ln -s libvideodb_rt.so.0 $out/lib/libvideodb_rt.so
