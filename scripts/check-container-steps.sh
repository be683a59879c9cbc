#!/bin/bash
# Runs the steps of Dockerfile and docker-compose.yml without a container engine, so that they cannot rot unseen.
# Usage: scripts/check-container-steps.sh WEIR
#   In a folder tree made by mmdebstrap (root and iproute2 needed): the second stage's commands, then the gateway as compose starts it: another user, a
#   file system that cannot be written, no capabilities, secrets as files, the health check, a stop in time.
#   Everywhere: the paths that are copied, the packages that the binary's libraries are in, the compose configuration.
set -euo pipefail
weir=$(realpath "$1")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
finish() {
    [ -z "${gateway:-}" ] || kill "$gateway" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "container: $*" >&2; [ ! -e "$scratch/serve.log" ] || tail -n 20 "$scratch/serve.log" >&2; exit 1; }

# The instructions of the stage that is shipped, each on one line.
instructions() { sed -e ':a' -e '/\\$/N; s/ *\\\n */ /; ta' Dockerfile | awk '/^FROM /{ stage++ } stage == 2' | sed -n "s/^$1 //p"; }

# Every path that the Dockerfile copies exists.
while read -r line; do
    set -- $line
    shift
    while [ $# -gt 1 ]; do
        [ -e "$1" ] || fail "Dockerfile copies $1, which is not there"
        shift
    done
done < <(grep -E '^COPY [^-]' Dockerfile)

# The packages it installs hold every library that the binary asks for, under the names that Debian has today.
packages=$(instructions RUN | grep -oE 'no-install-recommends [^&]*' | tr ' ' '\n' | tail -n +2)
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
wanted=$(grep -oE '^FROM debian:[a-z]+' Dockerfile | cut -d: -f2)
if [ "$release" = "$wanted" ]; then
    # With what the named packages depend on, which comes with them.
    installed=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $packages | grep -E '^[a-z]')
    for library in $(ldd "$weir" | grep -oE '/[^ ]+\.so[^ ]*' | sort -u); do
        package=$(dpkg -S "$(realpath "$library")" 2>/dev/null || dpkg -S "$library" 2>/dev/null) || fail "$library belongs to no package"
        package=${package%%:*}
        case " $(echo $packages $installed) " in *" $package "*) ;; *) fail "Dockerfile installs nothing that holds $library ($package)" ;; esac
    done
else
    echo "container: this is not $wanted, so the packages of the binary's libraries were not compared"
fi

# The files: compose reads what is there, with secrets as files.
python3 - <<'PYTHON' || fail "docker-compose.yml is not what it has to be"
import yaml
compose = yaml.safe_load(open("docker-compose.yml"))
weir = compose["services"]["weir"]
named = {secret: entry["file"] for secret, entry in compose["secrets"].items()}
assert set(weir["secrets"]) == set(named), "secrets that no service takes, or that are not declared"
text = open("examples/weir.compose.yaml").read()
for secret in weir["secrets"]:
    assert f"file:/run/secrets/{secret}" in text, f"examples/weir.compose.yaml does not read {secret}"
assert compose["services"]["caddy"]["profiles"] == ["public"] and weir["restart"] == "always"
for service in compose["services"].values():
    for volume in service["volumes"]:
        name = volume.split(":")[0]
        assert name in compose["volumes"] or name == "./weir.yaml" or __import__("os").path.exists(name), name
PYTHON

secrets() { # FOLDER
    mkdir -p "$1"
    for name in hostedscan probely holm reconfirm; do head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$1/$name"; done
}

# Starts the gateway by the command in $1…, waits for it, runs the health check, and stops it as compose does.
exercise() {
    "$@" > "$scratch/serve.log" 2>&1 &
    gateway=$!
    for _ in $(seq 150); do grep -q '^ready' "$scratch/serve.log" && break; kill -0 "$gateway" 2>/dev/null || fail "the gateway did not start"; sleep 0.1; done
    health
    local begin=$SECONDS
    kill -TERM "$gateway"
    wait "$gateway" || fail "the gateway did not stop cleanly"
    [ $((SECONDS - begin)) -le 10 ] || fail "stopping took longer than 10 s"
    gateway=
}

image() {
    local mirror root="$scratch/root"
    mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -1 | tr -d ' ')
    [ "$(id -u)" = 0 ] && command -v mmdebstrap > /dev/null && command -v ip > /dev/null && [ -n "$mirror" ] || return 1
    mmdebstrap --quiet --variant=minbase "$wanted" "$scratch/root.tar" "$mirror" || return 1
    mkdir "$root"
    tar -xf "$scratch/root.tar" -C "$root"
    rm "$scratch/root.tar"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # apt finds its way out as it does here.
    cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
    while read -r command; do
        DEBIAN_FRONTEND=noninteractive chroot "$root" sh -c "$command" > "$scratch/run.log" 2>&1 || { tail "$scratch/run.log" >&2; fail "RUN $command"; }
    done < <(instructions RUN)
    install -D -s "$weir" "$root$(instructions COPY | grep -oE '[^ ]+$')"
    mkdir -p "$root/etc/weir"
    cp examples/weir.compose.yaml "$root/etc/weir/weir.yaml"
    secrets "$root/run/secrets"
    local user
    user=$(instructions USER)
    chown "$user" "$root"/run/secrets/*
    chmod 600 "$root"/run/secrets/*
    health() {
        nsenter --target "$gateway" --mount --net chroot "$root" sh -c "$(instructions HEALTHCHECK | sed 's/.* CMD //')" > /dev/null || fail "the health check fails"
    }
    local arguments
    arguments=$(python3 -c 'import json, sys; print(" ".join(word for line in sys.stdin for word in json.loads(line)))' < <(instructions ENTRYPOINT; instructions CMD))
    # A network of its own, a file system that can be written only in /tmp and the volume; then the container's user, without any capability.
    exercise unshare --mount --net sh -c '
        root=$1 user=$2 group=$3 folder=$4
        shift 4
        ip link set lo up && mount --bind "$root" "$root" && mount --bind "$root$folder/data" "$root$folder/data" && mount -t tmpfs tmpfs "$root/tmp" &&
            mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount -o remount,bind,ro "$root" && exec chroot "$root" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs \
            --bounding-set=-all --inh-caps=-all sh -c "cd $folder && exec \"\$@\"" sh "$@"' sh "$root" "$user" "$(chroot "$root" id -g "$user")" \
        "$(instructions WORKDIR)" $arguments
    [ -n "$(ls "$root/var/lib/weir/data/journal")" ] || fail "nothing is in the volume"
}

outside() {
    secrets "$scratch/secrets"
    sed -e "s#/run/secrets#$scratch/secrets#; s#/var/lib/weir#$scratch#; s#0.0.0.0:8080#127.0.0.1:0#" examples/weir.compose.yaml > "$scratch/weir.yaml"
    "$weir" check --config "$scratch/weir.yaml" > /dev/null
    health() { curl -fsS "$(grep -oE 'http://127.0.0.1:[0-9]+' "$scratch/serve.log" | head -1)/readyz" > /dev/null || fail "the health check fails"; }
    exercise "$weir" serve --config "$scratch/weir.yaml"
}

outside
if image; then
    echo "container: fine (each step of the shipped stage was run, in a tree of $wanted; an engine's own build and network were not)"
else
    echo "container: fine as far as it was run: without root, mmdebstrap and a Debian mirror the stages of the Dockerfile were not"
fi
