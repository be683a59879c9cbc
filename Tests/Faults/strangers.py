#!/usr/bin/env python3
"""What strangers and large events may take: each attack for a while on a gateway in 512 MiB, and on one with 1,024 descriptors, beside good senders.

Nothing is killed, none of the good senders' events is refused, operators and commands are answered, and the good senders' p99 is at most 1.5 times
of what it is without the attack. Attackers use the same processors here, which is no doing of the gateway's: without means that they attack a bystander,
another process that takes connections, reads nothing and closes the oldest, which costs less than any answer; what it costs to be attacked counts.
The good senders come once the attackers have been let in: who comes while thousands stand before the door waits for his turn in the system's queue.
Insiders use the same disk too: without means that they send their large events to another gateway beside this one.
Rounds with and without take turns, and the best with is held against the median without, since others use this machine too; below 10 ms its own noise
counts as nothing. With --rounds 5 and less there is one round of 2 s each, without a bystander, whose p99 is only shown: that takes more rounds and a
quiet machine. Else there are four of 6 s, and up to three times as many while they say no. WEIR_STRANGERS="S1 S6" runs only those.
"""
import collections
import contextlib
import json
import multiprocessing
import os
import resource
import selectors
import shutil
import socket
import statistics
import subprocess
import time

from harness import FINDINGS, SECRET, Failure, Gateway, check, main, need_root
from memory import Scanner

MEMORY = 512 << 20
DESCRIPTORS = 1024
TOKEN = "console-token-console-token"
# Below this a p99 says more about the machine than about the gateway.
NOISE_MS = 10.0
GOOD_RATE, GOOD_CONNECTIONS = 300, 8
# Addresses of this machine from which attackers come; good senders come from 127.0.0.1.
ADDRESSES = [f"127.0.1.{number}" for number in range(1, 21)]


class Cage:
    """A memory cgroup, of either version; without one the memory in RAM is read."""

    def __init__(self, limit):
        self.folder, self.limit = None, limit
        for base, name in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
            folder = os.path.join(base, f"weir-strangers-{os.getpid()}")
            with contextlib.suppress(OSError):
                os.mkdir(folder)
                try:
                    with open(os.path.join(folder, name), "w") as file:
                        file.write(str(limit))
                    self.folder = folder
                    return
                except OSError:
                    os.rmdir(folder)

    def words(self):
        return "a memory cgroup" if self.folder else "no cgroup is to be had: the memory in RAM"

    def wrapper(self, descriptors):
        enter = f"echo $$ > {self.folder}/cgroup.procs && " if self.folder else ""
        return ["sh", "-c", f'{enter}ulimit -n {descriptors} && exec "$@"', "sh"]

    def close(self):
        if self.folder:
            with contextlib.suppress(OSError):
                os.rmdir(self.folder)


class CagedGateway(Gateway):
    """With a console, and the limits of a source as they are by default."""

    def __init__(self, weir, folder):
        os.makedirs(folder)
        super().__init__(weir, folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.console = free.getsockname()[1]
        with open(self.config) as file:
            text = file.read()
        listen = f'listen: {{ ingest: "127.0.0.1:0", console: "127.0.0.1:{self.console}" }}'
        text = text.replace('listen: { ingest: "127.0.0.1:0" }', listen)
        text += f'operators:\n  ops: {{ token: "literal:{TOKEN}", role: operate }}\n'
        with open(self.config, "w") as file:
            file.write(text)

    @property
    def address(self):
        host, port = self.url.removeprefix("http://").split("/")[0].split(":")
        return host, int(port)


# MARK: attacks. Each says what to send on a new connection, and whether to go on; a process of its own keeps them up.

SIGNATURE = f"X-HOSTEDSCAN-SIGNATURE: {'0' * 64}\r\nX-HOSTEDSCAN-TIMESTAMP: %d\r\n"


def half_bodies(address, path):
    """S1: 64 KiB of a body, and nothing more."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\n{SIGNATURE % (time.time() * 1000)}Content-Length: 65536\r\n\r\n"
    return Attack(address, 9900, head.encode() + b" " * 65_000)


def unread_answers(address, path):
    """S2: requests without end, and no answer is read."""
    return Attack(address, 5000, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 2000, repeats=True)


def console(address, path):
    """S3: the operators' port, with half a head and without a token."""
    return Attack(address, 3000, b"POST /v1/dead HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + b" " * 30_000)


def idle_connections(address, path):
    """S6: every connection there is."""
    return Attack(address, 10_500, b"")


class Attack:
    """Connections that send `request`, read nothing, and are made again when they end."""

    def __init__(self, address, count, request, repeats=False):
        self.address, self.count, self.request, self.repeats = address, count, request, repeats
        self.selector = selectors.DefaultSelector()
        self.open = 0

    def run(self, established, stop):
        limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 20_000)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        self.count = min(self.count, limit - 100)
        number, began = 0, time.monotonic()
        while not stop.is_set():
            for _ in range(200):
                if self.open < self.count:
                    number += 1
                    self.dial(ADDRESSES[number % len(ADDRESSES)])
            for key, events in self.selector.select(0.01):
                self.go_on(key, events)
            if number >= self.count or time.monotonic() - began > 5:
                established.set()

    def dial(self, source):
        client = socket.socket()
        client.setblocking(False)
        # What a stranger has still to send lies in a machine of its own, and is not freed by whoever closes the connection.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        with contextlib.suppress(BlockingIOError):
            try:
                client.bind((source, 0))
                client.connect(self.address)
            except BlockingIOError:
                pass
            except OSError:
                client.close()
                return
        self.open += 1
        self.selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE, [self.request])

    def go_on(self, key, events):
        client, (rest,) = key.fileobj, key.data
        try:
            if events & selectors.EVENT_WRITE:
                rest = rest[client.send(rest):] if rest else rest
                if not rest and self.repeats:
                    rest = self.request
                key.data[0] = rest
                if not rest:
                    self.selector.modify(client, selectors.EVENT_READ, key.data)
            # A reset shows itself without a byte being taken; an end is seen behind what was not read.
            if events & selectors.EVENT_READ and (client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or not client.recv(1, socket.MSG_PEEK)):
                raise OSError
            if events & selectors.EVENT_READ and not self.repeats:
                client.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            self.selector.unregister(client)
            client.close()
            self.open -= 1


def large_events(gateway, number):
    """S4: an authentic sender whose findings have nearly 4 MiB of text."""
    # No event of another round comes again.
    Scanner(gateway).hostedscan(os.getpid() * 100_000 + number, 3_900_000)


def unread_lists(gateway, number):
    """S5: somebody who lists such findings, and four readers of lists who take no answer."""
    if number == 0:
        for _ in range(4):
            reader = socket.create_connection(("127.0.0.1", gateway.console), 5)
            request = f"GET /v1/findings?limit=1000 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
            # Answers that nobody reads end in the request not being taken.
            reader.settimeout(2)
            with contextlib.suppress(OSError):
                reader.sendall(request * 50)
            READERS.append(reader)
    check(gateway.command("findings", "--json", "--limit", "10000").returncode == 0, "the findings cannot be listed")


READERS = []


def attack_process(make, address, path, established, stop):
    # The processors are the gateway's and the good senders'; what attackers do to them is not what is measured here.
    os.nice(19)
    make(address, path).run(established, stop)


def insider_process(act, gateway, established, stop):
    os.nice(19)
    number = 0
    while not stop.is_set():
        act(gateway, number)
        number += 1
        established.set()


def bystander_process(number, listener):
    """Takes connections in, and closes the oldest of more than `number`."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    there = collections.deque()
    while True:
        there.append(listener.accept()[0])
        if len(there) > number:
            there.popleft().close()


class Bystander:
    """Somebody else to attack, with as many descriptors as the gateway has."""

    def __init__(self, descriptors):
        with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
            self.address = listener.getsockname()
            number = min(10_000, descriptors - 300)
            self.process = multiprocessing.Process(target=bystander_process, args=(number, listener), daemon=True)
            self.process.start()

    def close(self):
        self.process.kill()
        self.process.join()


STRANGERS = {"S1": half_bodies, "S2": unread_answers, "S3": console, "S6": idle_connections}
INSIDERS = {"S4": large_events, "S5": unread_lists}


# MARK: the judgement

def good_senders(arguments, gateway, seconds, seed):
    out = subprocess.run(
        [arguments.hookload, "--vendor", "hostedscan", "--secret", SECRET, "--url", gateway.url, "-c", str(GOOD_CONNECTIONS), "-d", str(seconds),
         "-r", str(GOOD_RATE), "--seed", str(seed), "--findings", str(FINDINGS)], capture_output=True, text=True, timeout=seconds + 60)
    check(out.stdout, f"the good senders came to no end: {out.stderr.strip()}")
    return json.loads(out.stdout)


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["VmHWM"].split()[0]) >> 10, int(fields["VmRSS"].split()[0]) >> 10


def console_answers(gateway):
    """Whether somebody with a token is answered on the operators' port, beside whoever is there without."""
    try:
        with socket.create_connection(("127.0.0.1", gateway.console), 5) as client:
            client.sendall(f"GET /v1/status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n".encode())
            return client.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def wait_at_the_door(port):
    """Until the system's queue of the listener at `port` is empty: its length is what stands in the place of unread bytes there (proc(5))."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with open("/proc/net/tcp") as file:
            sockets = [line.split() for line in file]
        if not any(words[3] == "0A" and int(words[1].split(":")[1], 16) == port and int(words[4].split(":")[1], 16) > 0 for words in sockets[1:]):
            return
        time.sleep(0.05)


class Assault:
    """An attack while the block lasts, on the gateway or on a bystander."""

    def __init__(self, gateway, name, bystander=None):
        self.stop, established = multiprocessing.Event(), multiprocessing.Event()
        if name in STRANGERS:
            address = bystander.address if bystander else ("127.0.0.1", gateway.console) if name == "S3" else gateway.address
            target, words = attack_process, (STRANGERS[name], address, "/in/hostedscan", established, self.stop)
        else:
            target, words = insider_process, (INSIDERS[name], gateway, established, self.stop)
        self.process = multiprocessing.Process(target=target, args=words, daemon=True)
        self.process.start()
        established.wait(30)
        if name in STRANGERS:
            wait_at_the_door(address[1])

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop.set()
        self.process.join(20)
        is_over = not self.process.is_alive()
        if not is_over:
            self.process.kill()
            self.process.join()
        check(kind or not is_over or self.process.exitcode == 0, "the other side of the attack did not get what it is due")


def beside(arguments, gateway, name, descriptors, seconds, seed, other):
    """What good senders say while strangers attack somebody else, or insiders send to another gateway."""
    if name in INSIDERS:
        with Assault(other, name):
            return good_senders(arguments, gateway, seconds, seed)
    bystander = Bystander(descriptors)
    try:
        with Assault(gateway, name, bystander):
            return good_senders(arguments, gateway, seconds, seed)
    finally:
        bystander.close()


def settle(gateway):
    """Waits until the connections of an attack that is over are closed: what that costs is no part of the time without an attack."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(os.listdir(f"/proc/{gateway.pid}/fd")) > 100:
        time.sleep(0.1)


def looks_well(gateway, name):
    check(gateway.alive(), f"{name}: the gateway is gone: {gateway.last_words()}")
    check(console_answers(gateway), f"{name}: an operator is not answered")
    check(gateway.command("sinks").returncode == 0, f"{name}: commands do not reach the gateway")


def waits(calm, harried):
    """The good senders' p99 without and with an attack on the gateway."""
    return statistics.median(answers["latency_ms"]["p99"] for answers in calm), min(answers["latency_ms"]["p99"] for answers in harried)


def is_even(calm, harried):
    before, after = waits(calm, harried)
    return after <= max(1.5 * before, NOISE_MS)


def one(arguments, folder, cage, name, descriptors, rounds, seconds, judges):
    gateways = [CagedGateway(arguments.weir, os.path.join(folder, role)) for role in ("attacked", "other")]
    gateway, other = gateways
    calm, harried = [], []
    try:
        gateway.start(wrapper=cage.wrapper(descriptors))
        alone = good_senders(arguments, gateway, seconds, arguments.seed - 1)["latency_ms"]["p99"] if judges else None
        if name in INSIDERS:
            if judges:
                other.start()
            for number in range(60):
                for taker in gateways if judges else [gateway]:
                    check(Scanner(taker).hostedscan(number, 3_900_000) == 200, f"{name}: a large event is refused")
        # More rounds where the machine's own noise may have been in the way.
        while len(calm) < rounds or judges and len(calm) < 3 * rounds and not is_even(calm, harried):
            number = len(calm)
            settle(gateway)
            if judges:
                calm.append(beside(arguments, gateway, name, descriptors, seconds, arguments.seed + 2 * number, other))
            else:
                calm.append(good_senders(arguments, gateway, seconds, arguments.seed + 2 * number))
            with Assault(gateway, name):
                harried.append(good_senders(arguments, gateway, seconds, arguments.seed + 2 * number + 1))
                looks_well(gateway, name)
        peak, _ = resident(gateway.pid)
        for answers in harried:
            check(set(answers["statuses"]) == {"200"} and answers["broken"] == 0,
                  f"{name}: good senders were answered {answers['statuses']}, {answers['broken']} broken")
        before, after = waits(calm, harried)
        words = f"p99 {before:.1f} → {after:.1f} ms" + (f" ({alone:.1f} while nobody attacks anybody)" if judges else "")
        check(not judges or is_even(calm, harried), f"{name}: {words}")
        check(peak << 20 <= MEMORY, f"{name}: {peak} MiB")
        check(gateway.stop() == 0, f"{name}: SIGTERM did not end in exit code 0: " + gateway.last_words())
        return f"{name} with {descriptors} descriptors: {words}, at most {peak} MiB"
    finally:
        for each in gateways:
            each.kill()
        shutil.rmtree(folder, ignore_errors=True)


def run(arguments, folder):
    need_root()
    rounds, seconds, judges = (1, 2, False) if arguments.rounds <= 5 else (4, 6, True)
    cage = Cage(MEMORY)
    results, failures = [], []
    try:
        for name in os.environ.get("WEIR_STRANGERS", "S1 S2 S3 S4 S5 S6").split():
            for descriptors in (20_000, DESCRIPTORS):
                if descriptors > resource.getrlimit(resource.RLIMIT_NOFILE)[1]:
                    continue
                try:
                    results.append(one(arguments, os.path.join(folder, f"{name}-{descriptors}"), cage, name, descriptors, rounds, seconds, judges))
                except Failure as failure:
                    failures.append(f"{failure} ({descriptors} descriptors)")
    finally:
        cage.close()
    check(not failures, "; ".join(failures) + (" | right: " + "; ".join(results) if results else ""))
    return f"{cage.words()}; " + "; ".join(results)


if __name__ == "__main__":
    main(__doc__, run, rounds=1)
