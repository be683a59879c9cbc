#!/usr/bin/env python3
"""kill -9 under load, again and again: every event that was answered 2xx is in the journal, in the records and in the file sink.

Each restart answers a request with 2xx within 2 seconds of its start. The last process is ended by SIGTERM under the same load: it has 10
seconds, and what it answered is kept as well.
"""
import json
import os
import time

from harness import Archive, Gateway, Load, check, main, send

RESTART_SECONDS = 2.0
# A round with fewer acknowledged events would prove little.
ACKNOWLEDGED_MIN = 50


def run(arguments, folder):
    gateway = Gateway(arguments.weir, folder)
    acknowledged, kept, archive = set(), {}, Archive(gateway.archive)
    slowest = stopped = 0.0
    # One more, which ends in SIGTERM.
    rounds = arguments.rounds + 1
    try:
        for number in range(rounds):
            slowest = max(slowest, restart(gateway, acknowledged, number))
            load = Load(arguments.hookload, gateway.url, os.path.join(folder, f"acks-{number}"), seed=arguments.seed + number, rate=4000)
            check(load.wait_for_acks(ACKNOWLEDGED_MIN), "too little was accepted: " + gateway.last_words())
            time.sleep(arguments.random.uniform(0.05, 1.5))
            if number < rounds - 1:
                gateway.kill()
            else:
                began = time.monotonic()
                check(gateway.stop() == 0, "SIGTERM under load did not end in exit code 0: " + gateway.last_words())
                stopped = time.monotonic() - began
            acknowledged |= load.stop()
            kept.update(gateway.export(max(kept, default=0) + 1))
            lost = acknowledged - set(kept.values())
            check(not lost, f"round {number}: {len(lost)} of {len(acknowledged)} acknowledged events are not in the journal")
        slowest = max(slowest, restart(gateway, acknowledged, rounds))
        kept.update(gateway.export(max(kept, default=0) + 1))
        numbers = {event: receipt for receipt, event in reversed(kept.items())}
        check(len(numbers) == len(kept), "an event was kept twice")
        missing = archive.wait_for({numbers[event] for event in acknowledged}, within=60 + len(kept) / 1000)
        check(not missing, f"{len(missing)} acknowledged receipts have no line in the file sink")
        records(gateway, acknowledged)
        code = gateway.stop()
        check(code == 0, f"SIGTERM ended in exit code {code}")
        code, text = gateway.verify()
        check(code == 0, "verify: " + text)
    finally:
        gateway.kill()
    return (f"{arguments.rounds} kills, {len(acknowledged)} acknowledged, all kept, projected and delivered; "
            f"slowest first 2xx {slowest:.2f} s after a start; SIGTERM under load took {stopped:.2f} s")


def restart(gateway, acknowledged, number):
    """Starts the gateway and sends until it accepts; returns the seconds from the start to the first 2xx."""
    began = time.monotonic()
    gateway.start()
    event = f"first-{number}"
    while send(gateway.url, event) != 200:
        check(time.monotonic() - began < 30, "no 2xx within 30 s of a start: " + gateway.last_words())
    took = time.monotonic() - began
    acknowledged.add(event)
    check(took <= RESTART_SECONDS, f"the first 2xx came {took:.2f} s after start {number}")
    return took


def records(gateway, acknowledged):
    result = gateway.command("events", "--json")
    check(result.returncode == 0, "weir events: " + result.stderr)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    mapped = {event.get("key") for event in events if event.get("outcome") == "mapped"}
    lost = acknowledged - mapped
    check(not lost, f"{len(lost)} acknowledged events were not projected")
    result = gateway.command("findings", "--json")
    check(result.returncode == 0, "weir findings: " + result.stderr)
    findings = len(result.stdout.splitlines())
    check(findings >= len(acknowledged), f"{findings} findings for {len(acknowledged)} events about one each")


if __name__ == "__main__":
    main(__doc__, run)
