#!/bin/bash
# The tests of the local service, in the build that `make local` began.
set -u
cd "$(dirname "$0")/../.."
. scripts/swifttests.sh
swift_tests localservice localservice
