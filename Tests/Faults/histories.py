#!/usr/bin/env python3
"""Seeded histories of damage: any file of data/ lost, cut, bit-flipped or put back from an older copy, whole stores and all of data/ too, in any
combination, with the clock moved.

After each step the gateway starts and answers 2xx within 2 s. At the end no id of a change was ever given for two contents, nothing that was
acknowledged and not damaged is missing from the journal, from the records, or from a sink that keeps changes by id.
The control: were the tag the same at every opening, the same histories would have given one id to two changes.
12 histories, which take some minutes; with ten rounds of --rounds and more, six for each. WEIR_HISTORY=N runs the N-th of them alone.
"""
import glob
import json
import os
import random
import re
import shutil
import subprocess
import time

from harness import Gateway, Skip, check, main, need, send

STEPS = 5
GROUPS = {"journal/": ["journal/"], "state.db*": ["state.db"], "ledger.db*": ["ledger.db"], "data/": [""]}
# The lock and the socket are the process's own.
PASSING = re.compile(r"lock$|weir\.sock$|socket\.new")
HOUR = 3600
CLOCKS = (0, 0, 0, HOUR, -HOUR, 3 * 24 * HOUR, -3 * 24 * HOUR, 40 * 24 * HOUR)


class History:
    """One gateway and what is known of it."""

    def __init__(self, weir, folder, seed, clock):
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
        self.clock, self.ahead = clock, 0
        self.sent = 0
        # Events that the journal has to keep, in their order.
        self.kept = []
        # Of those whose bytes are there, the ones that a turned bit or a cut has made unreadable: a copy that leaves them as they are mends nothing.
        self.hit = set()
        self.copies = []
        # Bits turned in state.db. Its pages bear no checksum, so a bit of one text is nothing that anybody could see: each may cost one.
        self.turned = 0
        self.done = []
        self.slowest = 0.0

    # MARK: what happens

    def start(self):
        self.ahead = self.random.choice(CLOCKS)
        if self.ahead:
            self.done.append(f"clock {self.ahead // HOUR:+d} h")
        began = time.monotonic()
        self.restart()
        event = self.send()
        took = time.monotonic() - began
        self.slowest = max(took, self.slowest)
        check(event is not None, f"no 2xx after {self.done}: {self.gateway.last_words()}")
        check(took < 2.0, f"the first 2xx came after {took:.1f} s, after {self.done}")

    def restart(self):
        self.gateway.start(wrapper=["env", f"LD_PRELOAD={self.clock}", f"MOVED_CLOCK={self.ahead}"], within=10)

    def send(self):
        self.sent += 1
        event = f"e{self.sent}"
        if send(self.gateway.url, event, ahead=self.ahead) != 200:
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
        for _ in range(self.random.randrange(1, 4)):
            self.damage()
        self.start()

    def copy(self):
        folder = os.path.join(self.folder, f"copy-{len(self.copies)}")
        # What is being filled with zeros ahead is large and no data.
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns("weir.sock", "lock", "spare.partial"))
        self.copies.append((folder, list(self.kept)))

    def damage(self):
        kind = self.random.choice(["lost", "cut", "flipped", "put back", "put back"])
        folder, kept = self.random.choice(self.copies)
        files = self.files()
        if self.random.random() < 0.5:
            name = self.random.choice(list(GROUPS))
            chosen = [file for file in files if file.startswith(GROUPS[name][0])]
            old = [file for file in self.files(folder) if file.startswith(GROUPS[name][0])]
        else:
            name = self.random.choice(files + self.files(folder) if kind == "put back" else files or ["none"])
            chosen = [file for file in files if file == name]
            old = [file for file in self.files(folder) if file == name]
        self.done.append(f"{name} {kind}")
        if kind == "put back":
            for file in chosen:
                os.remove(os.path.join(self.data, file))
            for file in old:
                os.makedirs(os.path.dirname(os.path.join(self.data, file)), exist_ok=True)
                shutil.copy(os.path.join(folder, file), os.path.join(self.data, file))
        else:
            for file in chosen:
                self.harm(os.path.join(self.data, file), kind)
        if kind == "flipped" and "state.db" in chosen:
            self.turned += 1
        if any(file.startswith("journal/") for file in chosen + old):
            self.look_at_journal(kind, kept if kind == "put back" else [])

    def files(self, folder=None):
        folder = folder or self.data
        found = sorted(glob.glob("**", root_dir=folder, recursive=True))
        return [file for file in found if os.path.isfile(os.path.join(folder, file)) and not PASSING.search(file)]

    def harm(self, path, kind):
        if kind == "lost":
            os.remove(path)
            return
        with open(path, "r+b") as file:
            # A segment's end is zeros, made ahead; what is turned or cut there is nothing.
            end = len(file.read(1 << 22).rstrip(b"\0"))
            if end == 0:
                return
            place = self.random.randrange(end)
            if kind == "cut":
                file.truncate(place)
                return
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << self.random.randrange(8)]))

    def look_at_journal(self, kind, restored):
        """What bytes there are still is undamaged and has to be readable, but for the one event that a cut or a bit may have hit in each file."""
        segments = glob.glob(os.path.join(self.data, "journal", "*.segment"))
        there = set()
        for path in segments:
            with open(path, "rb") as file:
                there.update(found.decode() for found in re.findall(rb'"id": "(e\d+)", "event_created_at', file.read()))
        order = list(dict.fromkeys(self.kept + restored))
        readable = set(self.gateway.export().values())
        lost = [event for event in order if event in there and event not in readable and event not in self.hit]
        self.hit = there - readable
        allowed = len(segments) if kind in ("cut", "flipped") else 0
        check(len(lost) <= allowed, f"{kind} costs {lost} after {self.done}")
        self.kept = [event for event in order if event in readable]

    # MARK: what has to hold

    def changes(self):
        if not os.path.exists(self.archive):
            return []
        with open(self.archive, "rb") as file:
            return [json.loads(line) for line in file if line.endswith(b"\n")]

    def undelivered(self):
        titles = {change["data"].get("title") for change in self.changes()}
        return [event for event in self.kept if f"Sent {event}" not in titles]

    def wait(self, within=20.0):
        """Waits until every event of the journal is a record of the sink; a damaged ledger.db is moved away where the gateway says so."""
        deadline, mended = time.monotonic() + within, False
        while missing := self.undelivered():
            if time.monotonic() > deadline:
                check(not mended, f"the sink lacks {missing} after {self.done}: {self.gateway.last_words()}")
                with open(self.gateway.log, errors="replace") as file:
                    check("ledger.db" in file.read(), f"the sink lacks {missing}, without a word, after {self.done}: {self.gateway.last_words()}")
                self.gateway.kill()
                for path in glob.glob(os.path.join(self.data, "ledger.db*")):
                    os.remove(path)
                self.restart()
                deadline, mended = time.monotonic() + within, True
            time.sleep(0.05)

    def unlisted(self, within=20.0):
        """Which events are no records; reading may be what finds state.db damaged, and then it is made anew."""
        deadline = time.monotonic() + within
        while True:
            listed = self.gateway.command("findings", "--json", "--limit", "10000").stdout
            missing = [event for event in self.kept if f'"Sent {event}"' not in listed]
            if len(missing) <= self.turned or time.monotonic() > deadline:
                return missing
            time.sleep(0.2)

    def judge(self):
        exported = set(self.gateway.export().values())
        missing = [event for event in self.kept if event not in exported]
        check(not missing, f"the journal lacks {missing} after {self.done}")
        self.wait()
        missing = self.unlisted()
        check(len(missing) <= self.turned, f"the records lack {missing} after {self.done}: {self.gateway.last_words()}")
        contents, untagged, damaged, clashes = {}, {}, set(), 0
        for change in self.changes():
            content = json.dumps({key: value for key, value in change.items() if key not in ("id", "sequence")}, sort_keys=True)
            identifier = change["id"]
            if contents.setdefault(identifier, content) != content:
                damaged.add(identifier)
            if untagged.setdefault(identifier.partition("-")[2], content) != content:
                clashes += 1
        check(len(damaged) <= self.turned, f"{sorted(damaged)} were given for two contents after {self.done}")
        return clashes


def moved_clock(folder):
    need("cc")
    library = os.path.join(folder, "moved_clock.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "moved_clock.c")
    made = subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], capture_output=True, text=True)
    if made.returncode != 0:
        raise Skip("the clock cannot be moved: " + made.stderr.strip())
    return library


def run(arguments, folder):
    clashes, slowest, done = 0, 0.0, 0
    clock = moved_clock(folder)
    numbers = range(12 if arguments.rounds < 10 else arguments.rounds * 6)
    if only := os.environ.get("WEIR_HISTORY"):
        numbers = [int(only)]
    for number in numbers:
        done += 1
        place = os.path.join(folder, "history")
        history = History(arguments.weir, place, arguments.seed + number, clock)
        try:
            history.start()
            for _ in range(STEPS):
                history.step()
            clashes += history.judge() > 0
            slowest = max(slowest, history.slowest)
        except Exception as error:
            error.args = (f"history {number}: {error}",)
            raise
        finally:
            history.gateway.kill()
            shutil.rmtree(place, ignore_errors=True)
    check(clashes > 0 or only, "the control: no history would have given an id twice without a new tag at every opening")
    return (f"{done} histories of damage, the first 2xx after at most {slowest:.2f} s; "
            f"with one tag for all openings {clashes} of them would have given an id to two changes")


if __name__ == "__main__":
    main(__doc__, run, rounds=5)
