#!/bin/sh
# Installs what is missing for the sets that are named: build, local, demo, bench, test. Says first what it would install.
# With DEPS=no it installs nothing, names what is missing, and fails if that is anything.
#
#   scripts/deps.sh build demo
#   DEPS=no scripts/deps.sh test
set -eu
cd "$(dirname "$0")/.."
. scripts/env.sh

packages=
# need PACKAGE COMMAND...: the Debian package is missing if the command fails. The commands ask for what is used, not for the
# package, so that another provider of the same thing is as good.
need() {
  package=$1
  shift
  "$@" >/dev/null 2>&1 || packages="$packages $package"
}
have() { command -v "$1"; }
any_of() { for command in "$@"; do have "$command" && return; done; false; }
any() { test -e "$1"; } # with a pattern: its first match

build_needs() {
  need gcc have gcc
  need libc6-dev test -e /usr/include/stdlib.h
  need binutils have readelf
  need pkg-config have pkg-config
  need libcurl4-openssl-dev pkg-config --exists libcurl
  need libjansson-dev pkg-config --exists jansson
}

# The local service: its TLS library holds C++, its database is the system's SQLite.
local_needs() {
  need g++ have g++
  need libsqlite3-dev pkg-config --exists sqlite3
  need ffmpeg have ffmpeg
}

demo_needs() {
  need python3 have "$PYTHON"
}

bench_needs() {
  need g++ have g++
  need libssl-dev pkg-config --exists openssl
  need openssl have openssl
  need libsimdjson-dev test -e /usr/include/simdjson.h
  need libboost-dev test -e /usr/include/boost/beast.hpp
  need rapidjson-dev test -e /usr/include/rapidjson/document.h
  need libwebsockets-dev test -e /usr/include/libwebsockets.h
  need node-ws test -e /usr/share/nodejs/ws
  need python3-venv "$PYTHON" -c 'import ensurepip, venv'
  need golang-go have go
  need golang-github-gorilla-websocket-dev test -e /usr/share/gocode/src/github.com/gorilla/websocket
}

test_needs() {
  need g++ have g++
  need git have git
  need clang-format have clang-format
  need valgrind have valgrind
  need libc6-dbg any /usr/lib/debug/.build-id/*
  need openssl have openssl
  need libssl-dev pkg-config --exists openssl
  # a camera that speaks RTSP (Tests/Support/rtsp_camera.py)
  need python3-gi "$PYTHON" -c 'import gi'
  need gir1.2-gst-rtsp-server-1.0 any /usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib
  need gstreamer1.0-plugins-base any /usr/lib/*/gstreamer-1.0/libgstapp.so
  need gstreamer1.0-plugins-good any /usr/lib/*/gstreamer-1.0/libgstrtp.so
  need gstreamer1.0-plugins-bad any /usr/lib/*/gstreamer-1.0/libgstmpegtsdemux.so
  # a voice, and what understands it, for the tests of transcripts
  need flite have flite
  need libpocketsphinx3 any /usr/lib/*/libpocketsphinx.so.3
  need pocketsphinx-en-us test -e /usr/share/pocketsphinx/model/en-us/en-us.lm.bin
  # a browser, for the page that plays a recording
  need chromium any_of chromium google-chrome
  # bindings/go, and JSON for examples/cpp
  need golang-go have go
  need nlohmann-json3-dev test -e /usr/include/nlohmann/json.hpp
  # packages from PyPI go into build/venv
  need python3-venv "$PYTHON" -c 'import ensurepip, venv'
  # the library for aarch64, and a processor to run it on
  need gcc-aarch64-linux-gnu have aarch64-linux-gnu-gcc
  need libc6-dev-arm64-cross test -e /usr/aarch64-linux-gnu/include/stdlib.h
  need qemu-user have qemu-aarch64
}

# Swift 6.3 or newer comes from its own project, not from Debian; what its programs are linked with does.
toolchain_needs() {
  if have "$SWIFT" >/dev/null && ! "$SWIFT" --version >/dev/null 2>&1; then
    packages="$packages libcurl4 libncurses6 libsqlite3-0 libstdc++6 libuuid1 libxml2"
  fi
}
swift_is_here() {
  version=$("$SWIFT" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  case $version in
  '' | [0-5].* | 6.[0-2]) return 1 ;;
  esac
}

swift_or_reason() {
  swift_is_here && return
  echo "missing: Swift 6.3 or newer. Install the toolchain for this system from https://www.swift.org/install and put it on PATH." >&2
  ! have "$SWIFT" >/dev/null || "$SWIFT" --version 2>&1 | head -n 3 >&2
  return 1
}

for set in toolchain "$@"; do
  "${set}_needs"
done
packages=$(printf '%s\n' $packages | sort -u | tr '\n' ' ')
packages=${packages% }

if [ "${DEPS:-yes}" = no ]; then
  test -z "$packages" || echo "missing, by Debian package name: $packages" >&2
  swift_or_reason && test -z "$packages"
  exit
fi
if [ -z "$packages" ]; then
  swift_or_reason
  exit
fi

if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null; then
  sudo='sudo -E'
else
  sudo=none
fi
if [ "$sudo" = none ] || ! command -v apt-get >/dev/null; then
  echo "missing, by Debian package name: $packages" >&2
  echo "Install them by hand: this script needs apt-get, and root or sudo." >&2
  exit 1
fi

echo "Installing Debian packages: $packages"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $sudo apt-get -q -o DPkg::Lock::Timeout=300 update &&
  $sudo apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $packages; } </dev/null >"$log" 2>&1; then
  tail -n 25 "$log" >&2
  echo "The installation failed. The packages can also be installed by hand: $packages" >&2
  exit 1
fi
swift_or_reason
