#!/bin/sh
# driver.sh OUT: compiles Tests/Parity/driver.c, which runs operations by name, against the library in build/.
set -eu
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$1")"
exec "${CC:-gcc}" -std=c11 -O1 -g -Wall -Wextra -Werror -pthread Tests/Parity/driver.c -o "$1" \
  $(PKG_CONFIG_PATH=build/lib/pkgconfig pkg-config --cflags --libs videodb_rt jansson)
