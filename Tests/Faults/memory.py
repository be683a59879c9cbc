"""Memory that authentic senders can take: one event of many findings, large texts, and reloads, each in a memory cgroup where this machine has them.

What is asked: the process is never killed, no honest receipt is left out, every change is delivered, and the memory is given back."""
import contextlib
import json
import os
import re
import signal
import time
import urllib.request

from harness import Failure, Gateway, Load, check, hmac, hashlib, main, SECRET, subprocess

CGROUPS = "/sys/fs/cgroup/memory"
MIB = 1 << 20


class Cage:
    """A memory cgroup of `mib`; without one, the resident size is looked at instead."""

    def __init__(self, mib):
        self.limit = mib * MIB
        self.path = os.path.join(CGROUPS, f"weir-faults-{os.getpid()}-{mib}")
        self.is_real = False
        with contextlib.suppress(OSError):
            os.mkdir(self.path)
            with open(os.path.join(self.path, "memory.limit_in_bytes"), "w") as file:
                file.write(str(self.limit))
            self.is_real = True

    def wrapper(self):
        return ["/bin/sh", "-c", f'echo $$ > {self.path}/cgroup.procs && exec "$@"', "sh"] if self.is_real else []

    def close(self):
        with contextlib.suppress(OSError):
            os.rmdir(self.path)


def resident(pid, what="VmRSS"):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what + ":")) >> 10


def settled(pid, below, within=15.0):
    """The resident MiB once they are `below`, or at last."""
    deadline = time.monotonic() + within
    while True:
        now = resident(pid)
        if now <= below or time.monotonic() > deadline:
            return now
        time.sleep(0.2)


class Scanner:
    """Sends authentic ReConfirm and HostedScan events."""

    def __init__(self, gateway):
        self.base = gateway.url.rsplit("/in/", 1)[0]

    def post(self, path, body, headers):
        request = urllib.request.Request(self.base + path, body, {"Content-Type": "application/json", **headers}, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status

    def reconfirm(self, scan, findings, text=100):
        details = [{"host": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", "port": 443, "threat": f"Weak cipher {scan} {n}", "severity": "high",
                    "description": "d" * text} for n in range(findings)]
        body = {"scanId": scan, "status": "completed", "results": {"threatsFound": findings, "details": details}, "timestamp": "2026-01-01T00:00:00Z"}
        return self.post("/in/reconfirm", json.dumps(body).encode(), {"Authorization": "Bearer " + SECRET})

    def hostedscan(self, number, text):
        stamp = str(int(time.time() * 1000))
        data = {"id": f"risk{number}", "target_id": "t", "target": "https://shop.example.test", "status": "OPEN", "is_accepted": False,
                "risk_definition": {"title": "Large", "threat_level": "HIGH", "description": "d" * text, "solution": "s"}}
        body = json.dumps({"id": f"ev{number}", "type": "risk.created", "event_created_at": "2026-01-01T00:00:00.000Z", "data": data}).encode()
        code = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        return self.post("/in/hostedscan", body, {"X-HOSTEDSCAN-TIMESTAMP": stamp, "X-HOSTEDSCAN-SIGNATURE": code})


def gateway(arguments, folder, name, extra=""):
    made = Gateway(arguments.weir, folder, name=name, data=os.path.join(folder, name))
    with open(made.config) as file:
        text = file.read()
    sources = '  reconfirm: { adapter: reconfirm, secrets: [ "env:FAULTS_SECRET" ], body-max: 16MiB }\n' + extra
    with open(made.config, "w") as file:
        file.write(text.replace("sinks:\n", sources + "sinks:\n"))
    return made


def delivered(made, count, within):
    deadline = time.monotonic() + within
    lines = 0
    while time.monotonic() < deadline:
        check(made.alive(), f"the process ended: {made.last_words()}")
        if os.path.exists(made.archive):
            with open(made.archive, "rb") as file:
                lines = sum(block.count(b"\n") for block in iter(lambda: file.read(MIB), b""))
        if lines >= count:
            return lines
        time.sleep(0.2)
    raise Failure(f"{lines} of {count} changes were delivered within {within:.0f} s: {made.last_words()}")


def scenario(arguments, folder, name, cage_mib, work, peak_mib, kept_mib):
    """Runs `work` in a cage, and looks at the peak and at what is kept beyond what it took before."""
    cage = Cage(cage_mib)
    made = gateway(arguments, folder, re.sub(r"\W+", "-", name))
    try:
        made.start(cage.wrapper())
        scanner = Scanner(made)
        scanner.reconfirm("warm", 10)
        delivered(made, 10, 20)
        before = resident(made.pid)
        work(made, scanner)
        check(made.alive(), f"{name}: the process ended: {made.last_words()}")
        peak, after = resident(made.pid, "VmHWM"), settled(made.pid, before + kept_mib)
        check(peak <= peak_mib, f"{name}: {peak} MiB at most, {peak_mib} allowed")
        check(after <= before + kept_mib, f"{name}: {before} MiB before, {after} MiB kept afterwards")
        return f"{name} {before} → {peak} → {after} MiB"
    finally:
        made.kill()
        cage.close()


def many(count):
    def work(made, scanner):
        check(scanner.reconfirm("many", count) == 200, "the event was refused")
        delivered(made, 10 + count, 120)
        quarantined = made.command("events", "--json").stdout.count('"quarantined"')
        check(quarantined == 0, f"{quarantined} honest receipts were left out")
    return work


def erased(count):
    """The event of many findings is erased again."""
    def work(made, scanner):
        many(count)(made, scanner)
        newest = json.loads(made.command("events", "--json").stdout.splitlines()[0])
        outcome = made.command("journal", "erase", newest["receipt"], "--reason", "a test")
        check(outcome.returncode == 0, f"the erasure failed: {outcome.stderr}")
        check(made.command("findings", "--text", "Weak cipher many", "--json").stdout == "", "words are left")
    return work


def texts(count, size):
    def work(made, scanner):
        for number in range(count):
            check(scanner.hostedscan(number, size) == 200, "the event was refused")
        delivered(made, 10 + count, 2.0 * count)
    return work


def reloads(hookload, count):
    """SIGHUPs beside 2,000 events a second, with 1,000 sources, whose accounts change each time, and 50 sinks."""
    def work(made, scanner):
        with open(made.config) as file:
            text = file.read()
        sinks = "".join(f"  extra{n}: {{ type: file, path: {made.data}/extra{n}.ndjson }}\n" for n in range(50))
        routes = "  - { to: [ " + ", ".join(f"extra{n}" for n in range(50)) + " ], when: { min-severity: critical, type: [ \"scan.*\" ] } }\n"
        text = text.replace("routes:\n", sinks + "routes:\n") + routes
        load = Load(hookload, made.url, made.config + ".acks", 1, seconds=600.0, rate=2000)
        try:
            for number in range(count):
                more = "".join(f'  extra{n}: {{ adapter: probely, secrets: [ "env:FAULTS_SECRET" ], account: "a{n}-{number % 2}" }}\n' for n in range(1000))
                with open(made.config, "w") as file:
                    file.write(text.replace("sinks:\n", more + "sinks:\n", 1))
                seen = open(made.log).read().count("gateway: reloaded")
                os.kill(made.pid, signal.SIGHUP)
                deadline = time.monotonic() + 30
                while open(made.log).read().count("gateway: reloaded") <= seen:
                    check(time.monotonic() < deadline and made.alive(), f"no reload within 30 s: {made.last_words()[:300]}")
                    time.sleep(0.02)
                check(scanner.reconfirm(f"reload{number}", 1) == 200, "the event was refused")
                if number == count // 5:
                    early = resident(made.pid)
            check(resident(made.pid) <= early + 48, f"{resident(made.pid)} MiB after {count} reloads, {early} after {count // 5}")
        finally:
            check(load.stop(), "nothing was accepted beside the reloads")
    return work


def run(arguments, folder):
    count, large = (12, 100) if arguments.rounds < 10 else (60, 300)
    scenarios = [
        ("10,000 findings in 128 MiB", 128, many(10_000), 128, 72),
        ("10,000 findings erased in 128 MiB", 128, erased(10_000), 128, 80),
        ("20,000 findings", 512, many(20_000), 200, 80),
        (f"{large} findings of 3.9 MiB", 512, texts(large, 3_900_000), 200, 64),
        (f"{count} reloads of 1,000 sources", 512, reloads(arguments.hookload, count), 300, 160),
    ]
    words, failures = [], []
    for one in scenarios:
        try:
            words.append(scenario(arguments, folder, *one))
        except Failure as failure:
            failures.append(str(failure))
    check(not failures, "; ".join(failures) + " | right: " + "; ".join(words))
    return "; ".join(words)


if __name__ == "__main__":
    main(__doc__, run)
