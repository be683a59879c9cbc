#!/usr/bin/env python3
"""Whether the time of a refusal tells how many secrets a source has, or whether there is one of that name at all.

Usage: refusals.py --weir PATH [--requests N] [--bytes B]

Events of B bytes with a wrong signature go, in random order and on one connection, to a source with one secret, to one with two, and to two names that
no source has. Exits 1 when the tenths or the medians of their times differ by more than a fiftieth.
"""
import argparse
import http.client
import os
import random
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "Faults"))
from harness import Gateway  # noqa: E402

NAMES = {"one secret": "hostedscan", "two secrets": "two", "no such source": "nobody", "no such source either": "nothing"}
TWO = '  two: { adapter: hostedscan, secrets: [ "env:FAULTS_SECRET", "literal:another-secret-another-secret" ], rate: 1000000/s, burst: 10000000, bytes-per-day: 1TiB }\n'
DIFFERENCE_MAX = 0.02


def measure(gateway, requests, size):
    host = gateway.url.split("/")[2]
    connection = http.client.HTTPConnection(host)
    body = b'{"pad":"' + b"a" * size + b'"}'
    times = {name: [] for name in NAMES}
    for _ in range(requests):
        for name in random.sample(list(NAMES), len(NAMES)):
            began = time.perf_counter()
            headers = {"X-HOSTEDSCAN-SIGNATURE": "0" * 64, "X-HOSTEDSCAN-TIMESTAMP": str(int(time.time() * 1000)), "Content-Type": "application/json"}
            connection.request("POST", "/in/" + NAMES[name], body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 401:
                sys.exit(f"{name}: {answer.status}")
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: sorted(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--requests", type=int, default=2000, help="to each of them")
    parser.add_argument("--bytes", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="weir-refusals-") as folder:
        gateway = Gateway(os.path.abspath(arguments.weir), folder)
        with open(gateway.config) as file:
            text = file.read()
        with open(gateway.config, "w") as file:
            file.write(text.replace("sources:\n", "sources:\n" + TWO))
        gateway.start()
        try:
            times = measure(gateway, arguments.requests, arguments.bytes)
        finally:
            gateway.kill()
    is_even = True
    for part, words in ((10, "fastest tenth"), (2, "median")):
        at = {name: values[len(values) // part] for name, values in times.items()}
        is_even = is_even and max(at.values()) <= min(at.values()) * (1 + DIFFERENCE_MAX)
        print(f"{words}: " + ", ".join(f"{name} {value:.3f} ms" for name, value in at.items()))
    sys.exit(0 if is_even else 1)


if __name__ == "__main__":
    main()
