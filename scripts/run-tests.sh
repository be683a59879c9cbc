#!/bin/bash
# Runs all tests, built before, and says once more at the end what failed: among ten thousand lines nobody finds it.
# Usage: run-tests.sh [arguments of swift test]
set -uo pipefail
cd "$(dirname "$0")/.."
# Tests block their threads with real sockets, files and processes. Without a bound all of them begin at once, and whatever awaits
# something comes to its turn behind all others, half a minute later.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
# Most of the time there is goes into thousands of small databases and journals, each write of which waits for the disk; so the tests'
# folders stand in memory where it has room. They lie behind a link, as Weir itself takes no path under /dev. What needs a disk
# (Tests/Faults) makes one of its own.
TMPDIR=$(mktemp -d -t weir-tests.XXXXXX) || exit 1
export TMPDIR
memory=
trap 'rm -rf "$TMPDIR" $memory' EXIT
room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
if [ "${room:-0}" -ge 4194304 ] && memory=$(mktemp -d /dev/shm/weir-tests.XXXXXX); then
    rmdir "$TMPDIR" && ln -s "$memory" "$TMPDIR"
fi
# Some programs are run as another user.
chmod 711 "$TMPDIR"
words=$TMPDIR/words
"${SWIFT:-swift}" test --skip-build --parallel "$@" 2>&1 | tee "$words"
code=${PIPESTATUS[0]}
if [ "$code" -ne 0 ]; then
    echo "== what failed"
    grep -a -E '✘|^error:|Fatal error|signal code' "$words" | cut -c 1-600
fi
exit "$code"
