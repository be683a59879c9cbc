#!/usr/bin/env python3
"""How long lists take when there is a lot to list: a million findings, the receipts that brought them, and a record with a long history.

Usage: lists.py --weir PATH [--findings N] [--per-event N] [--changes N] [--output FILE]

Sends HostedScan events of many findings each until there are N, then events that close and open one finding again and again. Each list is read whole
and by its first page, by the command and over the socket; the command's time holds its start and what it prints. Best of three.
"""
import argparse
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import datetime, timedelta, timezone

from bench import ask, memory_mib

SECRET = "bench-secret-bench-secret-bench"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def event(number, findings, status="OPEN"):
    items = [{
        "id": f"F{n}", "status": status, "target": f"https://host{n % 5000}.example.test/",
        "risk_definition": {"title": f"Finding {n % 300}", "threat_level": ["LOW", "MEDIUM", "HIGH"][n % 3]},
    } for n in findings]
    moment = (START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return json.dumps({"id": f"e{number}", "type": "risk.updated", "event_created_at": moment, "data": items}).encode()


class Sender:
    def __init__(self, url):
        host, port = re.match(r"http://(.*):(\d+)", url).groups()
        self.connection = http.client.HTTPConnection(host, int(port), timeout=120)

    def send(self, body):
        stamp = str(int(time.time() * 1000))
        signature = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-HOSTEDSCAN-TIMESTAMP": stamp, "X-HOSTEDSCAN-SIGNATURE": signature}
        while True:
            self.connection.request("POST", "/in/hostedscan", body, headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                return
            if answer.status not in (429, 503):
                raise SystemExit(f"{answer.status} {text}")
            time.sleep(0.2)


def start(weir, folder):
    with open(os.path.join(folder, "weir.yaml"), "w") as f:
        f.write(f"""listen: {{ ingest: 127.0.0.1:0 }}
data: ./data
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "literal:{SECRET}" ], rate: 1000000, burst: 1000000, bytes-per-day: 1TiB }}
""")
    process = subprocess.Popen([weir, "serve", "--config", os.path.join(folder, "weir.yaml")], stdout=subprocess.PIPE,
                               stderr=open(os.path.join(folder, "log"), "w"), text=True)
    return process, re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline()).group(0)


def settle(folder):
    while int(ask(folder, "/v1/status")["projector"]["lag"]) > 0:
        time.sleep(0.2)


def timed(work):
    times = []
    for _ in range(3):
        began = time.monotonic()
        result = work()
        times.append(time.monotonic() - began)
    return min(times), result


def command(weir, folder, *arguments):
    path = os.path.join(folder, "out")
    with open(path, "wb") as out:
        done = subprocess.run([weir, *arguments, "--config", os.path.join(folder, "weir.yaml")], stdout=out, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"{arguments}: {done.returncode} {done.stderr.decode()}")
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")), os.path.getsize(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--per-event", type=int, default=2000)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--output")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="weir-lists-")
    process, url = start(os.path.abspath(args.weir), folder)
    result = {"findings": args.findings}
    try:
        sender, number = Sender(url), 0
        began = time.monotonic()
        for first in range(0, args.findings, args.per_event):
            number += 1
            sender.send(event(number, range(first, min(first + args.per_event, args.findings))))
        settle(folder)
        result["projected_after_s"] = round(time.monotonic() - began, 1)
        # An idle connection is closed after a while.
        sender = Sender(url)
        for n in range(args.changes):
            number += 1
            sender.send(event(number, [0], "CLOSED" if n % 2 == 0 else "OPEN"))
        settle(folder)
        result["memory_mib"] = round(memory_mib(process.pid), 1)
        uid = next(item for item in ask(folder, "/v1/findings?sort=old&limit=1")["findings"])["uid"]
        lists = {
            "findings": ["findings"], "findings by severity": ["findings", "--sort", "severity"], "findings, oldest first": ["findings", "--sort", "old"],
            "open and high": ["findings", "--status", "open", "--min-severity", "high"], "findings of a host": ["findings", "--host", "host7.example.test"],
            "events": ["events"], "scans": ["scans"], "history": ["show", uid, "--history"],
        }
        for name, arguments in lists.items():
            seconds, (lines, size) = timed(lambda: command(args.weir, folder, *arguments, "--json"))
            first, _ = timed(lambda: command(args.weir, folder, *arguments, "--json", "--limit", "100"))
            result[name] = {"lines": lines, "mib": round(size / (1 << 20), 1), "whole_s": round(seconds, 2), "first_100_ms": round(first * 1000)}
        for path in ["/v1/findings?limit=100", "/v1/findings?limit=100&sort=severity", "/v1/events?limit=100", "/v1/scans?limit=100",
                     f"/v1/records/{uid}/history?limit=100&sort=new"]:
            seconds, _ = timed(lambda: ask(folder, path))
            result[path.replace(uid, "UID")] = {"ms": round(seconds * 1000, 1)}
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)
    text = json.dumps(result, indent=2)
    print(text)
    if args.output:
        with open(args.output, "w") as f:
            f.write(text + "\n")


if __name__ == "__main__":
    main()
