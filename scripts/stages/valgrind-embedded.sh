#!/bin/sh
exec "$(dirname "$0")/valgrind-programs.sh" embedded
