import Digests

/// A batch as it was read: its header and heads are whole, its bodies need not be.
struct Batch: Sendable {
    /// One entry's head, and where head and body begin in the batch.
    struct Placed: Sendable {
        let head: EntryHead
        let headOffset: Int
        let bodyOffset: Int
    }

    let header: BatchHeader
    /// The batch's offset in its segment.
    let offset: Int
    /// The header and the heads, and what follows if it was read.
    let bytes: [UInt8]
    let entries: [Placed]

    /// What the next batch's header repeats.
    var hash: SHA256Digest { bytes.withUnsafeBytes { SHA256Hash.digest(of: $0.slice(0..<header.bodiesOffset)) } }

    /// The offset in the segment at which the next batch begins.
    var end: Int { offset + header.totalBytes }

    /// Reads the heads that follow `header`.
    ///
    /// - Returns: the batch, or the offset in it of the first head that is damaged.
    static func read(_ header: BatchHeader, _ bytes: [UInt8], at offset: Int) -> Result<Batch, Damage> {
        var entries: [Placed] = []
        entries.reserveCapacity(min(header.count, JournalFormat.batchEntriesMax))
        var headOffset = BatchHeader.byteCount, bodyOffset = header.bodiesOffset
        return bytes.withUnsafeBytes { buffer in
            guard buffer.count >= header.bodiesOffset else { return .failure(Damage(offset: headOffset, index: 0)) }
            for index in 0..<header.count {
                guard let (head, end) = EntryHead.read(buffer, at: headOffset, limit: header.bodiesOffset),
                    head.number == header.firstNumber &+ UInt64(index), head.bodyBytes <= header.contentBytes - bodyOffset
                else { return .failure(Damage(offset: headOffset, index: index)) }
                entries.append(Placed(head: head, headOffset: headOffset, bodyOffset: bodyOffset))
                headOffset = end
                bodyOffset += head.bodyBytes
            }
            guard headOffset == header.bodiesOffset, bodyOffset == header.contentBytes else {
                return .failure(Damage(offset: headOffset, index: header.count - 1))
            }
            return .success(Batch(header: header, offset: offset, bytes: bytes, entries: entries))
        }
    }

    /// A damaged head: where in the batch, and the how manieth.
    struct Damage: Error {
        let offset: Int
        let index: Int
    }

    /// Whether the body of `entry` is what was written; false also where the file ends before it does.
    func bodyIsWhole(_ entry: Placed) -> Bool {
        let end = entry.bodyOffset + entry.head.bodyBytes
        guard end <= bytes.count else { return false }
        return bytes.withUnsafeBytes { CRC32C.checksum($0.slice(entry.bodyOffset..<end)) == entry.head.bodyCRC }
    }

    /// Whether the body of `entry` was overwritten with zeros.
    func bodyIsZero(_ entry: Placed) -> Bool {
        let end = entry.bodyOffset + entry.head.bodyBytes
        guard end <= bytes.count else { return false }
        return bytes.withUnsafeBytes { $0.slice(entry.bodyOffset..<end).isZero }
    }

    /// The body of `entry`, if it is what was written.
    func wholeBody(_ entry: Placed) -> [UInt8]? {
        bodyIsWhole(entry) ? Array(bytes[entry.bodyOffset..<entry.bodyOffset + entry.head.bodyBytes]) : nil
    }

    /// What is left of the body of `entry`, of which `erasures` may know that it was erased.
    func body(_ entry: Placed, _ erasures: borrowing Erasures) -> EntryBody {
        if erasures.decided.contains(entry.head.number) { return .erased }
        if let body = wholeBody(entry) { return .kept(body) }
        return erasures.isListed(entry, in: self) ? .erased : .unreadable
    }

    /// By what the list of erasures names `entry`.
    func mark(of entry: Placed) -> EntryMark {
        bytes.withUnsafeBytes { bytes in
            let length = Int(bytes.number(UInt32.self, at: entry.headOffset))
            let digest = SHA256Hash.digest(of: bytes.slice(entry.headOffset..<entry.headOffset + length))
            return EntryMark(number: entry.head.number, head: digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
        }
    }

    /// The offset in the batch of the first byte of the padding that is not zero.
    var paddingFault: Int? {
        guard bytes.count >= header.totalBytes else { return nil }
        return bytes[header.contentBytes..<header.totalBytes].firstIndex { $0 != 0 }
    }
}
