#!/bin/sh
exec "$(dirname "$0")/../../Tests/Linkage/installed.sh"
