#!/bin/bash
# The official SDK and our library make the same requests (Tests/Parity), and the walk of `make live` on the local service (Tests/Live).
# SDK=latest takes the newest SDK of PyPI instead of the pinned one, in an environment of its own.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
export PYTHONDONTWRITEBYTECODE=1
driver=build/test/parity/driver

case ${SDK:-pinned} in
pinned) python=build/venv/bin/python3 ;;
latest)
  python=build/venv-latest/bin/python3
  newest() {
    rm -rf build/venv-latest
    "$PYTHON" -m venv build/venv-latest
    "$python" -m pip --quiet --disable-pip-version-check install --no-compile videodb websockets
  }
  check "the newest SDK is installed" newest
  ;;
*) fail "SDK is \`$SDK\`" "it can be \`latest\`, or nothing for the pinned one" && finish ;;
esac

check "the driver compiles" scripts/driver.sh $driver
test -x $driver || finish
PYTHONPATH=Tests/Parity "$PYTHON" Tests/Live/check.py --driver $driver --library build/lib --service build/bin/videodb-rt-local || failed=1
"$python" Tests/Parity/parity.py --driver $driver --library build/lib || failed=1
finish
