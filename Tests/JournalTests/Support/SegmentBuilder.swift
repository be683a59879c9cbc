import Synchronization
import Digests
import FindingModel

@testable import Journal

/// Lays out a segment byte for byte, so that tests know where everything stands.
struct SegmentBuilder {
    /// Where the parts of a batch stand in the segment.
    struct Layout {
        let numbers: ClosedRange<UInt64>
        let header: Range<Int>
        let heads: [Range<Int>]
        let bodies: [Range<Int>]
        let padding: Range<Int>

        var offset: Int { header.lowerBound }
        var end: Int { padding.upperBound }
    }

    static let tag = "k3v9x0qa"
    static let time = Timestamp(milliseconds: 1_772_445_600_000)

    private(set) var bytes: [UInt8]
    private(set) var layouts: [Layout] = []
    private(set) var lastHash: SHA256Digest
    private(set) var nextNumber: UInt64
    private let salt: SegmentSalt

    init(first: UInt64 = 1, previousHash: SHA256Digest = .zero, salt: [UInt8] = Array(0..<16)) {
        self.salt = SegmentSalt(random: salt)
        nextNumber = first
        lastHash = previousHash
        bytes =
            SegmentHeader(
                salt: self.salt, firstNumber: first, previousHash: previousHash, createdTime: Self.time, receiptClock: Self.time, tag: Self.tag
            ).bytes
    }

    mutating func add(_ drafts: [EntryDraft], wall: Timestamp = Self.time) {
        var encoder = BatchEncoder()
        var heads: [Range<Int>] = []
        var place = bytes.count + BatchHeader.byteCount
        for (index, draft) in drafts.enumerated() {
            encoder.add(draft, number: nextNumber + UInt64(index), receivedTime: Self.time, wallTime: wall)
            heads.append(place..<place + EntryHead.byteCount(of: draft))
            place = heads[index].upperBound
        }
        var bodies: [Range<Int>] = []
        for draft in drafts {
            bodies.append(place..<place + draft.body.count)
            place += draft.body.count
        }
        let batch = encoder.finish(salt: salt, firstNumber: nextNumber, previousHash: lastHash, receiptClock: Self.time)
        layouts.append(
            Layout(
                numbers: nextNumber...nextNumber + UInt64(drafts.count) - 1, header: bytes.count..<bytes.count + BatchHeader.byteCount, heads: heads,
                bodies: bodies, padding: place..<bytes.count + batch.length))
        bytes += encoder.withBytes(batch.length) { Array($0) }
        lastHash = batch.hash
        nextNumber += UInt64(drafts.count)
    }

    /// A segment of `batches` batches of three receipts each.
    static func receipts(batches: Int, first: UInt64 = 1, previousHash: SHA256Digest = .zero, salt: [UInt8] = Array(0..<16)) -> SegmentBuilder {
        var builder = SegmentBuilder(first: first, previousHash: previousHash, salt: salt)
        for _ in 0..<batches {
            let first = builder.nextNumber
            builder.add((UInt64(0)..<3).map { .receipt("{\"n\":\(first + $0),\"x\":\"\(String(repeating: "z", count: 20))\"}") })
        }
        return builder
    }
}

extension SimulatedDisk {
    /// A journal's directory with these segments.
    static func with(_ segments: [SegmentBuilder], zeros: Int = 8192) -> SimulatedDisk {
        let disk = SimulatedDisk.withoutSpare()
        disk.state.withLock { _ = $0.directories.insert(directory) }
        for (index, segment) in segments.enumerated() {
            let ahead = index == segments.count - 1 ? zeros : 0
            disk.put(segment.bytes + [UInt8](repeating: 0, count: ahead), at: disk.path(segment.layouts.first?.numbers.lowerBound ?? 1))
        }
        return disk
    }

    /// Changes one bit of a file.
    func flip(_ path: String, byte: Int, bit: Int = 0) {
        guard var content = bytes(path) else { return }
        content[byte] ^= 1 << UInt8(bit & 7)
        put(content, at: path)
    }

    /// What `verify` finds now.
    func verify(against head: JournalHead? = nil) throws -> VerifyReport {
        try JournalFiles(Self.directory, fileSystem: fileSystem).verify(against: head, settleMilliseconds: 0)
    }

    /// The entries that a reader of the files alone gets, and what it passes over.
    func read() throws -> (entries: [Entry], skipped: [ClosedRange<UInt64>]) {
        var reader = try JournalFiles(Self.directory, fileSystem: fileSystem).reader()
        return (try reader.all(), reader.skipped)
    }
}
