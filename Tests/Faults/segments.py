"""Reads segment files as docs/journal-format.md describes them, sharing no code with the gateway."""
import hashlib
import os
import struct

BLOCK = 4096


def _table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


class Entry:
    def __init__(self, data, offset, body_offset):
        self.offset = offset
        (self.length, self.kind, self.flags) = struct.unpack_from("<IBB", data, offset)
        (self.number, self.received, self.wall, self.generation, self.body_length, self.body_crc) = struct.unpack_from("<QqqQQI", data, offset + 8)
        self.sha256 = data[offset + 56:offset + 88]
        self.body_offset = body_offset
        self.body = data[body_offset:body_offset + self.body_length]
        self.is_whole = crc32c(data[offset:offset + self.length - 4]) == struct.unpack_from("<I", data, offset + self.length - 4)[0]
        self.fields = {}
        place = offset + 88
        while place < offset + self.length - 4:
            tag, length = struct.unpack_from("<HI", data, place)
            self.fields.setdefault(tag, []).append(data[place + 6:place + 6 + length])
            place += 6 + length


class Batch:
    def __init__(self, data, offset):
        self.offset = offset
        (self.first, self.count, self.heads_length, self.bodies_length, self.length, self.clock) = struct.unpack_from("<QIIQQq", data, offset + 32)
        self.previous = data[offset + 72:offset + 104]
        self.content_end = offset + 128 + self.heads_length + self.bodies_length
        self.end = offset + self.length
        self.hash = hashlib.sha256(data[offset:offset + 128 + self.heads_length]).digest()
        self.entries = []
        head, body = offset + 128, offset + 128 + self.heads_length
        for _ in range(self.count):
            self.entries.append(Entry(data, head, body))
            head += self.entries[-1].length
            body += self.entries[-1].body_length


class Segment:
    """A segment without damage."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        assert data[:8] == b"WEIRSEGM" and struct.unpack_from("<I", data, 8)[0] == 1, "no segment of version 1"
        assert crc32c(data[:4092]) == struct.unpack_from("<I", data, 4092)[0], "damaged first block"
        self.path, self.salt = path, data[16:32]
        self.first, self.previous = struct.unpack_from("<Q", data, 32)[0], data[40:72]
        self.tag = data[88:96].decode()
        self.batches = []
        offset = BLOCK
        while data[offset:offset + 8] == b"WEIRBTCH" and data[offset + 16:offset + 32] == self.salt:
            assert crc32c(data[offset:offset + 124]) == struct.unpack_from("<I", data, offset + 124)[0], f"damaged header at {offset}"
            self.batches.append(Batch(data, offset))
            offset = self.batches[-1].end
        assert not any(data[offset:]), f"bytes behind the last batch, from {offset} on"


def check_chain(segment):
    """Everything in a segment agrees with its checksums, and each batch continues the one before."""
    previous, number = segment.previous, segment.first
    for batch in segment.batches:
        assert batch.previous == previous and batch.first == number, f"the batch at {batch.offset} does not continue the one before"
        for entry in batch.entries:
            assert entry.is_whole and entry.number == number, f"damaged head at {entry.offset}"
            assert crc32c(entry.body) == entry.body_crc and hashlib.sha256(entry.body).digest() == entry.sha256, f"damaged body at {entry.body_offset}"
            number += 1
        previous = batch.hash
    return previous


def paths(journal):
    return [os.path.join(journal, name) for name in sorted(os.listdir(journal)) if name.endswith(".segment")]
