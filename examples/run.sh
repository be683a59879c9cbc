#!/bin/bash
# The main job once over, with the configuration beside this script: starts a receiver and the gateway, sends two
# signed samples of each vendor, shows the changes as they arrive, and goes on serving (ONCE=1: ends after the samples).
# Usage: [ONCE=1] examples/run.sh WEIR RECEIVER
set -euo pipefail
weir=$(realpath "$1") receiver=$(realpath "$2")
examples=$(cd "$(dirname "$0")" && pwd)

# A copy, so that secrets and data never end up in the examples; ONCE starts from nothing, on free ports.
if [ -n "${ONCE:-}" ]; then
    home=$(mktemp -d)
    hook=$((20000 + RANDOM % 20000)) ingest=0 console=0
else
    home=$(pwd)/data/example
    hook=9000 ingest=8080 console=8081
fi
mkdir -p "$home/secrets"
cp -r "$examples/samples" "$examples/expected.txt" "$home/"
sed -e "s/127.0.0.1:9000/127.0.0.1:$hook/; s/127.0.0.1:8080/127.0.0.1:$ingest/; s/127.0.0.1:8081/127.0.0.1:$console/" \
    "$examples/weir.yaml" > "$home/weir.yaml"
random() { head -c "$1" /dev/urandom | "${@:2}"; }
hex() { od -An -tx1 | tr -d ' \n'; }
for name in hostedscan probely holm reconfirm operator; do
    [ -e "$home/secrets/$name" ] || random 24 hex > "$home/secrets/$name"
done
[ -e "$home/secrets/hook" ] || echo "whsec_$(random 32 base64)" > "$home/secrets/hook"
chmod 700 "$home/secrets" && chmod 600 "$home/secrets"/*

running=()
finish() {
    [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "${ONCE:-}" ] || rm -rf "$home"
}
trap finish EXIT
trap 'exit 130' INT TERM

expect=()
[ -z "${ONCE:-}" ] || expect=(--expect "$home/expected.txt" --within 60)
"$receiver" --port "$hook" --secret-file "$home/secrets/hook" "${expect[@]}" &
received=$!
running+=("$received")
# Its log is for whoever looks for it: this screen is for what happens.
"$weir" serve --config "$home/weir.yaml" > "$home/serve.out" 2> "$home/gateway.log" &
served=$!
running+=("$served")
for _ in $(seq 100); do
    grep -q '^ready' "$home/serve.out" && break
    kill -0 "$served" 2>/dev/null || { cat "$home/gateway.log" >&2; echo "the gateway did not start" >&2; exit 1; }
    sleep 0.1
done
cat "$home/serve.out"
[ -n "${ONCE:-}" ] || echo "log   $home/gateway.log"

send() { echo "→ $1 $(basename "$2")"; "$weir" send "$1" "$home/samples/$2" --config "$home/weir.yaml"; }
send hostedscan hostedscan/risk.created.json
send hostedscan hostedscan/scan.updated.succeeded.json
send shop probely/finding_detected.json
send shop probely/scan_completed.json
send holm holm/ticket.open.json
send holm holm/finished_scan.json
send reconfirm reconfirm/in_progress.json
send reconfirm reconfirm/completed.threats.json

if [ -n "${ONCE:-}" ]; then
    wait "$received" || { cat "$home/gateway.log" >&2; echo "not everything arrived" >&2; exit 1; }
    expected=$(grep -vc '^#' "$home/expected.txt")
    for _ in $(seq 100); do
        kept=$(grep -c '"specversion"' "$home/data/changes.ndjson" || true)
        [ "$kept" -ge "$expected" ] && break
        sleep 0.1
    done
    [ "$kept" -ge "$expected" ] || { cat "$home/gateway.log" >&2; echo "the file sink holds $kept changes, $expected were expected" >&2; exit 1; }
    echo "the file sink holds them too: $kept lines, the first of them:"
    head -c 600 "$home/data/changes.ndjson"; echo " …"
    "$weir" findings --config "$home/weir.yaml"
    kill "$served"; wait "$served" || { cat "$home/gateway.log" >&2; echo "the gateway did not stop cleanly" >&2; exit 1; }
    running=()
    "$weir" journal verify --config "$home/weir.yaml"
    exit 0
fi
echo
echo "Serving. Try:  $weir findings --config $home/weir.yaml   (Ctrl-C ends it)"
wait "$served" || { tail -n 5 "$home/gateway.log" >&2; exit 1; }
