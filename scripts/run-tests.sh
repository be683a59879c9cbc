#!/bin/bash
# Runs all tests, built before, and says once more at the end what failed: among ten thousand lines nobody finds it.
# Usage: run-tests.sh [arguments of swift test]
set -uo pipefail
cd "$(dirname "$0")/.."
# Tests block their threads with real sockets, files and processes. Without a bound all of them begin at once, and whatever awaits
# something comes to its turn behind all others, half a minute later.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
words=$(mktemp)
trap 'rm -f "$words"' EXIT
"${SWIFT:-swift}" test --skip-build --parallel "$@" 2>&1 | tee "$words"
code=${PIPESTATUS[0]}
if [ "$code" -ne 0 ]; then
    echo "== what failed"
    grep -a -E '✘|^error:|Fatal error|signal code' "$words" | cut -c 1-600
fi
exit "$code"
