#!/bin/bash
# Include/videodb_rt.hpp: it has all of the C header, compiles alone, and the programs of Tests/Cxx pass with gcc and with clang, with
# gcc under the address and undefined-behaviour sanitizers. A program's `// flags:` are for it alone.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
. scripts/cprograms.sh
form embedded
cflags=$(PKG_CONFIG_PATH=build/lib/pkgconfig pkg-config --cflags videodb_rt)

code=$(gcc -fpreprocessed -dD -E -P -x c++ Include/videodb_rt.hpp)
missing=$(for name in $(scripts/exports.py --list); do grep -qw "$name" <<<"$code" || echo "$name"; done)
same "every function of the C header has a counterpart" "" "$missing"

warnings="-Wall -Wextra -pedantic -Werror"
strict="-Wshadow -Wconversion -Wold-style-cast -Wundef -Wnon-virtual-dtor"
out=build/test/cxx
rm -rf $out
for compiler in gcc clang; do
  mkdir -p $out/$compiler
  case $compiler in
  gcc) c=gcc cxx=g++ sanitize="-fsanitize=address,undefined -fno-sanitize-recover=undefined" ;;
  clang) c=$(toolchain)/bin/clang cxx=$c++ sanitize=-fuse-ld=bfd ;; # gold takes our `err` for that of libc
  esac
  for standard in c++17 c++20; do
    check "the header alone, $standard, $compiler" $cxx -std=$standard $warnings $strict $cflags -fsyntax-only Tests/Cxx/header_alone.cpp
    check "without exceptions, $standard, $compiler" $cxx -std=$standard $warnings $strict -fno-exceptions -fno-rtti $cflags -fsyntax-only \
      Tests/Cxx/header_alone.cpp
  done
  awk '/^```cpp$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >$out/$compiler/readme.cpp
  check "the program of the README, $compiler" $cxx -std=c++17 $warnings $cflags -fsyntax-only $out/$compiler/readme.cpp
  for name in Tests/C/support*.c; do
    $c -std=c11 -O1 -g -pthread $cflags -c "$name" -o "$out/$compiler/$(basename "$name" .c).o" || fail "$name compiles"
  done
  printf '%s\n' Tests/Cxx/*.cpp | sed '/header_alone/d; s|.*/||; s/\.cpp$//' | xargs -P "$JOBS" -I @ sh -c \
    "$cxx -std=c++17 -O1 -g -pthread $warnings $sanitize \$(sed -n 's|^// flags: ||p' Tests/Cxx/@.cpp) $form_flags Tests/Cxx/@.cpp \
      $out/$compiler/support*.o -o $out/$compiler/@ -lvideodb_rt -lcurl -ljansson -lm"
  for name in Tests/Cxx/*.cpp; do
    name=$(basename "$name" .cpp)
    [ "$name" != header_alone ] || continue
    if [ -x $out/$compiler/"$name" ]; then
      run_program "$name, $compiler" env LD_LIBRARY_PATH="$form_library" $out/$compiler/"$name"
    else
      fail "$name compiles, $compiler" "see the log"
    fi
  done
done
finish
