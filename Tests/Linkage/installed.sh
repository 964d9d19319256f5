#!/bin/bash
# The installed copy: which files it is, that pkg-config finds them, that the header compiles alone as each language with each
# compiler, and that `make uninstall` leaves nothing.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
export PKG_CONFIG_PATH=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files() { (cd "$1" && find . ! -type d | sort); }
quiet_make() { make --no-print-directory "$@"; }

check "make install with DESTDIR" quiet_make install DESTDIR="$work/root" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu
same "installs the library, its links, the headers and the .pc file" "./usr/include/videodb_rt.h
./usr/include/videodb_rt.hpp
./usr/lib/x86_64-linux-gnu/libvideodb_rt.so
./usr/lib/x86_64-linux-gnu/libvideodb_rt.so.0
./usr/lib/x86_64-linux-gnu/libvideodb_rt.so.$VERSION
./usr/lib/x86_64-linux-gnu/pkgconfig/videodb_rt.pc" "$(files "$work/root")"
same "DESTDIR is in no installed file" "" "$(grep -rl "$work" "$work/root")"
check "make uninstall with DESTDIR" quiet_make uninstall DESTDIR="$work/root" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu
same "leaves no file" "" "$(files "$work/root")"

check "make install with PREFIX" quiet_make install PREFIX="$work/prefix" DESTDIR=
PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
same "pkg-config knows the version" "$VERSION" "$(pkg-config --modversion videodb_rt)"
same "pkg-config gives the flags" "-I$work/prefix/include -L$work/prefix/lib -lvideodb_rt" \
  "$(pkg-config --cflags --libs videodb_rt | sed 's/ *$//')"

usr=$(toolchain)
warnings="-Wall -Wextra -pedantic -Werror -Wshadow -Wconversion -Wundef"
for compiler in "gcc g++" "$usr/bin/clang $usr/bin/clang++"; do
  for language in c99 c11 c++17; do
    case $language in
    c++17) driver="${compiler#* } -x c++ -Wold-style-cast" ;;
    *) driver="${compiler% *} -x c -Wstrict-prototypes" ;;
    esac
    name="header alone, $language, $(basename "${driver%% *}")"
    if check "$name" $driver -std=$language $warnings $(pkg-config --cflags videodb_rt) Tests/Linkage/header_alone.c \
      -o "$work/header_alone" $(pkg-config --libs videodb_rt) && test -x "$work/header_alone"; then
      check "$name, runs" env LD_LIBRARY_PATH="$work/prefix/lib" "$work/header_alone"
    fi
    rm -f "$work/header_alone"
  done
done

same "the README shows examples/minimal.c" "$(tail -n +2 examples/minimal.c | sha256sum)" \
  "$(awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' README.md | sha256sum)"
check "examples/minimal.c compiles" "${CC:-gcc}" -std=c11 -Wall -Wextra -pedantic -Werror examples/minimal.c -o "$work/minimal" \
  $(pkg-config --cflags --libs videodb_rt)
check "examples/poll.c compiles" "${CC:-gcc}" -std=c11 -Wall -Wextra -pedantic -Werror examples/poll.c -o "$work/poll" \
  $(pkg-config --cflags --libs videodb_rt)
finish
