#!/bin/bash
# The Swift tests of the library.
set -u
cd "$(dirname "$0")/../.."
. scripts/swifttests.sh
swift_tests swift .
