#!/bin/sh
# Lays out build/sysroot-aarch64: the C library, libcurl and jansson of Debian's arm64, headers included, for a cross compiler and
# for qemu. Apt gets a state of its own, so that the system's packages and architectures stay as they are.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD/build/sysroot-aarch64
wanted="libc6-dev libcurl4-openssl-dev libjansson-dev"
test "$(cat "$root/.complete" 2>/dev/null)" != "$wanted" || exit 0
command -v apt-get >/dev/null || { echo "the aarch64 sysroot is made of Debian packages: this system has no apt-get" >&2; exit 1; }

rm -rf "$root"
mkdir -p "$root"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
cat >"$state/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state";
Dir::Cache::archives "$state/archives";
Acquire::Languages "none";
CONF
export APT_CONFIG="$state/apt.conf"

# A source that has no arm64 fails the update, and does not matter if the packages are found.
apt-get -q update || true
apt-get -q -y --download-only --no-install-recommends install $wanted
for package in "$state"/archives/*.deb; do
  dpkg-deb -x "$package" "$root"
done
echo "$wanted" >"$root/.complete"
