#!/bin/bash
# Instructions of the built library for an event, a REST call and a start-up, against bench/budgets.txt.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
exec "$PYTHON" bench/budgets.py
