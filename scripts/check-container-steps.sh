#!/bin/bash
# Runs the steps of Dockerfile and docker-compose.yml that need no container engine, so that they cannot rot unseen.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Every path that the Dockerfile copies exists.
while read -r line; do
    set -- $line
    shift
    while [ $# -gt 1 ]; do
        [ -e "$1" ] || { echo "Dockerfile copies $1, which is not there" >&2; exit 1; }
        shift
    done
done < <(grep -E '^COPY [^-]' Dockerfile)

# The runtime packages it names exist, and hold the libraries that the binary asks for.
packages=$(grep -A1 'no-install-recommends' Dockerfile | grep -oE 'lib[a-z]+[a-z0-9+.-]*[0-9]' | sort -u)
if command -v apt-cache >/dev/null; then
    for package in $packages; do
        apt-cache show "$package" >/dev/null 2>&1 || { echo "Dockerfile installs $package, which Debian does not have" >&2; exit 1; }
    done
fi

# The compose configuration is one that the gateway takes, with secrets as files.
mkdir -p "$scratch/secrets"
for name in hostedscan probely holm reconfirm; do head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$scratch/secrets/$name"; done
sed -e "s#/run/secrets#$scratch/secrets#; s#/var/lib/weir#$scratch#" examples/weir.compose.yaml > "$scratch/weir.yaml"
.build/release/weir check --config "$scratch/weir.yaml"

# Health check and clean stop, as the container does them.
sed -i 's#0.0.0.0:8080#127.0.0.1:0#' "$scratch/weir.yaml"
.build/release/weir serve --config "$scratch/weir.yaml" > "$scratch/out" &
gateway=$!
for _ in $(seq 100); do grep -q '^ready' "$scratch/out" && break; sleep 0.1; done
address=$(grep -oE 'http://127.0.0.1:[0-9]+' "$scratch/out" | head -1)
curl -fsS "$address/readyz" >/dev/null
kill -TERM "$gateway"
wait "$gateway"

if command -v python3 >/dev/null && python3 -c 'import yaml' 2>/dev/null; then
    python3 -c 'import yaml; yaml.safe_load(open("docker-compose.yml"))'
fi
echo "container steps: fine (image build, compose up and Caddy need an engine and were not run)"
