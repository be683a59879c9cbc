#!/usr/bin/env python3
"""Everything outside stands still at once: whoever reads the log, the disk's fdatasync, a sink that takes no answer, a name that nobody resolves.

Meanwhile every event loop takes its turns: probes on eight connections are answered within half a second each, and SIGTERM ends in exit code 0.
"""
import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import threading
import time

from harness import Gateway, check, main, need, need_root, send

SECONDS = 6.0
TURN_MAX = 0.5
DELAY = 2.0
F_SETPIPE_SZ = 1031


def run(arguments, folder):
    need("strace")
    need_root()
    fifo = os.path.join(folder, "log")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, F_SETPIPE_SZ, 4096)
    hole = socket.create_server(("127.0.0.1", 0))
    gateway = Gateway(arguments.weir, folder, log=fifo)
    with open(gateway.config) as file:
        text = file.read()
    text = text.replace("routes:\n", f"""  hole: {{ type: webhook, url: "http://127.0.0.1:{hole.getsockname()[1]}/", networks: [ 127.0.0.0/8 ] }}
  nowhere: {{ type: webhook, url: "https://sink.invalid/" }}
routes:
""").replace("[ archive ]", "[ archive, hole, nowhere ]")
    with open(gateway.config, "w") as file:
        file.write(text)
    brake = None
    over, slowest, answered, events = threading.Event(), [0.0], [0], []
    try:
        gateway.start()
        # A start syncs too often to be braked.
        delay = ["-e", "trace=fdatasync", "-e", f"inject=fdatasync:delay_enter={int(DELAY * 1e6)}"]
        brake = subprocess.Popen(["strace", "-f", "-q", "-o", "/dev/null", *delay, "-p", str(gateway.pid)], stderr=subprocess.DEVNULL)
        host = gateway.url.removeprefix("http://").split("/")[0]
        with open(gateway.config, "w") as file:
            file.write("sinkz" + "x" * 400 + ": {}\n" + text)
        for _ in range(30):
            os.kill(gateway.pid, signal.SIGHUP)
            time.sleep(0.05)

        def probe():
            connection = http.client.HTTPConnection(host, timeout=10)
            while not over.is_set():
                began = time.monotonic()
                try:
                    connection.request("GET", "/healthz")
                    good = connection.getresponse().read() == b'{"status":"ok"}'
                except (OSError, http.client.HTTPException):
                    good = False
                took = time.monotonic() - began
                slowest[0] = max(slowest[0], took if good else 10.0)
                answered[0] += 1
                if not good:
                    return
                time.sleep(0.01)

        def post(number):
            while not over.is_set():
                events.append(send(gateway.url, f"still-{number}-{len(events)}"))

        threads = [threading.Thread(target=probe) for _ in range(8)] + [threading.Thread(target=post, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        over.set()
        for thread in threads:
            thread.join(20)
        brake.terminate()
        brake.wait()
        check(gateway.alive(), "the gateway is gone")
        check(slowest[0] <= TURN_MAX, f"a probe was answered after {slowest[0]:.2f} s")
        check(answered[0] > 100, f"only {answered[0]} probes")
        check(events and set(events) <= {200, 503}, f"events were answered {sorted(map(str, set(events)))}")
        check(gateway.stop(within=15) == 0, "SIGTERM did not end in exit code 0")
    finally:
        over.set()
        if brake and brake.poll() is None:
            brake.kill()
            brake.wait()
        gateway.kill()
        hole.close()
        with contextlib.suppress(OSError):
            os.close(reader)
    return f"{answered[0]} probes, the slowest {slowest[0] * 1000:.0f} ms; {events.count(200)} events kept, {events.count(503)} put off"


if __name__ == "__main__":
    main(__doc__, run, rounds=1)
