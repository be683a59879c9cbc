#!/usr/bin/env python3
"""What sinks that never answer cost the others: the time from a receipt's 200 until a good sink has its change, without and with black holes.

Usage: blackhole.py --weir PATH --hookload PATH [--rounds N] [--seconds S] [--rate R] [--kept N] [--output FILE]

Three gateways take turns, each on a copy of the same data with N changes in it: one with good sinks only (`none`); one that has three black holes
beside them (`holes`): an address that accepts connections and never answers, the same with 64 requests at a time, and one whose SYN is never answered;
and one where the same three have N changes pending (`pending`). Signed HostedScan events come at random moments, R a second. Exits 1 when the good
sink's p99 with black holes is more than 1.2 times that without.
"""
import argparse
import hashlib
import hmac
import json
import multiprocessing
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from bench import ask
from flow import SECRET, stop

RATIO_MAX = 1.2
VARIANTS = ["none", "holes", "pending"]
WARM_UP_SECONDS = 2.0


class Receiver:
    """The good sink's other side, in a process of its own: answers every request with success and notes when each was there."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.results, remote = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.run, args=(remote,), daemon=True)
        self.process.start()
        self.listener.close()

    def run(self, remote):
        requests = []
        threading.Thread(target=self.accept, args=(requests,), daemon=True).start()
        while remote.recv():
            remote.send(requests)
            requests.clear()

    def accept(self, requests):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection, requests), daemon=True).start()

    @staticmethod
    def serve(connection, requests):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb")
        while stream.readline():
            length = 0
            while (line := stream.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = stream.read(length)
            requests.append((time.monotonic(), body))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def take(self):
        """When the change of each receipt was there, by the receipt's number, since the last call."""
        self.results.send(True)
        arrivals = {}
        for moment, body in self.results.recv():
            for change in json.loads(body):
                if "raw" in change["data"]:
                    arrivals.setdefault(change["data"]["raw"]["receipt"], moment)
        return arrivals

    def close(self):
        self.process.kill()


class Holes:
    """Addresses from which no answer ever comes."""

    def __init__(self):
        self.accepting = socket.create_server(("127.0.0.1", 0), backlog=1024)
        # With its queue full, a listening socket leaves every SYN unanswered.
        self.full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self.full.getsockname())
            self.fillers.append(filler)
        time.sleep(0.1)
        with socket.socket() as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(self.full.getsockname())
                raise SystemExit("a full queue answered a SYN")
            except TimeoutError:
                pass

    def sinks(self, start):
        accepting, full = self.accepting.getsockname()[1], self.full.getsockname()[1]
        rest = f"networks: [ 127.0.0.0/8 ], from: {start}"
        return f"""  silent: {{ type: webhook, url: "http://127.0.0.1:{accepting}/", batch: 500, {rest} }}
  crowd: {{ type: webhook, url: "http://127.0.0.1:{accepting}/", batch: 1, in-flight: 64, timeout: 3s, {rest} }}
  deaf: {{ type: webhook, url: "http://127.0.0.1:{full}/", batch: 500, {rest} }}
"""


class Gateway:
    """A gateway with two good sinks and others."""

    def __init__(self, args, folder, receiver, others=""):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "weir.yaml")
        with open(config, "w") as f:
            f.write(f"""listen: {{ ingest: 127.0.0.1:0 }}
data: ./data
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "literal:{SECRET}" ], rate: 1000000, burst: 1000000, bytes-per-day: 1TiB }}
sinks:
  good: {{ type: webhook, url: "http://127.0.0.1:{receiver.port}/", networks: [ 127.0.0.0/8 ], batch: 100, from: beginning }}
  archive: {{ type: file, path: data/changes.ndjson }}
{others}""")
        self.process = subprocess.Popen(
            [args.weir, "serve", "--config", config], stdout=subprocess.PIPE, stderr=open(os.path.join(folder, "log"), "a"), text=True)
        host, port = re.search(r"http://([\d.]+):(\d+)", self.process.stdout.readline()).groups()
        self.address, self.url = (host, int(port)), f"http://{host}:{port}/in/hostedscan"

    def sinks(self):
        return {sink["name"]: sink for sink in ask(self.folder, "/v1/sinks")["sinks"]}

    def wait_for_good(self):
        """Waits until everything is projected and the good sinks have it."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            sinks = self.sinks()
            if int(ask(self.folder, "/v1/status")["projector"]["lag"]) == 0 and all(int(sinks[name]["pending"]) == 0 for name in ["good", "archive"]):
                return
            time.sleep(0.05)
        raise SystemExit("the good sinks did not get everything")

    def stop(self):
        stop(self.process)


class Sender:
    """Sends signed events one after the other on one connection."""

    def __init__(self, gateway, label, rate, seed):
        self.socket = socket.create_connection(gateway.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.label, self.rate, self.random, self.count = label, rate, random.Random(seed), 0

    def run(self, seconds):
        """When each receipt was acknowledged, by its number."""
        answered = {}
        due = time.monotonic()
        end = due + seconds
        while due < end:
            due += self.random.expovariate(self.rate)
            time.sleep(max(0.0, due - time.monotonic()))
            receipt, moment = self.send()
            answered[receipt] = moment
        return answered

    def send(self):
        self.count += 1
        body = json.dumps({"id": f"{self.label}-{self.count}", "type": "risk.created", "created_at": int(time.time()), "data": {
            "id": f"risk-{self.label}-{self.count}", "status": "OPEN", "target": "host.example.com",
            "risk_definition": {"title": f"Risk {self.count}", "threat_level": "HIGH", "description": "x" * 500}}}).encode()
        stamp = str(int(time.time() * 1000))
        signature = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        self.socket.sendall((f"POST /in/hostedscan HTTP/1.1\r\nHost: weir\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                             f"X-HOSTEDSCAN-SIGNATURE: {signature}\r\nX-HOSTEDSCAN-TIMESTAMP: {stamp}\r\n\r\n").encode() + body)
        answer = self.socket.recv(4096)
        moment = time.monotonic()
        found = re.search(rb'"receipt":"(\d+)"', answer)
        if not found:
            raise SystemExit(f"refused: {answer!r}")
        return found.group(1).decode(), moment


def prepare(args, folder, receiver):
    """The data that every round begins with."""
    gateway = Gateway(args, folder, receiver)
    try:
        subprocess.run(
            [args.hookload, "--vendor", "hostedscan", "--secret", SECRET, "--url", gateway.url, "-c", "16", "-d", "60", "-r", "5000",
             "-n", str(args.kept), "--findings", str(10**15), "--seed", "1"], stdout=subprocess.DEVNULL, check=True)
        gateway.wait_for_good()
    finally:
        gateway.stop()
    receiver.take()


def measure(args, folder, data, receiver, holes, variant, number):
    """Latencies in milliseconds of one round."""
    shutil.copytree(data, folder)
    others = {"none": "", "holes": holes.sinks("now"), "pending": holes.sinks("beginning")}[variant]
    gateway = Gateway(args, folder, receiver, others)
    try:
        sender = Sender(gateway, f"{variant}-{number}", args.rate, seed=number)
        sender.run(WARM_UP_SECONDS)
        answered = sender.run(args.seconds)
        gateway.wait_for_good()
        sinks = gateway.sinks()
        for name in ["silent", "crowd", "deaf"] if others else []:
            if int(sinks[name]["delivered"]) or (variant == "pending" and int(sinks[name]["pending"]) < args.kept):
                raise SystemExit(f"no black hole: {sinks[name]}")
        arrivals = receiver.take()
        missing = answered.keys() - arrivals.keys()
        if missing:
            raise SystemExit(f"{len(missing)} changes did not arrive")
        return [(arrivals[receipt] - moment) * 1000 for receipt, moment in answered.items()]
    finally:
        gateway.stop()
        shutil.rmtree(folder, ignore_errors=True)


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def summary(times):
    return {"events": len(times), "p50_ms": round(percentile(times, 50), 2), "p99_ms": round(percentile(times, 99), 2), "max_ms": round(max(times), 2)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--hookload", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--kept", type=int, default=30_000)
    parser.add_argument("--output")
    args = parser.parse_args()
    args.weir, args.hookload = os.path.abspath(args.weir), os.path.abspath(args.hookload)
    folder = tempfile.mkdtemp(prefix="weir-blackhole-")
    receiver, holes = Receiver(), Holes()
    times = {variant: [] for variant in VARIANTS}
    try:
        data = os.path.join(folder, "kept")
        prepare(args, data, receiver)
        for number in range(args.rounds):
            # Every round another one begins.
            for variant in VARIANTS[number % 3:] + VARIANTS[:number % 3]:
                latencies = measure(args, os.path.join(folder, "round"), data, receiver, holes, variant, number)
                times[variant] += latencies
                print(f"round {number + 1} {variant:8}", json.dumps(summary(latencies)), flush=True)
    finally:
        receiver.close()
        shutil.rmtree(folder, ignore_errors=True)
    results = {variant: summary(times[variant]) for variant in VARIANTS}
    worst = 0.0
    for variant, result in results.items():
        result["p50_ratio"] = round(result["p50_ms"] / results["none"]["p50_ms"], 3)
        result["p99_ratio"] = round(result["p99_ms"] / results["none"]["p99_ms"], 3)
        worst = max(worst, result["p99_ratio"])
        print(f"all     {variant:8}", json.dumps(result))
    if args.output:
        with open(args.output, "w") as f:
            json.dump(results, f, indent=2)
    raise SystemExit(0 if worst <= RATIO_MAX else f"p99 with black holes is {worst} times that without, more than {RATIO_MAX}")


if __name__ == "__main__":
    main()
