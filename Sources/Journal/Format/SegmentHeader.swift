import Digests
import FindingModel

/// A segment's first block.
struct SegmentHeader: Equatable, Sendable {
    /// Why a first block cannot be used.
    enum Failure: Error {
        case damaged
        case newerVersion
    }

    static let magic: UInt64 = 0x4D47_4553_5249_4557  // "WEIRSEGM" in the file's order

    let salt: SegmentSalt
    /// The number of the segment's first entry.
    let firstNumber: UInt64
    /// The hash of the last batch before this segment, zero at a journal's beginning.
    let previousHash: SHA256Digest
    let createdTime: Timestamp
    /// The receipt time that no later entry may be before.
    let receiptClock: Timestamp
    /// The journal's tag when the segment was made.
    let tag: String

    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.zero(0..<JournalFormat.blockBytes)
        bytes.put(Self.magic, at: 0)
        bytes.put(UInt32(JournalFormat.version), at: 8)
        bytes.put(UInt32(JournalFormat.blockBytes), at: 12)
        salt.write(to: bytes, at: 16)
        bytes.put(firstNumber, at: 32)
        previousHash.withUnsafeBytes { bytes.put($0, at: 40) }
        bytes.put(createdTime.milliseconds, at: 72)
        bytes.put(receiptClock.milliseconds, at: 80)
        Array(tag.utf8.prefix(8)).withUnsafeBytes { bytes.put($0, at: 88) }
        bytes.put(CRC32C.checksum(UnsafeRawBufferPointer(bytes).slice(0..<4092)), at: 4092)
    }

    var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: JournalFormat.blockBytes)
        block.withUnsafeMutableBytes { write(to: $0) }
        return block
    }

    /// Reads a first block from the beginning of `bytes`.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Result<SegmentHeader, Failure> {
        guard bytes.count >= JournalFormat.blockBytes, bytes.number(UInt64.self, at: 0) == magic,
            CRC32C.checksum(bytes.slice(0..<4092)) == bytes.number(UInt32.self, at: 4092),
            let previousHash = SHA256Digest(bytes.slice(40..<72))
        else { return .failure(.damaged) }
        guard bytes.number(UInt32.self, at: 8) == UInt32(JournalFormat.version) else { return .failure(.newerVersion) }
        return .success(
            SegmentHeader(
                salt: SegmentSalt(bytes, at: 16), firstNumber: bytes.number(at: 32), previousHash: previousHash,
                createdTime: Timestamp(milliseconds: bytes.number(at: 72)), receiptClock: Timestamp(milliseconds: bytes.number(at: 80)),
                tag: String(decoding: bytes.slice(88..<96), as: UTF8.self)))
    }
}
