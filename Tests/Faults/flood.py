#!/usr/bin/env python3
"""100 connections that each announce or stream 10 GB: the gateway's memory grows by at most 80 MiB, and senders of small bodies are answered.

Half of the connections announce the length, half send it in chunks; half are authentic as far as their head can tell, half send one byte a time
or nothing at all behind it. Those that are refused dial again.
"""
import hashlib
import hmac
import os
import selectors
import socket
import time

from harness import SECRET, Gateway, check, main, send

CONNECTIONS = 100
SECONDS = 10.0
GROWTH_MAX = 80 << 20
# A small sender that waits longer than this was not answered.
ANSWER_SECONDS = 5.0


def run(arguments, folder):
    gateway = Gateway(arguments.weir, folder)
    try:
        gateway.start()
        for number in range(200):
            check(send(gateway.url, f"before-{number}") == 200, "a small event was not accepted before the flood")
        before = resident(gateway.pid)
        flood = Flood(gateway.url)
        end = time.monotonic() + SECONDS
        answered, slowest, peak, number = 0, 0.0, before, 0
        while time.monotonic() < end:
            flood.turn(0.05)
            began = time.monotonic()
            status = send(gateway.url, f"small-{number}")
            took = time.monotonic() - began
            check(status == 200 and took < ANSWER_SECONDS, f"a small event was answered {status} after {took:.1f} s: {gateway.last_words()}")
            number, answered, slowest, peak = number + 1, answered + 1, max(slowest, took), max(peak, resident(gateway.pid))
        check(answered >= 20, f"only {answered} small events were sent")
        check(flood.sent > 100 << 20, f"only {flood.sent >> 20} MiB were streamed")
        growth = peak - before
        check(growth <= GROWTH_MAX, f"memory grew by {growth >> 20} MiB")
        flood.close()
        check(gateway.stop() == 0, "SIGTERM did not end in exit code 0: " + gateway.last_words())
        code, text = gateway.verify()
        check(code == 0, "verify: " + text)
    finally:
        gateway.kill()
    return (f"{CONNECTIONS} connections, {flood.dialled} dialled, {flood.sent >> 20} MiB streamed: memory grew by {growth >> 20} MiB, "
            f"{answered} small events answered, the slowest after {slowest * 1000:.0f} ms")


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


class Flood:
    """Connections without manners, as many bytes as their sockets take."""

    def __init__(self, url):
        address, self.path = url.removeprefix("http://").split("/", 1)
        host, port = address.rsplit(":", 1)
        self.address, self.sent, self.dialled = (host, int(port)), 0, 0
        self.selector = selectors.DefaultSelector()
        self.piece = b" " * 65_536
        for kind in range(CONNECTIONS):
            self.dial(kind)

    def dial(self, kind):
        client = socket.socket()
        client.settimeout(5)
        try:
            client.connect(self.address)
            client.sendall(self.head(kind))
        except OSError:
            pass
        client.setblocking(False)
        self.dialled += 1
        self.selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE, kind)

    def head(self, kind):
        stamp = str(int(time.time() * 1000))
        mac = hmac.new(SECRET.encode(), stamp.encode() + b".{}", hashlib.sha256).hexdigest()
        length = "Content-Length: 10000000000" if kind % 2 else "Transfer-Encoding: chunked"
        begin = "" if kind % 2 else "2540be400\r\n"
        credential = f"X-HOSTEDSCAN-SIGNATURE: {mac}\r\nX-HOSTEDSCAN-TIMESTAMP: {stamp}\r\n" if kind % 4 < 2 else ""
        return f"POST /{self.path} HTTP/1.1\r\nHost: a\r\n{credential}{length}\r\n\r\n{begin}".encode()

    def turn(self, seconds):
        """Sends and reads what goes, for a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for key, events in self.selector.select(0.01):
                if not self.go_on(key.fileobj, key.data, events):
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()
                    self.dial(key.data)

    def go_on(self, client, kind, events):
        try:
            if events & selectors.EVENT_READ and not client.recv(65_536):
                return False
            if events & selectors.EVENT_WRITE:
                self.sent += client.send(self.piece[:1] if kind % 8 == 7 else self.piece)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


if __name__ == "__main__":
    main(__doc__, run, rounds=1)
