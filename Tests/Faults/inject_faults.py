#!/usr/bin/env python3
"""System calls that fail at the Nth time, by strace: never a 2xx for what is not kept.

fdatasync fails with EIO, once or from the Nth call on. Where the journal's own fails, the process ends by itself; what it answered 2xx is on the
disk as a power cut would leave it, because a failed call has synced nothing. Where another file's fails, receiving goes on.
pwrite64 fails with ENOSPC for a while: 503, and accepted again by the same process. After each round the gateway is started without faults,
and every event that was answered 2xx is in the journal.
"""
import contextlib
import os
import re
import time

from harness import Failure, Gateway, Image, Load, Skip, check, main, need, need_root, send

# What is injected: the call, the error, and how often.
FAULTS = (("fdatasync", "EIO", "once"), ("fdatasync", "EIO", "from then on"), ("pwrite64", "ENOSPC", "for a while"))
# Rounds that aim behind the start have to have acknowledged at least so many events before the fault, or they prove nothing.
ACKNOWLEDGED_MIN = 20


def run(arguments, folder):
    need("strace")
    need_root()
    if os.system(f"strace -f -o {folder}/probe -e trace=fdatasync true") != 0:
        raise Skip("strace cannot trace here")
    rounds = [Round(arguments, folder, number, *fault) for number in range(arguments.rounds) for fault in FAULTS]
    for one in rounds:
        one.run()
    for fault in FAULTS:
        of_fault = [one for one in rounds if (one.call, one.error, one.often) == fault]
        check(any(one.hits_journal and len(one.acknowledged) > ACKNOWLEDGED_MIN for one in of_fault),
              f"{fault}: no round hit the journal after {ACKNOWLEDGED_MIN} acknowledged events")
    return (f"{len(rounds)} rounds, {sum(one.injected for one in rounds)} injected faults, {sum(one.hits_journal for one in rounds)} rounds hit the journal: "
            f"{sum(len(one.acknowledged) for one in rounds)} acknowledged, all kept; {sum(one.died for one in rounds)} stops, "
            f"{sum(one.refused for one in rounds)} refusals")


class Round:
    """One gateway with one kind of fault, and the one that is started after it, on a disk as a power cut leaves it."""

    def __init__(self, arguments, folder, number, call, error, often):
        self.arguments, self.call, self.error, self.often = arguments, call, error, often
        self.folder = os.path.join(folder, f"{number}-{FAULTS.index((call, error, often))}")
        # The first calls belong to the start, which may fail with a sentence; most rounds aim behind it.
        aims_at_start = number % 4 == 3
        self.nth = arguments.random.randrange(1, 40) if aims_at_start else arguments.random.randrange(60, 400)
        self.seed = arguments.seed + number
        self.where = f"{call} {error} at {self.nth}, {often}"
        self.acknowledged, self.injected, self.hits_journal, self.died, self.refused = set(), 0, False, False, 0

    def run(self):
        os.makedirs(self.folder)
        disk = Image(os.path.join(self.folder, "disk.img"), os.path.join(self.folder, "disk"), mebibytes=512)
        copy = Image(os.path.join(self.folder, "copy.img"), os.path.join(self.folder, "copy"))
        with contextlib.ExitStack() as cleanup:
            for image in (disk, copy):
                cleanup.callback(self.remove, image)
            disk.mount()
            self.fail(disk, cleanup)
            disk.copy(copy.path)
            disk.unmount()
            copy.mount()
            self.start_again(copy)

    @staticmethod
    def remove(image):
        image.unmount()
        with contextlib.suppress(FileNotFoundError):
            os.remove(image.path)

    def fail(self, disk, cleanup):
        gateway = Gateway(self.arguments.weir, self.folder, data=os.path.join(disk.folder, "data"))
        cleanup.callback(gateway.kill)
        trace = os.path.join(self.folder, "trace")
        when = {"once": f"{self.nth}", "from then on": f"{self.nth}+", "for a while": f"{self.nth}..{self.nth + 20}"}[self.often]
        # -y names the file of each call.
        strace = ("strace", "-f", "-y", "--seccomp-bpf", "-qq", "-o", trace, "-e", "trace=" + self.call,
                  "-e", f"inject={self.call}:error={self.error}:when={when}")
        started = False
        try:
            gateway.start(strace, within=60)
            started = True
        except Failure:
            # A start that meets the fault says so and ends.
            self.died = True
        if started:
            load = Load(self.arguments.hookload, gateway.url, os.path.join(self.folder, "acks"), seed=self.seed, seconds=3.0, connections=8)
            try:
                statuses = load.wait()
            finally:
                self.acknowledged = load.stop()
            self.refused = sum(count for status, count in statuses.items() if not status.startswith("2"))
        self.read(trace)
        if started:
            self.judge(gateway)
        gateway.kill()

    def read(self, trace):
        """Counts the faults and sees which files they hit; a call that another thread's interrupts is told in two lines."""
        begun = {}
        with open(trace, errors="replace") as file:
            for line in file:
                thread, _, call = line.partition(" ")
                if "<unfinished" in call:
                    begun[thread] = call
                if "(INJECTED)" in call:
                    self.injected += 1
                    whole = begun.get(thread, "") + call if "resumed>" in call else call
                    self.hits_journal = self.hits_journal or re.search(r"/journal/[^>]*\.segment>", whole) is not None

    def judge(self, gateway):
        """What the process does after the fault."""
        if self.call == "fdatasync" and self.hits_journal:
            deadline = time.monotonic() + 12
            while gateway.alive() and time.monotonic() < deadline:
                time.sleep(0.05)
            self.died = not gateway.alive()
            check(self.died, f"{self.where}: the journal's fdatasync failed and the process goes on: {gateway.last_words()}")
            return
        self.died = not gateway.alive()
        if self.call == "pwrite64" or self.often == "once":
            check(not self.died, f"{self.where}: the process did not survive: {gateway.last_words()}")
            accepts_again(gateway, self.acknowledged, self.where)

    def start_again(self, copy):
        gateway = Gateway(self.arguments.weir, self.folder, name="again", data=os.path.join(copy.folder, "data"))
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
