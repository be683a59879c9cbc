#!/bin/bash
# Formatting, and the rules that are cheap to check and never wrong. Prints each breach; exits 1 if there is one.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
breach() { echo "lint: $*" >&2; failed=1; }

# Formatting, by the settings in .swift-format.
swift format lint --strict --parallel --recursive Package.swift Plugins Sources Tests examples || failed=1

files() { git ls-files --cached --others --exclude-standard -- "$@"; }

# A file is read in a sitting.
while read -r lines file; do
    [ "$file" = total ] || [ "$lines" -le 500 ] || breach "$file has $lines lines, 500 are allowed"
done < <(files 'Sources/*' 'Tests/*.swift' 'Plugins/*' | grep -E '\.(swift|c|cpp|h)$' | xargs -r wc -l)

# Words that have no place in the tree: unfinished work, and traps on outside data.
banned() {
    local pattern=$1 why=$2
    shift 2
    while read -r hit; do breach "$why: $hit"; done < <(files "$@" | grep -v '^scripts/lint.sh$' | xargs -r grep -nIE "$pattern" 2>/dev/null)
}
banned '\b(TODO|FIXME|XXX|HACK)\b' 'unfinished' Sources Tests adapters schemas docs examples Plugins scripts README.md Makefile
banned 'try!|as!|\.first!|\.last!|\]!' 'can trap' 'Sources/*.swift'
banned 'inet_pton|inet_ntop' 'addresses are read and written in Bytes' 'Sources/*.swift'
banned '@unchecked Sendable|nonisolated\(unsafe\)' 'unchecked concurrency outside the C wrappers' $(files 'Sources/*.swift' | grep -vE '^Sources/(CurlTransport|JSONDocument|Digests)/')
# A wait that only being cancelled ends is written as one of a day.
banned 'Task\.sleep\(for: \.(milliseconds|seconds)\(([0-9]|[0-9_]{2,4})\)|usleep\(|Thread\.sleep' 'a test that sleeps' 'Tests/*.swift'

# Every adapter has the same shape.
for folder in adapters/*/; do
    for part in adapter.yaml README.md cases; do
        [ -e "$folder$part" ] || breach "$folder has no $part"
    done
    for body in "$folder"cases/*.body.json; do
        [ -e "$body" ] || { breach "$folder has no cases"; break; }
        case=${body%.body.json}
        [ -e "$case.request.yaml" ] && [ -e "$case.expected.json" ] || breach "$case lacks .request.yaml or .expected.json"
    done
done

# One title a page.
while read -r page; do
    titles=$(awk '/^```/ { code = !code } !code && /^# /' "$page" | wc -l)
    [ "$titles" = 1 ] || breach "$page has $titles titles, one is allowed"
done < <(files '*.md')
lines=$(wc -l < README.md)
[ "$lines" -lt 150 ] || breach "README.md has $lines lines, it must stay under 150"

# Schemas are schemas.
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
    python3 Tests/Scripts/check_schemas.py || failed=1
else
    echo "lint: schemas not checked: python3 with the packages jsonschema and pyyaml is missing" >&2
    [ -z "${CI:-}" ] || failed=1
fi

for script in $(files 'scripts/*.sh' 'examples/*.sh' 'Tests/*.sh' '.ci/run'); do
    bash -n "$script" || failed=1
done
[ "$failed" = 0 ] && echo "lint: nothing to say"
exit "$failed"
