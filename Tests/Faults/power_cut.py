#!/usr/bin/env python3
"""Power cuts: ext4 on a loop image, kill -9 under load, a copy of the image at once, and the copy mounted.

What was not synced is in the kernel's memory only and so not in the copy. Nothing that was answered 2xx may be missing there. The copy is the
disk of the next round, so that what was recovered once is cut off again. Every second round sends large bodies, so that cuts also meet the
change from one segment to the next. The same under eatmydata, where fsync does nothing, must lose some: otherwise the test could not see a loss.
"""
import contextlib
import os
import time

from harness import Archive, Gateway, Image, Load, check, main, need, need_root

# A round with fewer acknowledged events would prove little.
ACKNOWLEDGED_MIN = 50
# So many rounds share one disk before it is made anew.
ROUNDS_OF_A_DISK = 4
# A round with large bodies: bytes of padding in an event, and events a second; a segment of 64 MiB is full within two seconds.
LARGE = {"pad": 40_000, "rate": 1200}


class Disk:
    """A file system image, and everything that was acknowledged while it was the gateway's disk."""

    def __init__(self, folder, name, mebibytes=None):
        self.image = Image(os.path.join(folder, name + ".img"), os.path.join(folder, name), mebibytes)
        self.acknowledged = set()
        # How many segments the journal on it has.
        self.segments = 1

    def remove(self):
        self.image.unmount()
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.image.path)


def run(arguments, folder):
    need("eatmydata")
    need_root()
    kept, fewest, changes = 0, None, 0
    disk = None
    try:
        for number in range(arguments.rounds):
            if disk is None or number % ROUNDS_OF_A_DISK == 0:
                if disk:
                    disk.remove()
                disk = Disk(folder, f"disk-{number}", mebibytes=2048)
            before = len(disk.acknowledged)
            disk, lost = cut(arguments, folder, disk, number)
            check(not lost, f"round {number}: {len(lost)} of {len(disk.acknowledged)} acknowledged events are lost")
            before_segments = disk.segments
            carry_on(arguments, folder, disk, number)
            changes += disk.segments - before_segments
            count = len(disk.acknowledged) - before
            kept, fewest = kept + count, count if fewest is None else min(fewest, count)
        disk.remove()
        disk = Disk(folder, "control", mebibytes=2048)
        disk, lost = cut(arguments, folder, disk, arguments.rounds, wrapper=("eatmydata",))
        check(lost, f"under eatmydata none of {len(disk.acknowledged)} events was lost: this test sees nothing")
    finally:
        if disk:
            disk.remove()
    return (f"{arguments.rounds} power cuts, {kept} acknowledged, at least {fewest} in each, none lost; {changes} changes of segment; "
            f"under eatmydata {len(lost)} of {len(disk.acknowledged)} lost")


def cut(arguments, folder, disk, number, wrapper=()):
    """One power cut; returns the disk as it is afterwards, and the acknowledged events that are not on it."""
    after = Disk(folder, f"after-{number}")
    after.acknowledged, after.segments = set(disk.acknowledged), disk.segments
    gateway = Gateway(arguments.weir, folder, data=os.path.join(disk.image.folder, "data"))
    with contextlib.ExitStack() as cleanup:
        # Undone in the opposite order, whatever fails.
        cleanup.callback(disk.remove)
        cleanup.callback(gateway.kill)
        disk.image.mount()
        gateway.start(wrapper)
        load = Load(
            arguments.hookload, gateway.url, os.path.join(folder, f"acks-{number}"), seed=arguments.seed + number, **(LARGE if number % 2 else {}))
        cleanup.callback(load.stop)
        check(load.wait_for_acks(ACKNOWLEDGED_MIN), "too little was accepted: " + gateway.last_words())
        time.sleep(arguments.random.uniform(0.05, 2.0))
        gateway.kill()
        disk.image.copy(after.image.path)
        after.acknowledged |= load.stop()
    after.image.mount()
    try:
        kept = Gateway(arguments.weir, folder, data=os.path.join(after.image.folder, "data")).export()
    finally:
        after.image.unmount()
    return after, after.acknowledged - set(kept.values())


def carry_on(arguments, folder, disk, number):
    """The gateway starts on what is left, and everything becomes records and reaches the sink."""
    gateway = Gateway(arguments.weir, folder, name="after", data=os.path.join(disk.image.folder, "data"))
    disk.image.mount()
    try:
        gateway.start()
        kept = gateway.export()
        numbers = {event: receipt for receipt, event in kept.items()}
        check(len(numbers) == len(kept), f"round {number}: an event was kept twice")
        missing = Archive(gateway.archive).wait_for({numbers[event] for event in disk.acknowledged}, within=60 + len(kept) / 500)
        check(not missing, f"round {number}: {len(missing)} receipts did not reach the sink after the power cut")
        code = gateway.stop()
        check(code == 0, f"round {number}: SIGTERM ended in exit code {code}")
        code, text = gateway.verify()
        check(code == 0, f"round {number}: verify: {text}")
        disk.segments = len([name for name in os.listdir(os.path.join(gateway.data, "journal")) if name.endswith(".segment")])
    finally:
        gateway.kill()
        disk.image.unmount()


if __name__ == "__main__":
    main(__doc__, run)
