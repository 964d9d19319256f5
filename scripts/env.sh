# What the scripts agree on. Source it from the root of the repository.
SWIFT=${SWIFT:-swift}
JOBS=${JOBS:-2}
# The system's Python: Debian's python3-gi is for that one, whatever else is first on PATH.
if [ -z "${PYTHON:-}" ]; then
  PYTHON=/usr/bin/python3
  test -x "$PYTHON" || PYTHON=python3
fi
VERSION=$(sed -n 's/^#define VDBRT_VERSION_STRING "\(.*\)"/\1/p' Include/videodb_rt.h)
# The toolchain's usr folder: its compiler for C, its libraries.
toolchain() {
  "${SWIFT}c" -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p'
}
