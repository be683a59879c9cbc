#!/bin/bash
# Runs examples/nginx.conf and examples/Caddyfile in front of a gateway: events pass, nothing but /in/ does, and no log holds a secret
# URL, also while the gateway is down. Usage: scripts/check-proxies.sh WEIR
set -euo pipefail
weir=$(realpath "$1")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
running=()
finish() {
    [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT
fail() { echo "proxies: $*" >&2; tail -n 20 "$scratch"/*.log >&2 2>/dev/null || true; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

secret="secret-path-$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')"
gateway_port=$(free_port) https_port=$(free_port) http_port=$(free_port)
printf '%s' "$secret" > "$scratch/secret"
cat > "$scratch/weir.yaml" <<YAML
listen: { ingest: { address: "127.0.0.1:$gateway_port", trusted-proxies: [ 127.0.0.1/32 ] } }
data: data
sources: { shop: { adapter: probely, secrets: [ "file:secret" ] } }
YAML
"$weir" serve --config "$scratch/weir.yaml" > "$scratch/serve.out" 2> "$scratch/gateway.log" &
gateway=$!
running+=("$gateway")

proxies=()
if command -v nginx > /dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=hooks.example.com -addext subjectAltName=DNS:hooks.example.com \
        -keyout "$scratch/key.pem" -out "$scratch/cert.pem" 2> /dev/null
    sed -e "s#/etc/letsencrypt/live/hooks.example.com/fullchain.pem#$scratch/cert.pem#" \
        -e "s#/etc/letsencrypt/live/hooks.example.com/privkey.pem#$scratch/key.pem#" -e "s#/var/log/nginx/weir.log#$scratch/nginx-access.log#" \
        -e "s#listen 443 ssl#listen 127.0.0.1:$https_port ssl#" -e "s#127.0.0.1:8080;#127.0.0.1:$gateway_port;#" examples/nginx.conf > "$scratch/site.conf"
    {
        echo "pid $scratch/nginx.pid; daemon off; error_log $scratch/nginx-error.log;"
        echo "events {} http { client_body_temp_path $scratch/body; proxy_temp_path $scratch/proxy; fastcgi_temp_path $scratch/fastcgi;"
        echo "uwsgi_temp_path $scratch/uwsgi; scgi_temp_path $scratch/scgi; include $scratch/site.conf; }"
    } > "$scratch/nginx.conf"
    chmod 755 "$scratch"
    nginx -t -c "$scratch/nginx.conf" 2> "$scratch/nginx-test.log" || fail "nginx refuses examples/nginx.conf"
    nginx -c "$scratch/nginx.conf" 2> "$scratch/nginx-out.log" &
    running+=("$!")
    proxies+=("nginx https://hooks.example.com:$https_port")
else
    echo "proxies: nginx is not installed, so examples/nginx.conf was not run"
fi
if command -v caddy > /dev/null; then
    # Without a name there is no certificate to ask for; everything else is as it stands.
    sed "s/weir:8080/127.0.0.1:$gateway_port/; s/^{\$/{\n\tadmin off/" examples/Caddyfile > "$scratch/Caddyfile"
    export XDG_DATA_HOME="$scratch/caddy" XDG_CONFIG_HOME="$scratch/caddy"
    WEIR_HOST=hooks.example.com caddy validate --config examples/Caddyfile --adapter caddyfile 2> "$scratch/caddy-test.log" > /dev/null ||
        fail "caddy refuses examples/Caddyfile"
    WEIR_HOST="http://hooks.example.com:$http_port" caddy run --config "$scratch/Caddyfile" --adapter caddyfile > "$scratch/caddy-out.log" 2>&1 &
    running+=("$!")
    proxies+=("caddy http://hooks.example.com:$http_port")
else
    echo "proxies: caddy is not installed, so examples/Caddyfile was not run"
fi

for _ in $(seq 100); do grep -q '^ready' "$scratch/serve.out" && break; sleep 0.1; done
status() { # URL [CURL OPTION...]
    local port=${1#*example.com:}
    curl -s -o /dev/null -w '%{http_code}' --cacert "$scratch/cert.pem" --resolve "hooks.example.com:${port%%/*}:127.0.0.1" --retry 30 --retry-delay 1 \
        --retry-connrefused -X POST -H 'Content-Type: application/json' "${@:2}" "$1"
}
expect() { # STATUS WHAT URL [CURL OPTION...]
    local got
    got=$(status "${@:3}") || true
    [ "$got" = "$1" ] || fail "$2: $got instead of $1"
}
[ -e "$scratch/cert.pem" ] || : > "$scratch/cert.pem"
event='{"id":"e1","event_type":"user_created","content":{"id":"u1","name":"x"}}'
python3 -c "print('{\"id\":\"big\",\"event_type\":\"user_created\",\"content\":{\"id\":\"' + 'x' * (4 * 1024 * 1024 - 200) + '\"}}', end='')" > "$scratch/large.json"
for proxy in "${proxies[@]}"; do
    name=${proxy% *} url=${proxy#* }
    expect 200 "$name: an event with the right secret" "$url/in/shop/$secret" -d "$event"
    expect 200 "$name: a body of nearly 4 MiB" "$url/in/shop/$secret" --data-binary "@$scratch/large.json"
    expect 401 "$name: a wrong secret" "$url/in/shop/wrong-$secret" -d "$event"
    expect 404 "$name: a path that is not the gateway's" "$url/v1/status?$secret" -d "$event"
    expect 404 "$name: readiness, which is not for outside" "$url/readyz" -d "$event"
done
kill -TERM "$gateway"
wait "$gateway" || fail "the gateway did not stop cleanly"
for proxy in "${proxies[@]}"; do
    got=$(status "${proxy#* }/in/shop/$secret" --retry 0 -d "$event") || true
    [ "$got" = 502 ] || fail "${proxy% *}: $got instead of 502 while the gateway is down"
done
if grep -l -- "$secret" "$scratch"/*.log; then fail "these logs hold the secret URL"; fi
if command -v nginx > /dev/null; then
    grep -q '"POST /in/shop/\*\*\*" 200' "$scratch/nginx-access.log" || fail "nginx logged no masked request"
fi
names=$(for proxy in "${proxies[@]}"; do echo -n "${proxy% *} "; done)
echo "proxies: fine (${names:-none was }run)"
