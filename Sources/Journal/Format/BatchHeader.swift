import Digests
import FindingModel

/// The beginning of a batch: what was written, and made durable, in one go.
struct BatchHeader: Equatable, Sendable {
    static let byteCount = 128
    static let magic: UInt64 = 0x4843_5442_5249_4557  // "WEIRBTCH" in the file's order

    let salt: SegmentSalt
    /// The number of the batch's first entry; the others follow without a gap.
    let firstNumber: UInt64
    /// How many entries there are, at least 1.
    let count: Int
    /// The length of all heads together.
    let headsBytes: Int
    /// The length of all bodies together.
    let bodiesBytes: Int
    /// The hash of the batch before, also across segments; zero before a journal's first.
    let previousHash: SHA256Digest
    /// The receipt time of the batch's last entry.
    let receiptClock: Timestamp

    var lastNumber: UInt64 { firstNumber &+ UInt64(count) &- 1 }
    /// The offset in the batch at which the bodies begin.
    var bodiesOffset: Int { Self.byteCount + headsBytes }
    /// The length without the padding.
    var contentBytes: Int { bodiesOffset + bodiesBytes }
    /// The length with the padding.
    var totalBytes: Int { JournalFormat.padded(contentBytes) }

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.zero(0..<Self.byteCount)
        bytes.put(Self.magic, at: 0)
        bytes.put(JournalFormat.version, at: 8)
        bytes.put(UInt16(Self.byteCount), at: 10)
        salt.write(to: bytes, at: 16)
        bytes.put(firstNumber, at: 32)
        bytes.put(UInt32(truncatingIfNeeded: count), at: 40)
        bytes.put(UInt32(truncatingIfNeeded: headsBytes), at: 44)
        bytes.put(UInt64(truncatingIfNeeded: bodiesBytes), at: 48)
        bytes.put(UInt64(truncatingIfNeeded: totalBytes), at: 56)
        bytes.put(receiptClock.milliseconds, at: 64)
        previousHash.withUnsafeBytes { bytes.put($0, at: 72) }
        bytes.put(CRC32C.checksum(UnsafeRawBufferPointer(bytes).slice(0..<124)), at: 124)
    }

    /// Reads a header from the beginning of `bytes`; nothing unless it is whole and makes sense.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount, bytes.number(UInt64.self, at: 0) == Self.magic,
            CRC32C.checksum(bytes.slice(0..<124)) == bytes.number(UInt32.self, at: 124),
            bytes.number(UInt16.self, at: 8) == JournalFormat.version,
            let bodiesBytes = Int(exactly: bytes.number(UInt64.self, at: 48)), bodiesBytes <= JournalFormat.batchLengthMax,
            let previousHash = SHA256Digest(bytes.slice(72..<104))
        else { return nil }
        let count = Int(bytes.number(UInt32.self, at: 40)), headsBytes = Int(bytes.number(UInt32.self, at: 44))
        self.init(
            salt: SegmentSalt(bytes, at: 16), firstNumber: bytes.number(at: 32), count: count, headsBytes: headsBytes,
            bodiesBytes: bodiesBytes, previousHash: previousHash, receiptClock: Timestamp(milliseconds: bytes.number(at: 64)))
        guard count > 0, count <= 2 * JournalFormat.batchEntriesMax, firstNumber > 0, firstNumber < JournalFormat.numberLimit - UInt64(count),
            headsBytes >= count * EntryHead.fixedBytes, contentBytes <= JournalFormat.batchLengthMax, bytes.number(UInt64.self, at: 56) == UInt64(totalBytes)
        else { return nil }
    }

    init(
        salt: SegmentSalt, firstNumber: UInt64, count: Int, headsBytes: Int, bodiesBytes: Int, previousHash: SHA256Digest,
        receiptClock: Timestamp
    ) {
        self.salt = salt
        self.firstNumber = firstNumber
        self.count = count
        self.headsBytes = headsBytes
        self.bodiesBytes = bodiesBytes
        self.previousHash = previousHash
        self.receiptClock = receiptClock
    }
}
