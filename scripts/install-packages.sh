#!/bin/sh
# Installs the system packages that the build needs, or names them where it cannot.
# Usage: scripts/install-packages.sh [PACKAGE...]     (the packages to add to the build's own)
set -eu

wanted="libssl-dev libcurl4-openssl-dev libsqlite3-dev libsimdjson-dev zlib1g-dev libidn2-dev $*"

if ! command -v swift >/dev/null 2>&1; then
    echo "A Swift toolchain (6.2 or later) is needed and is not on the PATH: see swift.org/install" >&2
    exit 1
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    # Not Debian or Ubuntu: say what is missing in terms that every distribution has.
    missing=""
    for header in openssl/ssl.h curl/curl.h sqlite3.h simdjson.h zlib.h idn2.h; do
        found=no
        for folder in /usr/include /usr/local/include /opt/homebrew/include; do
            [ -e "$folder/$header" ] && found=yes
        done
        [ "$found" = yes ] || missing="$missing $header"
    done
    [ -z "$missing" ] && exit 0
    echo "These C headers are missing:$missing" >&2
    echo "Install the development packages of OpenSSL 3, libcurl, SQLite 3, simdjson (3.0 or later), zlib and libidn2 and try again." >&2
    exit 1
fi

missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "Installing:$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Run as root: apt-get install$missing" >&2; exit 1; }
    as_root=sudo
fi
$as_root apt-get update -q >/dev/null
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $missing >/dev/null
