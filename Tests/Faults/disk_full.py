#!/usr/bin/env python3
"""A disk that fills up under load: 503, nothing acknowledged is lost, and accepted again within 10 s after space returns, by the same process.

Half of the rounds keep a disk reserve, which is reached first; the other half have none, so that writes fail with ENOSPC.
"""
import os
import subprocess
import time

from harness import Gateway, Load, Skip, check, main, need_root, send


def run(arguments, folder):
    need_root()
    total = 0
    slowest = 0.0
    for number in range(arguments.rounds):
        disk = os.path.join(folder, "disk")
        os.makedirs(disk, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", disk], capture_output=True).returncode != 0:
            raise Skip("cannot mount a tmpfs")
        try:
            count, took = fill(arguments, folder, disk, number)
            total, slowest = total + count, max(slowest, took)
        finally:
            for _ in range(50):
                if subprocess.run(["umount", disk], capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)
    return f"{arguments.rounds} full disks, {total} acknowledged, all kept; accepted again at the latest {slowest:.1f} s after space returned"


def fill(arguments, folder, disk, number):
    reserve = "32MiB" if number % 2 == 0 else "1KiB"
    gateway = Gateway(arguments.weir, folder, name=f"round-{number}", data=os.path.join(disk, "data"), reserve=reserve)
    ballast = os.path.join(disk, "ballast")
    load = None
    try:
        gateway.start()
        pid = gateway.pid
        load = Load(arguments.hookload, gateway.url, os.path.join(folder, f"acks-{number}"), seed=arguments.seed + number, seconds=60, rate=2000)
        check(load.wait_for_acks(1), "nothing was accepted: " + gateway.last_words())
        time.sleep(arguments.random.uniform(0.2, 1.0))
        take(disk, ballast, leave=arguments.random.randrange(0, 256) << 10)
        refused(gateway, disk, ballast, number)
        time.sleep(arguments.random.uniform(0.2, 1.0))
        os.remove(ballast)
        took = accepted(gateway, number)
        acknowledged = load.stop()
        check(gateway.alive() and gateway.pid == pid, f"round {number}: the process did not survive")
        acknowledged.add(f"again-{number}")
        lost = acknowledged - set(gateway.export().values())
        check(not lost, f"round {number}: {len(lost)} of {len(acknowledged)} acknowledged events are not kept")
        check(gateway.stop() == 0, f"round {number}: it did not stop cleanly")
        code, text = gateway.verify()
        check(code == 0, f"round {number}: verify: {text}")
        return len(acknowledged), took
    finally:
        if load:
            load.stop()
        gateway.kill()


def take(disk, ballast, leave):
    """Fills the disk up to `leave` bytes."""
    with open(ballast, "ab") as file:
        while True:
            status = os.statvfs(disk)
            free = status.f_bavail * status.f_frsize - leave
            if free <= 0:
                return
            try:
                file.write(b"\xa5" * min(free, 1 << 20))
                file.flush()
            except OSError:
                return


def refused(gateway, disk, ballast, number):
    """Sends until it is answered 503, while whatever room turns up is taken again."""
    deadline = time.monotonic() + 30
    attempt = 0
    while True:
        status = send(gateway.url, f"full-{number}-{attempt}")
        attempt += 1
        if status == 503:
            return
        check(status == 200, f"round {number}: a full disk was answered with {status}: {gateway.last_words()}")
        check(time.monotonic() < deadline, f"round {number}: a full disk was never answered with 503")
        take(disk, ballast, leave=0)


def accepted(gateway, number):
    began = time.monotonic()
    while send(gateway.url, f"again-{number}") != 200:
        check(time.monotonic() - began < 10, f"round {number}: not accepted within 10 s after space returned: {gateway.last_words()}")
        time.sleep(0.05)
    return time.monotonic() - began


if __name__ == "__main__":
    main(__doc__, run)
