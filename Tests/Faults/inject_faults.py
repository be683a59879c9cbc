#!/usr/bin/env python3
"""System calls that fail at the Nth time: never a 2xx for what is not kept.

strace makes fdatasync fail with EIO (final for the process: it has to stop by itself, or refuse) or pwrite64 with ENOSPC (refused with 503, and
accepted again by the same process). After each round the gateway is started without faults and every event that was answered 2xx is in the journal.
"""
import os
import time

from harness import Failure, Gateway, Load, Skip, check, main, need, send

CALLS = (("fdatasync", "EIO"), ("pwrite64", "ENOSPC"))


def run(arguments, folder):
    need("strace")
    if os.system(f"strace -f -o {folder}/probe -e trace=fdatasync true") != 0:
        raise Skip("strace cannot trace here")
    rounds = [Round(arguments, folder, number, call, error) for number in range(arguments.rounds) for call, error in CALLS]
    for one in rounds:
        one.run()
    check(all(any(one.injected for one in rounds if one.call == call) for call, _ in CALLS), "no fault was injected")
    return (f"{len(rounds)} rounds, {sum(one.injected for one in rounds)} injected faults: {sum(len(one.acknowledged) for one in rounds)} acknowledged, "
            f"all kept; {sum(one.died for one in rounds)} stops, {sum(one.refused for one in rounds)} refusals")


class Round:
    """One gateway with one kind of fault, and the one that is started after it."""

    def __init__(self, arguments, folder, number, call, error):
        self.arguments, self.call, self.error = arguments, call, error
        self.folder = os.path.join(folder, f"{number}-{call}")
        # The first calls belong to the start, which may fail with a sentence; most rounds aim behind it.
        self.nth = arguments.random.randrange(1, 40) if number % 4 == 0 else arguments.random.randrange(40, 400)
        self.seed = arguments.seed + number
        self.where = f"{call} {error} at {self.nth}"
        self.acknowledged, self.injected, self.died, self.refused = set(), 0, False, 0

    def run(self):
        os.makedirs(self.folder)
        gateway = Gateway(self.arguments.weir, self.folder)
        trace = os.path.join(self.folder, "trace")
        when = str(self.nth) if self.call == "fdatasync" else f"{self.nth}..{self.nth + 20}"
        strace = ("strace", "-f", "--seccomp-bpf", "-qq", "-o", trace, "-e", "trace=" + self.call,
                  "-e", f"inject={self.call}:error={self.error}:when={when}")
        try:
            try:
                gateway.start(strace, within=60)
            except Failure:
                # A start that meets the fault says so and ends.
                self.died = True
            else:
                self.load(gateway)
        finally:
            gateway.kill()
        with open(trace, errors="replace") as file:
            self.injected = file.read().count("(INJECTED)")
        self.start_again()

    def load(self, gateway):
        load = Load(self.arguments.hookload, gateway.url, os.path.join(self.folder, "acks"), seed=self.seed, seconds=3.0, connections=8)
        try:
            statuses = load.wait()
        finally:
            self.acknowledged = load.stop()
        self.refused = sum(count for status, count in statuses.items() if not status.startswith("2"))
        if self.call == "pwrite64":
            if gateway.alive():
                accepts_again(gateway, self.acknowledged, self.where)
            return
        deadline = time.monotonic() + 3
        while gateway.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.died = not gateway.alive()

    def start_again(self):
        gateway = Gateway(self.arguments.weir, self.folder)
        try:
            try:
                gateway.start(within=60)
            except Failure as failure:
                raise Failure(f"{self.where}: {failure}") from None
            check(send(gateway.url, "afterwards") == 200, f"{self.where}: the next process does not accept: {gateway.last_words()}")
            self.acknowledged.add("afterwards")
            lost = self.acknowledged - set(gateway.export().values())
            check(not lost, f"{self.where}: {len(lost)} of {len(self.acknowledged)} acknowledged events are not kept")
            check(gateway.stop() == 0, f"{self.where}: the next process did not stop cleanly")
            code, text = gateway.verify()
            check(code == 0, f"{self.where}: verify: {text}")
        finally:
            gateway.kill()


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
