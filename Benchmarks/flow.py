#!/usr/bin/env python3
"""How fast events get all the way through: received, kept, projected, delivered in batches to an HTTP receiver; and how soon one does.

Usage: flow.py --weir PATH --hookload PATH [--rates R,R...] [--seconds S] [--sink splunk-hec|webhook] [--findings N] [--singles N] [--output FILE]

For each rate a fresh gateway gets that many signed HostedScan events a second for S seconds, and delivers to nginx, which answers success
as an HTTP Event Collector does (or any webhook). The events are about N findings at random: with the default nearly every one makes a new finding
and so a change, with fewer most repeat what is known.
A rate is sustained when what waits at the end of the load is less than two seconds' worth. Then, on an idle gateway, single events are sent
and the time until a receiver of ours has read them is measured.
"""
import argparse
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time

from bench import ask, free_port, memory_mib

SECRET = "bench-secret-bench-secret-bench"


def sink_settings(kind, port, batch):
    url = f"http://127.0.0.1:{port}"
    if kind == "splunk-hec":
        return f'{{ type: splunk-hec, url: "{url}", token: "literal:bench", index: main, networks: [ 127.0.0.0/8 ], from: beginning }}'
    return f'{{ type: webhook, url: "{url}/hook", networks: [ 127.0.0.0/8 ], batch: {batch} }}'


def start_nginx(folder, port):
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(f"""worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{ access_log off; client_max_body_size 64m; client_body_temp_path {folder}/body; client_body_buffer_size 4m; keepalive_requests 1000000000;
server {{ listen 127.0.0.1:{port}; default_type application/json; location / {{ return 200 '{{"text":"Success","code":0}}'; }} }} }}""")
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def start_weir(args, folder, sink):
    os.makedirs(folder)
    with open(os.path.join(folder, "weir.yaml"), "w") as f:
        f.write(f"""listen: {{ ingest: 127.0.0.1:0 }}
data: ./data
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "literal:{SECRET}" ], rate: 1000000, burst: 1000000, bytes-per-day: 1TiB }}
sinks:
  out: {sink}
routes:
  - {{ to: [ out ] }}
""")
    process = subprocess.Popen([args.weir, "serve", "--config", os.path.join(folder, "weir.yaml")],
                               stdout=subprocess.PIPE, stderr=open(os.path.join(folder, "log"), "w"), text=True)
    line = process.stdout.readline()
    return process, re.search(r"http://127\.0\.0\.1:\d+", line).group(0)


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def standing(folder):
    """Changes delivered, and what is still to be delivered: changes pending at the sink and entries not projected."""
    sink = ask(folder, "/v1/sinks")["sinks"][0]
    status = ask(folder, "/v1/status")["projector"]
    return int(sink.get("delivered", 0)), int(sink.get("pending", 0)) + int(status["lag"])


def flow(args, folder, rate):
    port = free_port()
    nginx = start_nginx(folder, port)
    home = os.path.join(folder, f"weir-{rate}")
    weir, url = start_weir(args, home, sink_settings(args.sink, port, 500))
    try:
        time.sleep(1)
        load = subprocess.Popen(
            [args.hookload, "--vendor", "hostedscan", "--secret", SECRET, "--url", url + "/in/hostedscan", "-c", "64", "-d", str(args.seconds),
             "-r", str(rate), "--seed", str(rate), "--findings", str(args.findings)], stdout=subprocess.PIPE, text=True)
        peak = 0
        while load.poll() is None:
            time.sleep(1)
            peak = max(peak, memory_mib(weir.pid))
        result = json.loads(load.stdout.read())
        delivered, waiting = standing(home)
        began = time.monotonic()
        while standing(home)[1] > 0 and time.monotonic() - began < 300:
            time.sleep(0.1)
        drained = time.monotonic() - began
        total, left = standing(home)
        return {
            "rate": rate, "accepted_per_second": result["per_second"], "p99_ms": result["latency_ms"]["p99"],
            "delivered_per_second": round(delivered / result["seconds"]), "waiting_at_end": waiting, "drained_after_s": round(drained, 1),
            "delivered": total, "left": left, "sustained": waiting < 2 * rate and left == 0, "memory_peak_mib": round(peak, 1),
        }
    finally:
        stop(weir)
        stop(nginx)
        shutil.rmtree(home, ignore_errors=True)


class Receiver:
    """Answers every request with success and notes when the last one had been read."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.arrived = threading.Event()
        self.time = 0.0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        stream = connection.makefile("rb")
        while stream.readline():
            length = 0
            while (line := stream.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            stream.read(length)
            self.time = time.perf_counter()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            self.arrived.set()


def singles(args, folder):
    receiver = Receiver()
    home = os.path.join(folder, "single")
    weir, url = start_weir(args, home, sink_settings("webhook", receiver.port, 1))
    times = []
    try:
        host, port = re.search(r"//([\d.]+):(\d+)", url).groups()
        for number in range(args.singles + 5):
            body = json.dumps({"id": f"single-{number}", "type": "risk.created", "created_at": int(time.time()), "data": {
                "id": f"risk-{number}", "status": "OPEN", "risk_definition": {"title": f"A single risk {number}", "threat_level": "HIGH"}}}).encode()
            stamp = str(int(time.time() * 1000))
            signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            head = (f"POST /in/hostedscan HTTP/1.1\r\nHost: weir\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                    f"X-HOSTEDSCAN-SIGNATURE: {signature}\r\nX-HOSTEDSCAN-TIMESTAMP: {stamp}\r\n\r\n").encode()
            receiver.arrived.clear()
            with socket.create_connection((host, int(port))) as connection:
                began = time.perf_counter()
                connection.sendall(head + body)
                answer = connection.recv(4096)
                if b" 200 " not in answer.split(b"\r\n")[0]:
                    raise SystemExit(f"refused: {answer!r}")
                if not receiver.arrived.wait(10):
                    raise SystemExit("the event did not arrive within 10 s")
            times.append((receiver.time - began) * 1000)
            time.sleep(0.3)
    finally:
        stop(weir)
        shutil.rmtree(home, ignore_errors=True)
    times = sorted(times[5:])
    return {"events": len(times), "median_ms": round(statistics.median(times), 2), "max_ms": round(times[-1], 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--hookload", required=True)
    parser.add_argument("--rates", default="8000,10000")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sink", choices=["splunk-hec", "webhook"], default="splunk-hec")
    parser.add_argument("--findings", type=int, default=1_000_000_000)
    parser.add_argument("--singles", type=int, default=30)
    parser.add_argument("--output")
    args = parser.parse_args()
    args.weir, args.hookload = os.path.abspath(args.weir), os.path.abspath(args.hookload)
    folder = tempfile.mkdtemp(prefix="weir-flow-")
    flows = []
    try:
        for rate in [int(rate) for rate in args.rates.split(",") if rate]:
            flows.append(flow(args, folder, rate))
            print(json.dumps(flows[-1]), flush=True)
        single = singles(args, folder) if args.singles else None
        print("one event on an idle gateway, sent until read by the receiver:", json.dumps(single))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if args.output:
        with open(args.output, "w") as f:
            json.dump({"flows": flows, "single": single}, f, indent=2)


if __name__ == "__main__":
    main()
