#!/bin/sh
exec "$(dirname "$0")/../../Tests/Linkage/dependency.sh"
