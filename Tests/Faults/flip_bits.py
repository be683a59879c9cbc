#!/usr/bin/env python3
"""One bit flipped in each region of the first, a middle and the last batch of a segment: verify names the place, and serve starts.

A bad body costs that entry, a bad head or header its batch, padding and the segment's first block nothing; a bad last batch is cut off, kept
aside and reported, but for a bad body in one that state.db has read: that costs its entry too. Ten rounds of --rounds are one round here, each with other bits.
Also reads the segment with a reader of its own, made from docs/journal-format.md.
"""
import glob
import os
import re
import shutil
import time

import segments
from harness import Gateway, Load, check, main, send

REGIONS = ("header", "head", "body", "padding")


def run(arguments, folder):
    golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures", "Journal", "golden.segment")
    segments.check_chain(segments.Segment(golden))
    base = os.path.join(folder, "base")
    make(arguments, base)
    segment = segments.Segment(segments.paths(os.path.join(base, "data", "journal"))[0])
    segments.check_chain(segment)
    # Batches of receipts only: the configuration's and the journal's own entries are left alone.
    batches = [batch for batch in segment.batches if all(entry.kind == 1 for entry in batch.entries) and batch.content_end < batch.end]
    check(len(batches) >= 5 and batches[-1] is segment.batches[-1], "the journal is not what this test needs")
    places = [(name, batch, region) for name, batch in (("first", batches[0]), ("middle", batches[len(batches) // 2]), ("last", batches[-1]))
              for region in REGIONS]
    places.append(("first", batches[0], "first block"))
    places = [(*place, True) for place in places] + [("last", batches[-1], "body", False)]
    cases = 0
    for _ in range(max(1, arguments.rounds // 10)):
        for name, batch, region, has_state in places:
            case = os.path.join(folder, "case")
            one(arguments, base, case, name, batch, region, has_state)
            shutil.rmtree(case)
            cases += 1
    return f"{cases} places: each was named by verify, and the gateway started and lost what it may"


def make(arguments, folder):
    """A journal of some batches, left by kill -9 so that nothing is written at the end."""
    os.makedirs(folder)
    gateway = Gateway(arguments.weir, folder)
    try:
        gateway.start()
        Load(arguments.hookload, gateway.url, os.path.join(folder, "acks"), seed=arguments.seed, seconds=1.0, connections=8, rate=400).wait()
        # The last batch is one receipt of a known size.
        check(send(gateway.url, "last") == 200, "the last event was not accepted")
        wait_until_projected(gateway)
        gateway.kill()
    finally:
        gateway.kill()


def wait_until_projected(gateway, within=20.0):
    newest, end = f'"receipt":"{max(gateway.export())}"', time.monotonic() + within
    while newest not in gateway.command("events", "--json", "--limit", "1").stdout:
        check(time.monotonic() < end, "the last event was not projected")
        time.sleep(0.1)


def one(arguments, base, folder, name, batch, region, has_state):
    where = f"{region} of the {name} batch" + ("" if has_state else ", without state.db")
    os.makedirs(folder)
    shutil.copytree(os.path.join(base, "data"), os.path.join(folder, "data"), ignore=shutil.ignore_patterns("weir.sock"))
    gateway = Gateway(arguments.weir, folder)
    if not has_state:
        for file in glob.glob(os.path.join(gateway.data, "state.db*")):
            os.unlink(file)
    path = segments.paths(os.path.join(gateway.data, "journal"))[0]
    entry = batch.entries[-1]
    ranges = {
        "header": (batch.offset, 128), "head": (entry.offset, entry.length), "body": (entry.body_offset, entry.body_length),
        "padding": (batch.content_end, batch.end - batch.content_end), "first block": (0, segments.BLOCK)}
    start, length = ranges[region]
    flip(path, start + arguments.random.randrange(length), arguments.random.randrange(8))

    code, text = gateway.verify()
    found = re.search(r"at byte (\d+), (first block|\w+)", text)
    check(code == 1 and found, f"{where}: verify says: {text}")
    place, word = int(found.group(1)), found.group(2)
    named = {"header": batch.offset, "head": entry.offset, "body": entry.body_offset, "first block": 0}.get(region)
    check(word == region and (start <= place < start + length if named is None else place == named), f"{where}: verify names {word} at {place}")

    everything = set(range(batch.first, batch.first + batch.count))
    is_cut = name == "last" and region != "padding" and not (region == "body" and has_state)
    lost = everything if is_cut or region in ("header", "head") else {entry.number} if region == "body" else set()
    before = Gateway(arguments.weir, base, name="base").export()
    try:
        gateway.start()
        check(send(gateway.url, "afterwards") == 200, f"{where}: the gateway does not accept: {gateway.last_words()}")
        kept = gateway.export()
        wanted = {number: event for number, event in before.items() if number not in lost}
        check(all(kept.get(number) == event for number, event in wanted.items()), f"{where}: a receipt was lost that was not damaged")
        gone = {before[number] for number in lost if number in before}
        check(not gone & set(kept.values()), f"{where}: a damaged receipt came back")
        aside = os.path.join(gateway.data, "journal", "cut")
        check(is_cut == (os.path.isdir(aside) and len(os.listdir(aside)) == 1), f"{where}: what was cut off was not kept aside")
        with open(gateway.log) as file:
            log = file.read()
        check(region == "padding" or "journal: " in log, f"{where}: the start did not report it")
        check(gateway.stop() == 0, f"{where}: it did not stop cleanly")
    finally:
        gateway.kill()


def flip(path, place, bit):
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


if __name__ == "__main__":
    main(__doc__, run, rounds=1)
