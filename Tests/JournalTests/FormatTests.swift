import Digests
import FindingModel
import Glibc
import Testing

@testable import Journal

/// The format of the files, which never changes.
struct FormatTests {
    /// Everything that an entry can carry, in three batches.
    static let golden: SegmentBuilder = {
        var builder = SegmentBuilder()
        builder.add([EntryDraft(kind: .recovery, body: RecoveryNote(tag: SegmentBuilder.tag, reason: .created).bytes)])
        builder.add([
            EntryDraft(
                kind: .receipt, source: "hostedscan", generation: 1, peer: "192.0.2.1:4711",
                verdict: Verdict(scheme: "hmac", secretLabel: "1", signedTime: Timestamp(milliseconds: 1_772_445_599_877)),
                headers: [HeaderField(name: "x-one", value: "1"), HeaderField(name: "x-empty", value: "")],
                body: Array("{\"id\":\"e1\",\"title\":\"é\"}".utf8), deduplicates: true),
            EntryDraft(
                kind: .receipt, source: "holm", generation: 1, peer: "2001:db8::1", verdict: Verdict(scheme: "secret-url", secretLabel: "old"),
                body: (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }),
            EntryDraft(kind: .receipt, source: "empty", body: []),
        ])
        builder.add(EntryKind.allCases.map { EntryDraft(kind: $0, body: Array("{\"kind\":\"\($0.name)\"}".utf8)) })
        return builder
    }()

    private static let path = String(#filePath.dropLast("JournalTests/FormatTests.swift".count)) + "Fixtures/Journal/golden.segment"

    @Test func theGoldenSegmentIsWhatIsWritten() throws {
        if getenv("UPDATE_EXPECTED") != nil, access(Self.path, F_OK) != 0 { try FileBytes.write(Self.golden.bytes, to: Self.path) }
        #expect(try FileBytes.read(Self.path) == Self.golden.bytes, "the format of the files never changes")
        #expect(Self.golden.lastHash.hex == "da1dbc2176757966ce894de0420fc04028bf69ea235d43d624529f2cab8438a5")
    }

    @Test func theGoldenSegmentIsRead() throws {
        let disk = SimulatedDisk.with([])
        disk.put(try FileBytes.read(Self.path), at: disk.path(1))
        let report = try disk.verify(against: JournalHead(tag: SegmentBuilder.tag, number: 14, hash: Self.golden.lastHash))
        #expect(report.isIntact && report.entries == 14 && report.batches == 3 && report.tag == SegmentBuilder.tag)
        let entries = try disk.read().entries
        #expect(entries.map(\.number) == Array(1...14))
        #expect(entries[1].source == "hostedscan" && entries[1].generation == 1 && entries[1].peer == "192.0.2.1:4711" && entries[1].deduplicates)
        #expect(entries[1].verdict == Verdict(scheme: "hmac", secretLabel: "1", signedTime: Timestamp(milliseconds: 1_772_445_599_877)))
        #expect(entries[1].headers == [HeaderField(name: "x-one", value: "1"), HeaderField(name: "x-empty", value: "")])
        #expect(entries[1].text == "{\"id\":\"e1\",\"title\":\"é\"}" && entries[1].receivedTime == SegmentBuilder.time)
        #expect(entries[2].verdict == Verdict(scheme: "secret-url", secretLabel: "old") && entries[2].bodySize == 5000 && !entries[2].deduplicates)
        #expect(entries[2].bodySHA256 == SHA256Hash.digest(of: try #require(entries[2].body.bytes)))
        #expect(entries[3].body == .kept([]) && entries[3].verdict == nil)
        #expect(entries[4...].map(\.kind) == EntryKind.allCases)
    }

    @Test func aJournalContinuesTheGoldenSegment() async throws {
        let disk = SimulatedDisk.with([])
        disk.put(try FileBytes.read(Self.path), at: disk.path(1))
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(!recovery.foundLoss && recovery.tag != SegmentBuilder.tag && recovery.lastNumber == 15)
        #expect(try await journal.append(.receipt("next")).number == 16)
        await journal.stop()
        #expect(try disk.verify().isIntact)
        #expect(try #require(disk.bytes(disk.path(1))).starts(with: Self.golden.bytes))
    }

    @Test func fieldsThatAreNotKnownArePassedOver() throws {
        let draft = EntryDraft(kind: .receipt, source: "shop", body: [])
        var head = [UInt8](repeating: 0, count: EntryHead.byteCount(of: draft) + 16)
        let end = head.withUnsafeMutableBytes {
            EntryHead.write(draft, number: 5, generation: draft.generation, receivedTime: SegmentBuilder.time, wallTime: SegmentBuilder.time, to: $0, at: 0)
        }
        // A field with tag 999 and 10 bytes takes the checksum's place, which moves behind it.
        head.withUnsafeMutableBytes { bytes in
            bytes.put(UInt16(999), at: end - 4)
            bytes.put(UInt32(6), at: end - 2)
            bytes.put(UInt32(end + 12), at: 0)
            bytes.put(CRC32C.checksum(UnsafeRawBufferPointer(bytes).slice(0..<end + 8)), at: end + 8)
        }
        let read = try #require(head.withUnsafeBytes { EntryHead.read($0, at: 0, limit: end + 12) })
        #expect(read.head.source == "shop" && read.head.number == 5 && read.end == end + 12)
    }

    @Test func aHeadSurvivesNoChangedBitAndNoCut() {
        let draft = EntryDraft(
            kind: .receipt, source: "shop", verdict: Verdict(scheme: "hmac", secretLabel: "1", signedTime: SegmentBuilder.time),
            headers: [HeaderField(name: "a", value: "b")], body: [1, 2, 3])
        var head = [UInt8](repeating: 0, count: EntryHead.byteCount(of: draft))
        let end = head.withUnsafeMutableBytes {
            EntryHead.write(draft, number: 5, generation: draft.generation, receivedTime: SegmentBuilder.time, wallTime: SegmentBuilder.time, to: $0, at: 0)
        }
        #expect(end == head.count)
        for bit in 0..<head.count * 8 {
            var changed = head
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(changed.withUnsafeBytes { EntryHead.read($0, at: 0, limit: end) } == nil, "bit \(bit)")
        }
        for limit in 0..<end { #expect(head.withUnsafeBytes { EntryHead.read($0, at: 0, limit: limit) } == nil, "cut at \(limit)") }
    }

    @Test func aHeaderSurvivesNoChangedBit() {
        let bytes = Array(Self.golden.bytes[Self.golden.layouts[1].header])
        #expect(bytes.withUnsafeBytes { BatchHeader($0) }?.count == 3)
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(changed.withUnsafeBytes { BatchHeader($0) } == nil, "bit \(bit)")
        }
    }

    @Test(
        arguments: [
            ("00000000000000000001.segment", 1), ("04611686018427387903.segment", JournalFormat.numberLimit - 1), ("09223372036854775807.segment", nil),
            ("00000000000000000000.segment", nil), ("18446744073709551615.segment", nil),
            ("00000000000000000001.segmen", nil), ("1.segment", nil),
            ("0000000000000000000x.segment", nil), ("99999999999999999999.segment", nil), ("spare.partial", nil), ("+0000000000000000001.segment", nil),
        ] as [(String, UInt64?)])
    func segmentsAreKnownByTheirNames(name: String, number: UInt64?) {
        #expect(SegmentName.firstNumber(name) == number)
        if let number { #expect(SegmentName.name(first: number) == name) }
    }
}
