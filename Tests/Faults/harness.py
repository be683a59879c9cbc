"""What the fault tests share: a gateway to start and to kill, a sender, and the journal's word about what it keeps."""
import argparse
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SECRET = "faults-secret-faults-secret-faults"
# So many distinct findings that every event is the first word about one, and so makes a change of its own.
FINDINGS = 10**15


class Skip(Exception):
    """The machine lacks something; the reason is the message."""


class Failure(Exception):
    """A promise was not kept."""


def check(holds, message):
    if not holds:
        raise Failure(message)


def need(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise Skip("not installed: " + ", ".join(missing))


def need_root():
    if os.geteuid() != 0:
        raise Skip("needs root")


def main(description, run, rounds=5):
    """Parses --weir, --hookload, --rounds and --seed, and runs; exit code 77 says that the test was skipped."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--hookload", required=True)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    arguments = parser.parse_args()
    arguments.weir, arguments.hookload = os.path.abspath(arguments.weir), os.path.abspath(arguments.hookload)
    arguments.random = random.Random(arguments.seed)
    name = os.path.basename(sys.argv[0])
    try:
        with tempfile.TemporaryDirectory(prefix="weir-faults-") as folder:
            summary = run(arguments, folder)
        print(f"ok       {name}: {summary}", flush=True)
    except Skip as reason:
        print(f"skipped  {name}: {reason}", flush=True)
        sys.exit(77)
    except Failure as failure:
        print(f"FAILED   {name} (--seed {arguments.seed}): {failure}", flush=True)
        sys.exit(1)


class Gateway:
    """A gateway over a data directory, with one HostedScan source and a file sink."""

    def __init__(self, weir, folder, name="weir", data=None, reserve="1MiB", log=None):
        self.weir = weir
        self.folder = folder
        self.data = data or os.path.join(folder, "data")
        self.config = os.path.join(folder, name + ".yaml")
        self.archive = os.path.join(self.data, "changes.ndjson")
        self.log = log or os.path.join(folder, name + ".log")
        self.process = None
        self.pid = None
        self.url = None
        with open(self.config, "w") as file:
            file.write(f"""public-url: http://127.0.0.1:8080
listen: {{ ingest: "127.0.0.1:0" }}
data: {self.data}
disk-reserve: {reserve}
sources:
  hostedscan: {{ adapter: hostedscan, secrets: [ "env:FAULTS_SECRET" ], rate: 1000000/s, burst: 10000000, bytes-per-day: 1TiB }}
sinks:
  archive: {{ type: file, path: {self.archive}, from: beginning }}
routes:
  - {{ to: [ archive ] }}
""")

    def start(self, wrapper=(), within=30.0):
        """Starts it, with `wrapper` in front of the command; returns after `ready`, with the seconds that it took."""
        began = time.monotonic()
        self.url = None
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [*wrapper, self.weir, "serve", "--config", self.config], stdout=subprocess.PIPE, stderr=log, env={**os.environ, "FAULTS_SECRET": SECRET})
        log.close()
        lines = []
        ready = threading.Event()

        def read():
            for line in self.process.stdout:
                lines.append(line.decode(errors="replace"))
                found = re.match(r"ready\b.*?(https?://\S+)", lines[-1])
                if found and not self.url:
                    self.url = found.group(1).rstrip("/") + "/in/hostedscan"
                    ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        ready.wait(within)
        if not self.url:
            self.kill()
            raise Failure("the gateway did not start: " + self.last_words())
        # Under a wrapper the gateway is its child.
        self.pid = self.process.pid
        if wrapper and os.path.basename(wrapper[0]) == "strace":
            with open(f"/proc/{self.pid}/task/{self.pid}/children") as file:
                self.pid = int(file.read().split()[0])
        return time.monotonic() - began

    def last_words(self):
        with contextlib.suppress(FileNotFoundError):
            with open(self.log, errors="replace") as file:
                return " | ".join(file.read().splitlines()[-3:])
        return ""

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """kill -9."""
        if self.process is None:
            return
        for pid in {self.pid, None if self.pid and self.pid != self.process.pid else self.process.pid} - {None}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def stop(self, within=10.0):
        """SIGTERM, and the exit code; the gateway has 10 s to end."""
        os.kill(self.pid, signal.SIGTERM)
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"the gateway did not stop within {within:.0f} s") from None
        self.process = None
        return code

    def command(self, *words):
        return subprocess.run([self.weir, *words, "--config", self.config], capture_output=True, text=True, env={**os.environ, "FAULTS_SECRET": SECRET})

    def export(self, first=1):
        """What the journal keeps: the vendor's event id of each receipt from number `first` on."""
        result = self.command("journal", "export", "--from", str(first))
        kept = {}
        for line in result.stdout.splitlines():
            receipt = json.loads(line)
            if "body" in receipt:
                kept[int(receipt["receipt"])] = json.loads(receipt["body"])["id"]
        if result.returncode != 0 and not kept:
            return {}
        return kept

    def verify(self):
        result = self.command("journal", "verify")
        return result.returncode, result.stdout + result.stderr


class Archive:
    """The file sink's lines, read as they come."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.receipts = set()

    def read(self):
        if not os.path.exists(self.path):
            return self.receipts
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self.offset += len(line)
                change = json.loads(line)
                raw = change["data"].get("raw")
                if raw:
                    self.receipts.add(int(raw["receipt"]))
        return self.receipts

    def wait_for(self, receipts, within):
        """Waits until a change of each of `receipts` is there; returns those that are not."""
        deadline = time.monotonic() + within
        while True:
            missing = receipts - self.read()
            if not missing or time.monotonic() > deadline:
                return missing
            time.sleep(0.05)


class Load:
    """hookload in the background; it notes each event that was answered 2xx."""

    def __init__(self, hookload, url, acks, seed, seconds=30.0, connections=16, rate=0, pad=None, count=0):
        self.acks = acks
        command = [hookload, "--vendor", "hostedscan", "--secret", SECRET, "--url", url, "-c", str(connections), "-d", str(seconds),
                   "--seed", str(seed), "--findings", str(FINDINGS), "--acks", acks]
        if rate:
            command += ["-r", str(rate)]
        if count:
            command += ["-n", str(count)]
        if pad:
            command += ["--pad", str(pad)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def wait_for_acks(self, count, within=20.0):
        deadline = time.monotonic() + within
        while len(read_acks(self.acks)) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                return False
            time.sleep(0.005)
        return True

    def stop(self):
        """Ends it; returns the ids that were answered 2xx."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        return read_acks(self.acks)

    def wait(self):
        """Waits for its end; returns how often each status was answered. A closed connection may end it without a word."""
        out, _ = self.process.communicate()
        return json.loads(out)["statuses"] if out else {}


def read_acks(path):
    if not os.path.exists(path):
        return set()
    with open(path) as file:
        return {line.rstrip("\n") for line in file if line.endswith("\n")}


def send(url, event, ahead=0):
    """Sends one signed event, by a clock that is `ahead` seconds; returns the status, or nothing when there was no answer."""
    body = json.dumps({
        "id": event, "event_created_at": "2026-03-02T10:00:00.000Z", "type": "risk.created",
        "data": {"id": "r" + hashlib.sha256(event.encode()).hexdigest()[:23], "target_id": "t1", "target": "host.example.com", "tags": [],
                 "status": "OPEN", "is_accepted": False, "first_detected_at": "2026-03-01T00:00:00.000Z", "last_detected_at": "2026-03-02T00:00:00.000Z",
                 "risk_definition": {"scan_type": "OPENVAS", "title": "Sent " + event, "threat_level": "HIGH", "cvss": "7.5"}}}).encode()
    stamp = str(int((time.time() + ahead) * 1000))
    mac = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    found = re.match(r"http://([^/]+)(/.*)", url)
    connection = http.client.HTTPConnection(found.group(1), timeout=6)
    try:
        connection.request("POST", found.group(2), body, {"Content-Type": "application/json", "X-HOSTEDSCAN-SIGNATURE": mac, "X-HOSTEDSCAN-TIMESTAMP": stamp})
        return connection.getresponse().status
    except OSError:
        return None
    except http.client.HTTPException:
        return None
    finally:
        connection.close()


class Image:
    """A file with an ext4 file system in it, mounted through a loop device."""

    def __init__(self, path, folder, mebibytes=None):
        need("mkfs.ext4", "losetup", "mount", "umount")
        need_root()
        self.path, self.folder, self.device, self.mounted = path, folder, None, False
        os.makedirs(folder, exist_ok=True)
        if mebibytes:
            with open(path, "wb") as file:
                file.truncate(mebibytes << 20)
            self._run("mkfs.ext4", "-q", "-F", path)

    def mount(self):
        result = subprocess.run(["losetup", "--find", "--show", self.path], capture_output=True, text=True)
        if result.returncode != 0:
            raise Skip("no loop device: " + result.stderr.strip())
        self.device = result.stdout.strip()
        # A long commit interval: nothing reaches the image by itself while a round lasts.
        result = subprocess.run(["mount", "-o", "commit=600", self.device, self.folder], capture_output=True, text=True)
        if result.returncode != 0:
            self.unmount()
            raise Skip("cannot mount: " + result.stderr.strip())
        self.mounted = True

    def unmount(self):
        if self.mounted:
            for _ in range(50):
                if subprocess.run(["umount", self.folder], capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)
            self.mounted = False
        if self.device:
            subprocess.run(["losetup", "--detach", self.device], capture_output=True)
            self.device = None

    def copy(self, path):
        """What the disk would hold after a power cut now: everything that was handed to it, nothing of what only the kernel's memory holds."""
        self._run("cp", "--sparse=always", self.path, path)

    @staticmethod
    def _run(*command):
        result = subprocess.run(command, capture_output=True, text=True)
        check(result.returncode == 0, f"{command[0]}: {result.stderr.strip()}")
