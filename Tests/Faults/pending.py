#!/usr/bin/env python3
"""A sink that is down while more than 100,000 changes become due: the gateway's memory stays within 100 MiB of what it is when idle, also while the
sink takes them all once it is back, in order, each once.
"""
import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import Gateway, Load, check, main

CHANGES = 105_000
RATE = 15_000
GROWTH_MAX = 100 << 20


def run(arguments, folder):
    receiver = Receiver()
    gateway = PendingGateway(arguments.weir, folder, receiver.port)
    try:
        gateway.start()
        time.sleep(1)
        idle = memory(gateway.pid, "VmRSS")
        load = Load(arguments.hookload, gateway.url, os.path.join(folder, "acks"), arguments.seed, seconds=60, rate=RATE, count=CHANGES)
        statuses = load.wait()
        check(statuses == {"200": CHANGES}, f"not every event was accepted: {statuses}; {gateway.last_words()}")
        wait_for(lambda: gateway.pending() >= CHANGES, 60, "not everything was projected")
        sink = gateway.sink()
        check(sink["state"] == "retrying" and int(sink["delivered"]) == 0, f"the sink is not down: {sink}")
        pending = memory(gateway.pid, "VmRSS")
        forget_peak(gateway.pid)
        receiver.listen()
        # A sink that takes a test need not wait for its next attempt.
        check(gateway.command("sink", "test", "late").returncode == 0, "the sink did not take a test")
        wait_for(lambda: gateway.pending() == 0, 120, "not everything was delivered")
        draining = memory(gateway.pid, "VmHWM")
        sink = gateway.sink()
        check(sink["state"] == "idle" and int(sink["dead"]) == 0, f"the sink is not well: {sink}")
        check(receiver.sequences == list(range(1, len(receiver.sequences) + 1)), "the changes did not come in order, each once")
        check(receiver.findings == CHANGES, f"{receiver.findings} findings arrived of {CHANGES}")
        growth = max(pending, draining) - idle
        check(growth <= GROWTH_MAX, f"memory grew by {growth >> 20} MiB: idle {idle >> 20}, pending {pending >> 20}, draining {draining >> 20} MiB")
        check(gateway.stop() == 0, "SIGTERM did not end in exit code 0: " + gateway.last_words())
    finally:
        gateway.kill()
        receiver.close()
    return (f"{CHANGES} changes pending: {pending >> 20} MiB resident, {draining >> 20} MiB at most while they were delivered, {idle >> 20} MiB when idle; "
            "all of them arrived in order, each once")


def wait_for(holds, within, message):
    deadline = time.monotonic() + within
    while not holds():
        check(time.monotonic() < deadline, message)
        time.sleep(0.1)


def memory(pid, field):
    """Bytes that are resident now (`VmRSS`), or were at most (`VmHWM`)."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(field + ":"))


def forget_peak(pid):
    """Lets `VmHWM` begin again (proc_pid_clear_refs(5))."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")


class PendingGateway(Gateway):
    """A gateway whose one sink is the receiver."""

    def __init__(self, weir, folder, port):
        super().__init__(weir, folder)
        with open(self.config, "w") as file:
            file.write(f"""listen: {{ ingest: "127.0.0.1:0" }}
data: {self.data}
disk-reserve: 1MiB
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "env:FAULTS_SECRET" ], rate: 1000000/s, burst: 10000000, bytes-per-day: 1TiB }}
sinks:
  late: {{ type: webhook, url: "http://127.0.0.1:{port}/hook", networks: [ 127.0.0.0/8 ], batch: 500, from: beginning }}
""")

    def sink(self):
        return json.loads(self.command("sinks", "--json").stdout)

    def pending(self):
        """How many changes wait."""
        return int(self.sink()["pending"])


class Receiver:
    """The sink's other side: its port is taken, and nobody listens until `listen`."""

    def __init__(self):
        self.sequences, self.findings, self.server = [], 0, None
        self.place = socket.socket()
        self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.place.bind(("127.0.0.1", 0))
        self.port = self.place.getsockname()[1]

    def listen(self):
        handler = type("Handler", (Answers,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, changes):
        changes = [change for change in changes if not change["id"].startswith("weirtest-")]
        self.sequences += [int(change["sequence"]) for change in changes]
        self.findings += sum(change["type"].startswith("finding.") for change in changes)

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.place.close()


class Answers(BaseHTTPRequestHandler):
    """One connection of the receiver."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.receiver.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    main(__doc__, run, rounds=1)
