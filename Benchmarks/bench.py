#!/usr/bin/env python3
"""Throughput, latency, drain rate and memory of Weir beside nginx's empty 200, in turns on the same machine.

Usage: bench.py --weir PATH --hookload PATH [--rounds N] [--seconds S] [--connections N] [--output FILE]

Each round sends unique signed HostedScan events: first to nginx, which answers 200 and does nothing, then to a fresh gateway with
everything on (redaction, journal, projection, file sink). Prints one table and, with --output, writes the figures as JSON.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

CLK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def hookload(args, url, seconds, seed):
    out = subprocess.run(
        [args.hookload, "--vendor", "hostedscan", "--secret", "bench-secret-bench-secret-bench", "--url", url,
         "-c", str(args.connections), "-d", str(seconds), "--seed", str(seed)],
        capture_output=True, text=True)
    return json.loads(out.stdout)


def memory_mib(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(field + r":\s+(\d+)", f.read()).group(1)) / 1024


def thread_times(pid):
    """CPU seconds by thread name."""
    times = {}
    for tid in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{tid}/stat") as f:
                head, tail = f.read().rsplit(")", 1)
        except FileNotFoundError:
            continue
        name = head.split("(", 1)[1]
        fields = tail.split()
        times[name] = times.get(name, 0) + (int(fields[11]) + int(fields[12])) / CLK
    return times


def nginx_round(args, folder, seconds, seed):
    port = free_port()
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(f"""worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body; client_body_buffer_size 64k;
server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}""")
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return hookload(args, f"http://127.0.0.1:{port}/", seconds, seed)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def ask(folder, path):
    """One GET over the gateway's own socket."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(os.path.join(folder, "data", "weir.sock"))
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    return json.loads(data.split(b"\r\n\r\n", 1)[1])


def weir_round(args, folder, seconds, seed):
    folder = os.path.join(folder, f"weir-{seed}")
    os.makedirs(folder)
    with open(os.path.join(folder, "weir.yaml"), "w") as f:
        f.write("""listen: { ingest: 127.0.0.1:0 }
data: ./data
sources:
  hostedscan: { adapter: hostedscan, secrets: [ "file:secret" ], rate: 1000000, burst: 1000000, bytes-per-day: 1TiB }
sinks:
  archive: { type: file, path: changes.ndjson }
routes:
  - { to: [ archive ] }
""")
    with open(os.path.join(folder, "secret"), "w") as f:
        f.write("bench-secret-bench-secret-bench")
    process = subprocess.Popen([args.weir, "serve", "--config", os.path.join(folder, "weir.yaml")],
                               stdout=subprocess.PIPE, stderr=open(os.path.join(folder, "log"), "w"), text=True)
    try:
        line = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", line).group(0)
        time.sleep(3)
        idle = memory_mib(process.pid)
        result = hookload(args, url + "/in/hostedscan", seconds, seed)
        result["memory_idle_mib"] = round(idle, 1)
        at_end = ask(folder, "/v1/status")
        began, first = time.monotonic(), int(at_end["projector"]["entry"])
        changes_first = int(at_end["projector"]["sequence"])
        while True:
            status = ask(folder, "/v1/status")
            if int(status["projector"]["lag"]) == 0:
                break
            if time.monotonic() - began > 600:
                raise SystemExit("the projector did not catch up within 10 minutes")
            time.sleep(0.2)
        took = max(time.monotonic() - began, 0.001)
        left = int(status["projector"]["entry"]) - first
        result["projected_while_loaded"] = first
        result["drained"] = left
        result["drain_per_second"] = round(left / took) if left > 1000 else None
        result["changes_while_loaded"] = changes_first
        result["memory_peak_mib"] = round(memory_mib(process.pid, "VmHWM"), 1)
        result["cpu_seconds_by_thread"] = {k: round(v, 2) for k, v in sorted(thread_times(process.pid).items(), key=lambda x: -x[1]) if v >= 0.05}
        return result
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--hookload", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--output")
    args = parser.parse_args()
    args.weir, args.hookload = os.path.abspath(args.weir), os.path.abspath(args.hookload)
    folder = tempfile.mkdtemp(prefix="weir-bench-")
    rounds = []
    try:
        for number in range(1, args.rounds + 1):
            nginx = nginx_round(args, folder, args.seconds, number)
            weir = weir_round(args, folder, args.seconds, number)
            rounds.append({"nginx": nginx, "weir": weir})
            print(f"round {number}: nginx {nginx['per_second']:,}/s p99 {nginx['latency_ms']['p99']} ms | weir {weir['per_second']:,}/s "
                  f"p50 {weir['latency_ms']['p50']} p99 {weir['latency_ms']['p99']} max {weir['latency_ms']['max']} ms "
                  f"| ratio {weir['per_second'] / nginx['per_second']:.2f} | drain {weir['drain_per_second']}/s "
                  f"| memory idle {weir['memory_idle_mib']} peak {weir['memory_peak_mib']} MiB | {weir['statuses']}", flush=True)
            print("         CPU seconds by thread:", weir["cpu_seconds_by_thread"], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    def median(key):
        values = [key(r) for r in rounds if key(r) is not None]
        return statistics.median(values) if values else None

    summary = {
        "accepted_per_second": median(lambda r: r["weir"]["per_second"]),
        "nginx_per_second": median(lambda r: r["nginx"]["per_second"]),
        "ratio": round(median(lambda r: r["weir"]["per_second"] / r["nginx"]["per_second"]), 3),
        "p50_ms": median(lambda r: r["weir"]["latency_ms"]["p50"]),
        "p99_ms": median(lambda r: r["weir"]["latency_ms"]["p99"]),
        "max_ms": max(r["weir"]["latency_ms"]["max"] for r in rounds),
        "drain_per_second": median(lambda r: r["weir"]["drain_per_second"]),
        "memory_idle_mib": median(lambda r: r["weir"]["memory_idle_mib"]),
        "memory_peak_mib": max(r["weir"]["memory_peak_mib"] for r in rounds),
    }
    print(json.dumps(summary, indent=2))
    if args.output:
        with open(args.output, "w") as f:
            json.dump({"summary": summary, "rounds": rounds}, f, indent=2)


if __name__ == "__main__":
    main()
