#!/bin/bash
# The Swift tests of the library. What they reach is counted by the stage `coverage`.
set -u
cd "$(dirname "$0")/../.."
. scripts/swifttests.sh
swift_tests swift . --enable-code-coverage
