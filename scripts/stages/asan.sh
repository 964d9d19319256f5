#!/bin/sh
exec "$(dirname "$0")/sanitize.sh" address
