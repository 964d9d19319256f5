#!/bin/sh
exec "$(dirname "$0")/c-programs.sh" embedded
