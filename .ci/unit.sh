#!/usr/bin/env bash
# Unit tests in two processes at once: those of plugins/, and how much of it they cover; and the others, which Coverage would slow.
# Each reads the tests of its own part only, as xdist's workers do not. `.ci/unit.sh [FOLDER]`: FOLDER gets plugins.xml and others.xml.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export PATH="$PWD/.venv/bin:$PATH"
folder=${1:-}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
pytest -n0 tests/unit --ignore=tests/unit/plugins ${folder:+--junitxml="$folder/others.xml"} >"$log" 2>&1 &
status=0
pytest -n0 tests/unit/plugins --cov ${folder:+--junitxml="$folder/plugins.xml"} || status=$?
wait $! || status=$?
cat "$log"
exit "$status"
