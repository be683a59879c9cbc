import Digests
import FindingModel

/// Lays out one batch in a buffer that is used for all of them.
struct BatchEncoder: ~Copyable {
    private static let usualCapacity = 1 << 20

    private var buffer = AlignedBuffer(capacity: usualCapacity)
    private var headsEnd = BatchHeader.byteCount
    private var bodiesBytes = 0
    private var bodies: [[UInt8]] = []

    /// Entries added so far.
    private(set) var count = 0

    /// The length that the batch has with what was added so far.
    var length: Int { JournalFormat.padded(headsEnd + bodiesBytes) }

    /// Forgets what was added.
    mutating func begin() {
        headsEnd = BatchHeader.byteCount
        bodiesBytes = 0
        bodies.removeAll(keepingCapacity: true)
        count = 0
        buffer.shrink(to: 2 * JournalFormat.batchBytesMax)
    }

    /// Whether `draft` still belongs into this batch; the first always does.
    func hasRoom(for draft: borrowing EntryDraft) -> Bool {
        Self.hasRoom(for: draft, behind: count, bytes: headsEnd + bodiesBytes)
    }

    private static func hasRoom(for draft: borrowing EntryDraft, behind count: Int, bytes: Int) -> Bool {
        count == 0
            || count < JournalFormat.batchEntriesMax && bytes + draft.body.count + EntryHead.byteCount(of: draft) <= JournalFormat.batchBytesMax
    }

    /// The length of the batch that the first of `drafts` make, as many as belong into one.
    static func length(of drafts: some Sequence<EntryDraft>) -> Int {
        var count = 0, bytes = BatchHeader.byteCount
        for draft in drafts {
            guard hasRoom(for: draft, behind: count, bytes: bytes) else { break }
            count += 1
            bytes += draft.body.count + EntryHead.byteCount(of: draft)
        }
        return JournalFormat.padded(bytes)
    }

    /// Adds one entry, with the number after that of the entry before.
    ///
    /// - Parameter generation: The number to write as that of the configuration in force; nothing for the draft's own.
    mutating func add(_ draft: borrowing EntryDraft, number: UInt64, generation: UInt64? = nil, receivedTime: Timestamp, wallTime: Timestamp) {
        buffer.reserve(headsEnd + EntryHead.byteCount(of: draft), keeping: headsEnd)
        headsEnd = EntryHead.write(
            draft, number: number, generation: generation ?? draft.generation, receivedTime: receivedTime, wallTime: wallTime, to: buffer.bytes,
            at: headsEnd)
        bodies.append(draft.body)
        count += 1
        bodiesBytes += draft.body.count
    }

    /// Completes the batch: header in front, bodies behind the heads, zeros up to the block's end.
    ///
    /// - Returns: the batch's length and its hash; its bytes are those of `withBytes`.
    mutating func finish(salt: SegmentSalt, firstNumber: UInt64, previousHash: SHA256Digest, receiptClock: Timestamp) -> (length: Int, hash: SHA256Digest) {
        let header = BatchHeader(
            salt: salt, firstNumber: firstNumber, count: count, headsBytes: headsEnd - BatchHeader.byteCount, bodiesBytes: bodiesBytes,
            previousHash: previousHash, receiptClock: receiptClock)
        buffer.reserve(header.totalBytes, keeping: headsEnd)
        header.write(to: buffer.bytes)
        var end = headsEnd
        for body in bodies {
            body.withUnsafeBytes { buffer.bytes.put($0, at: end) }
            end += body.count
        }
        bodies.removeAll(keepingCapacity: true)
        buffer.bytes.zero(end..<header.totalBytes)
        return (header.totalBytes, SHA256Hash.digest(of: UnsafeRawBufferPointer(buffer.bytes).slice(0..<headsEnd)))
    }

    /// The first `length` bytes of the batch that `finish` completed.
    func withBytes<Result, Failure: Error>(_ length: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(buffer.bytes).slice(0..<length))
    }
}
