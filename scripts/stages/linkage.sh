#!/bin/sh
exec "$(dirname "$0")/../../Tests/Linkage/linkage.sh"
