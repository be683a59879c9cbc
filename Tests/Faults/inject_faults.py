#!/usr/bin/env python3
"""System calls that fail at the Nth time: never a 2xx for what is not kept.

strace makes fdatasync fail with EIO (final for the process: it has to stop by itself, or refuse) or pwrite64 with ENOSPC (refused with 503, and
accepted again by the same process). After each round the gateway is started without faults and every event that was answered 2xx is in the journal.
"""
import os
import time

from harness import Gateway, Load, Skip, check, main, need, send


def run(arguments, folder):
    need("strace")
    probe = os.path.join(folder, "probe")
    if os.system(f"strace -f -o {probe} -e trace=fdatasync true") != 0:
        raise Skip("strace cannot trace here")
    total = deaths = refusals = 0
    for number in range(arguments.rounds):
        for call, error in (("fdatasync", "EIO"), ("pwrite64", "ENOSPC")):
            # The first calls belong to the start, which may fail with a sentence; most rounds aim behind it.
            nth = arguments.random.randrange(1, 40) if number % 4 == 0 else arguments.random.randrange(40, 400)
            count, died, refused = one(arguments, os.path.join(folder, f"{number}-{call}"), number, call, error, nth)
            total, deaths, refusals = total + count, deaths + died, refusals + refused
    check(total > 0, "nothing was accepted in any round")
    return f"{arguments.rounds} rounds of fdatasync EIO and pwrite64 ENOSPC: {total} acknowledged, all kept; {deaths} stops, {refusals} refusals"


def one(arguments, folder, number, call, error, nth):
    os.makedirs(folder)
    where = f"{call} {error} at {nth}"
    gateway = Gateway(arguments.weir, folder)
    load = None
    acknowledged, died, refused = set(), 0, 0
    when = str(nth) if call == "fdatasync" else f"{nth}..{nth + 20}"
    strace = ("strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", f"inject={call}:error={error}:when={when}")
    try:
        try:
            gateway.start(strace, within=60)
        except Exception:  # noqa: BLE001 - a start that meets the fault says so and ends, which is right
            gateway.kill()
        else:
            load = Load(arguments.hookload, gateway.url, os.path.join(folder, "acks"), seed=arguments.seed + number, seconds=3.0, connections=8)
            report = load.wait()
            acknowledged = load.stop()
            refused = sum(count for status, count in report["statuses"].items() if not status.startswith("2"))
            died = 0 if gateway.alive() else 1
            if gateway.alive() and call == "pwrite64":
                accepts_again(gateway, acknowledged, where)
            gateway.kill()
        restarted = Gateway(arguments.weir, folder)
        try:
            restarted.start(within=60)
            check(send(restarted.url, "afterwards") == 200, f"{where}: the next process does not accept: {restarted.last_words()}")
            acknowledged.add("afterwards")
            lost = acknowledged - set(restarted.export().values())
            check(not lost, f"{where}: {len(lost)} of {len(acknowledged)} acknowledged events are not kept")
            check(restarted.stop() == 0, f"{where}: the next process did not stop cleanly")
            code, text = restarted.verify()
            check(code == 0, f"{where}: verify: {text}")
        finally:
            restarted.kill()
    finally:
        if load:
            load.stop()
        gateway.kill()
    return len(acknowledged), died, refused


def accepts_again(gateway, acknowledged, where):
    """The disk works again: so does the same process, within 10 seconds."""
    deadline = time.monotonic() + 10
    while True:
        if send(gateway.url, "again") == 200:
            acknowledged.add("again")
            return
        check(time.monotonic() < deadline, f"{where}: not accepted again within 10 s: {gateway.last_words()}")
        time.sleep(0.1)


if __name__ == "__main__":
    main(__doc__, run)
