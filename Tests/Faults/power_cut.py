#!/usr/bin/env python3
"""Power cuts: ext4 on a loop image, kill -9 under load, a copy of the image at once, and the copy mounted.

What was not synced is in the kernel's memory only and so not in the copy. Nothing that was answered 2xx may be missing there. The same
under eatmydata, where fsync does nothing, must lose some: otherwise the test could not see a loss.
"""
import contextlib
import os
import time

from harness import Archive, Gateway, Image, Load, check, main, need, need_root


def run(arguments, folder):
    need("eatmydata")
    need_root()
    kept = 0
    for number in range(arguments.rounds):
        lost, acknowledged = cut(arguments, folder, number, wrapper=())
        check(not lost, f"round {number}: {len(lost)} of {len(acknowledged)} acknowledged events are lost")
        kept += len(acknowledged)
    lost, acknowledged = cut(arguments, folder, arguments.rounds, wrapper=("eatmydata",))
    check(lost, f"under eatmydata none of {len(acknowledged)} events was lost: this test sees nothing")
    return f"{arguments.rounds} power cuts, {kept} acknowledged, none lost; under eatmydata {len(lost)} of {len(acknowledged)} lost"


def cut(arguments, folder, number, wrapper):
    """One power cut; returns the acknowledged events that are not in the copy, and all acknowledged ones."""
    original = Image(os.path.join(folder, "disk.img"), os.path.join(folder, "disk"), mebibytes=512)
    copy = Image(os.path.join(folder, "copy.img"), os.path.join(folder, "copy"))
    gateway = Gateway(arguments.weir, folder, data=os.path.join(original.folder, "data"))
    after = Gateway(arguments.weir, folder, name="after", data=os.path.join(copy.folder, "data"))
    with contextlib.ExitStack() as cleanup:
        # Undone in the opposite order, whatever fails.
        for undo in (original.unmount, copy.unmount, gateway.kill, after.kill):
            cleanup.callback(undo)
        original.mount()
        gateway.start(wrapper)
        load = Load(arguments.hookload, gateway.url, os.path.join(folder, f"acks-{number}"), seed=arguments.seed + number)
        cleanup.callback(load.stop)
        check(load.wait_for_acks(1), "nothing was accepted: " + gateway.last_words())
        time.sleep(arguments.random.uniform(0.05, 2.0))
        gateway.kill()
        original.copy(copy.path)
        acknowledged = load.stop()
        original.unmount()
        copy.mount()
        kept = after.export()
        lost = acknowledged - set(kept.values())
        if not lost and not wrapper:
            carry_on(after, kept, acknowledged, number)
        return lost, acknowledged


def carry_on(gateway, kept, acknowledged, number):
    """The gateway starts on what is left, and everything becomes records and reaches the sink."""
    gateway.start()
    numbers = {event: receipt for receipt, event in kept.items()}
    missing = Archive(gateway.archive).wait_for({numbers[event] for event in acknowledged}, within=60 + len(kept) / 1000)
    check(not missing, f"round {number}: {len(missing)} receipts did not reach the sink after the power cut")
    code = gateway.stop()
    check(code == 0, f"round {number}: SIGTERM ended in exit code {code}")
    code, text = gateway.verify()
    check(code == 0, f"round {number}: verify: {text}")


if __name__ == "__main__":
    main(__doc__, run)
