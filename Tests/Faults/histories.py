#!/usr/bin/env python3
"""Seeded histories of damage: files of data/ lost, cut, bit-flipped or put back from an older copy, one by one and all of them.

After each step the gateway starts and answers 2xx within 2 s. At the end no id of a change was ever given for two contents, nothing that was
acknowledged and not damaged is missing from the journal, from the records, or from a sink that keeps changes by id.
The control: were the tag the same at every opening, the same histories would have given one id to two changes.
12 histories, or with ten rounds of --rounds and more, six for each.
"""
import glob
import json
import os
import random
import shutil
import time

from harness import Gateway, check, main, send

STEPS = 5
PARTS = {"journal": ("journal",), "state.db": ("state.db",), "ledger.db": ("ledger.db",), "all": ("journal", "state.db", "ledger.db")}


class History:
    """One gateway and what is known of it."""

    def __init__(self, weir, folder, seed):
        self.random = random.Random(seed)
        self.folder = folder
        os.makedirs(folder)
        self.gateway = Gateway(weir, folder)
        # The sink's own store is elsewhere: nothing of it is lost or put back.
        self.archive = os.path.join(folder, "changes.ndjson")
        with open(self.gateway.config) as file:
            text = file.read().replace(self.gateway.archive, self.archive)
        with open(self.gateway.config, "w") as file:
            file.write(text)
        self.data = self.gateway.data
        self.sent = 0
        # Events that the journal has to keep, in their order.
        self.kept = []
        self.copies = []
        self.done = []

    def start(self):
        began = time.monotonic()
        self.gateway.start(within=10)
        event = self.send()
        took = time.monotonic() - began
        check(event is not None, f"no 2xx after {self.done}: {self.gateway.last_words()}")
        check(took < 2.0, f"the first 2xx came after {took:.1f} s, after {self.done}")

    def send(self):
        self.sent += 1
        event = f"e{self.sent}"
        if send(self.gateway.url, event) != 200:
            return None
        self.kept.append(event)
        return event

    def step(self):
        for _ in range(self.random.randrange(1, 6)):
            check(self.send() is not None, f"an event was refused after {self.done}: {self.gateway.last_words()}")
        if self.random.random() < 0.7:
            self.wait()
        if self.random.random() < 0.5:
            check(self.gateway.stop() == 0, f"it did not stop cleanly after {self.done}")
        else:
            self.gateway.kill()
        if self.random.random() < 0.5 or not self.copies:
            self.copy()
        for _ in range(self.random.randrange(1, 3)):
            self.damage()
        self.start()

    def copy(self):
        folder = os.path.join(self.folder, f"copy-{len(self.copies)}")
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns("weir.sock", "lock"))
        self.copies.append((folder, list(self.kept)))

    def damage(self):
        kind = self.random.choice(["lost", "cut", "flipped", "put back", "put back"])
        part = self.random.choice(list(PARTS))
        self.done.append(f"{part} {kind}")
        if kind == "put back":
            folder, kept = self.random.choice(self.copies)
            for name in PARTS[part]:
                self.remove(name)
                self.put_back(folder, name)
            if "journal" in PARTS[part]:
                self.kept = list(kept)
            return
        for name in PARTS[part]:
            if kind == "lost":
                self.remove(name)
                if name == "journal":
                    self.kept = []
            elif name == "journal":
                self.harm_journal(kind)
            else:
                self.harm(os.path.join(self.data, name), kind)

    def remove(self, name):
        path = os.path.join(self.data, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        else:
            for file in glob.glob(path + "*"):
                os.remove(file)

    def put_back(self, folder, name):
        if name == "journal":
            if os.path.isdir(os.path.join(folder, name)):
                shutil.copytree(os.path.join(folder, name), os.path.join(self.data, name))
            return
        for file in glob.glob(os.path.join(folder, name) + "*"):
            shutil.copy(file, self.data)

    def harm(self, path, kind):
        """Of a database only the first page is flipped: what else a bit turns in a file without checksums, nobody can tell."""
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            return
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            if kind == "cut":
                file.truncate(self.random.randrange(size))
                return
            place = self.random.randrange(100)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << self.random.randrange(8)]))

    def harm_journal(self, kind):
        """Each event stands in a batch of its own, so a bit costs at most one, and a cut what stands behind it."""
        segments = sorted(glob.glob(os.path.join(self.data, "journal", "*.segment")))
        if not segments:
            return
        path = segments[-1]
        end = max((place for place in range(0, os.path.getsize(path), 4096) if any(self.block(path, place))), default=0) + 4096
        place = self.random.randrange(end)
        with open(path, "r+b") as file:
            if kind == "cut":
                file.truncate(place)
            else:
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 1 << self.random.randrange(8)]))
        # What the start cuts off and what it keeps is another test's matter; here it has to be little.
        readable = [event for _, event in sorted(self.gateway.export().items())]
        lost = [event for event in self.kept if event not in set(readable)]
        if kind == "flipped":
            check(len(lost) <= 1, f"one bit costs {lost}")
        else:
            check(readable == self.kept[:len(readable)], f"a cut left {readable} of {self.kept}")
        self.kept = [event for event in self.kept if event in set(readable)]

    @staticmethod
    def block(path, place):
        with open(path, "rb") as file:
            file.seek(place)
            return file.read(4096)

    def changes(self):
        if not os.path.exists(self.archive):
            return []
        with open(self.archive, "rb") as file:
            return [json.loads(line) for line in file if line.endswith(b"\n")]

    def wait(self, within=20.0):
        """Waits until every event of the journal is a record of the sink; a damaged ledger.db is moved away, as the gateway says."""
        deadline, mended = time.monotonic() + within, False
        while True:
            titles = {change["data"].get("title") for change in self.changes()}
            missing = [event for event in self.kept if f"Sent {event}" not in titles]
            if not missing:
                return
            if time.monotonic() > deadline:
                check(not mended, f"the sink lacks {missing} after {self.done}: {self.gateway.last_words()}")
                self.gateway.kill()
                self.remove("ledger.db")
                self.gateway.start(within=10)
                deadline, mended = time.monotonic() + within, True
            time.sleep(0.05)

    def judge(self):
        exported = set(self.gateway.export().values())
        missing = [event for event in self.kept if event not in exported]
        check(not missing, f"the journal lacks {missing} after {self.done}")
        self.wait()
        listed = self.gateway.command("findings", "--json", "--limit", "10000").stdout
        missing = [event for event in self.kept if f'"Sent {event}"' not in listed]
        check(not missing, f"the records lack {missing} after {self.done}: {listed[:200]}")
        contents, untagged, clashes = {}, {}, 0
        for change in self.changes():
            content = json.dumps({key: value for key, value in change.items() if key not in ("id", "sequence")}, sort_keys=True)
            identifier = change["id"]
            check(contents.setdefault(identifier, content) == content, f"{identifier} was given for two contents after {self.done}")
            if untagged.setdefault(identifier.partition("-")[2], content) != content:
                clashes += 1
        return clashes


def run(arguments, folder):
    clashes = 0
    count = 12 if arguments.rounds < 10 else arguments.rounds * 6
    for number in range(count):
        place = os.path.join(folder, "history")
        history = History(arguments.weir, place, arguments.seed + number)
        try:
            history.start()
            for _ in range(STEPS):
                history.step()
            clashes += history.judge() > 0
        except Exception as error:
            error.args = (f"history {number}: {error}",)
            raise
        finally:
            history.gateway.kill()
            shutil.rmtree(place, ignore_errors=True)
    check(clashes > 0, "the control: no history would have given an id twice without a new tag at every opening")
    return f"{count} histories of damage; with one tag for all openings {clashes} of them would have given an id to two changes"


if __name__ == "__main__":
    main(__doc__, run, rounds=5)
