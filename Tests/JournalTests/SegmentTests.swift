import Digests
import FindingModel
import Testing

@testable import Journal

/// Journals of more than one segment.
struct SegmentTests {
    @Test func segmentsFollowOneAnother() async throws {
        let folder = try TemporaryFolder()
        let journal = try SegmentJournal.open(folder.options(segmentBytes: 64 << 10)).journal
        let collector = Collector()
        for token in 0..<300 { journal.append(.receipt(String(repeating: "s", count: 1000) + "\(token)"), token: UInt64(token), to: collector) }
        await collector.wait(for: 300)
        for index in 0..<20 { _ = try await journal.append(.receipt(String(repeating: "t", count: 9000) + "\(index)")) }
        var reader = journal.reader(from: 1)
        #expect(try reader.all().map(\.number) == Array(1...321) && reader.skipped.isEmpty)
        let segments = try folder.segments()
        #expect(segments.count > 3)
        let files = try JournalFiles(folder.journal)
        let report = try files.verify()
        #expect(report.isIntact && report.entries == 321 && report.segments == segments.count, "beside the running journal")
        await journal.stop()
        let head = try #require(try files.head())
        #expect(head == (try files.verify(against: head)).head && head.number == 321 && head.tag == journal.tag)
        let (again, recovery) = try SegmentJournal.open(folder.options(segmentBytes: 64 << 10))
        #expect(recovery.lastNumber == 322 && !recovery.foundLoss)
        var middle = again.reader(from: 200)
        #expect(try middle.all().map(\.number) == Array(200...322))
        await again.stop()
        #expect(try files.verify(against: head).headMatches == true)
    }

    @Test func aBatchLargerThanASegmentHasOneOfItsOwn() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 32 << 10)).journal
        _ = try await journal.append(.receipt(String(repeating: "l", count: 100_000)))
        _ = try await journal.append(.receipt("small"))
        var reader = journal.reader(from: 2)
        #expect(try reader.all().map(\.bodySize) == [100_000, 5])
        #expect(disk.paths.filter { $0.hasSuffix(SegmentName.suffix) } == [disk.path(1), disk.path(2), disk.path(3)])
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func aSegmentBeginsInThePreparedFile() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 16 << 10)).journal
        let spare = SimulatedDisk.directory + "/" + SpareSegment.fileName
        // The journal itself syncs once when it is made; the prepared file at its end and once more.
        #expect(await eventually { disk.bytes(spare)?.count == 16 << 10 && disk.count("fdatasync") >= 3 })
        for index in 0..<4 { _ = try await journal.append(.receipt("\(index)")) }
        #expect(try #require(disk.bytes(disk.path(4))).count == 16 << 10, "the zeros are written ahead")
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test(arguments: ["pwrite", "fdatasync"]) func aFileThatCannotBePreparedIsDoneWithout(call: String) async throws {
        let disk = SimulatedDisk()
        let spare = SpareSegment(directory: SimulatedDisk.directory, fileSystem: disk.fileSystem, segmentBytes: 3 << 20)
        disk.fail(call, with: 5, times: 1)
        #expect(throws: SystemError.self) { try spare.prepare { true } }
        #expect(disk.paths.isEmpty && !spare.take())
        var steps = 0
        try spare.prepare {
            steps += 1
            return steps < 2
        }
        #expect(disk.bytes(spare.path)?.count == 1 << 20 && !spare.take(), "it ends early when it is asked to")
        try spare.prepare { true }
        #expect(disk.bytes(spare.path)?.count == 3 << 20 && spare.take() && !spare.take())
    }

    @Test func aPreparedFileThatIsBeingNamedIsNotPreparedAgain() throws {
        let disk = SimulatedDisk()
        let spare = SpareSegment(directory: SimulatedDisk.directory, fileSystem: disk.fileSystem, segmentBytes: 16 << 10)
        try spare.prepare { true }
        var fileSystem = disk.fileSystem
        let rename = fileSystem.rename
        fileSystem.rename = { from, to throws(SystemError) in
            // What the thread that prepares may do at any moment.
            if spare.needsPreparation { try spare.prepare { true } }
            try rename(from, to)
        }
        let header = SegmentHeader(
            salt: SegmentSalt(random: Array(repeating: 7, count: SegmentSalt.byteCount)), firstNumber: 9, previousHash: .zero,
            createdTime: Timestamp(milliseconds: 1), receiptClock: Timestamp(milliseconds: 1), tag: "abcdefgh")
        let segment = try SegmentBeginning(SimulatedDisk.directory, fileSystem).begin(header, spare: spare, segmentBytes: 16 << 10)
        #expect(segment.preparedBytes == 16 << 10)
        #expect(try #require(disk.bytes(disk.path(9))).starts(with: header.bytes), "the header that was written stands")
        try spare.prepare { true }
        #expect(disk.bytes(spare.path)?.count == 16 << 10 && spare.take(), "and the next file is made ready")
    }

    @Test func whatStandsInALeftOverPreparedFileIsNotRead() async throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 1)])
        disk.setSpace(free: 1 << 30)
        let spare = SimulatedDisk.directory + "/" + SpareSegment.fileName
        disk.put(SegmentBuilder.receipts(batches: 1, first: 4).bytes, at: spare)
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 16 << 10)).journal
        #expect(await eventually { disk.bytes(spare).map { $0.count == 16 << 10 && $0.allSatisfy { $0 == 0 } } ?? true })
        for index in 0..<5 { _ = try await journal.append(.receipt("\(index)")) }
        var reader = journal.reader(from: 4)
        #expect(try reader.all().filter { $0.kind == .receipt }.map(\.text) == ["0", "1", "2", "3", "4"])
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func droppedSegmentsAreNoLoss() async throws {
        let first = SegmentBuilder.receipts(batches: 2)
        let second = SegmentBuilder.receipts(batches: 2, first: 7, previousHash: first.lastHash, salt: Array(20..<36))
        let disk = SimulatedDisk.with([second])
        let journal = try SegmentJournal.open(disk.options()).journal
        #expect(journal.firstNumber == 7)
        var reader = journal.reader(from: 1)
        #expect(try reader.all().map(\.number) == Array(7...13) && reader.skipped.isEmpty)
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func aMissingSegmentIsALoss() throws {
        let first = SegmentBuilder.receipts(batches: 1)
        let third = SegmentBuilder.receipts(batches: 1, first: 7, salt: Array(20..<36))
        let disk = SimulatedDisk.with([first, third])
        let (entries, skipped) = try disk.read()
        #expect(entries.map(\.number) == [1, 2, 3, 7, 8, 9] && skipped == [4...6])
        let report = try disk.verify()
        #expect(report.problems.map(\.numbers).contains(4...6) && !report.isIntact)
    }

    @Test func statisticsCountWhatIsThere() throws {
        var builder = SegmentBuilder.receipts(batches: 2)
        builder.add([EntryDraft(kind: .config, body: [1, 2]), .receipt("12345", source: "holm")])
        let disk = SimulatedDisk.with([builder], zeros: 4096)
        let statistics = try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem).statistics()
        #expect(statistics.firstNumber == 1 && statistics.lastNumber == 8 && statistics.segments == 1 && statistics.batches == 3)
        #expect(statistics.entries == [.receipt: 7, .config: 1] && statistics.receipts == ["shop": 6, "holm": 1])
        #expect(statistics.bodyBytes["holm"] == 5 && statistics.fileBytes == builder.bytes.count + 4096 && statistics.unreadable == 0)
        #expect(statistics.firstTime == SegmentBuilder.time && statistics.tag == SegmentBuilder.tag)
    }

    @Test func theRangeOfStatisticsIsThatOfTheClockWhenReceiptsCame() throws {
        var builder = SegmentBuilder.receipts(batches: 1)
        let (early, late) = (SegmentBuilder.time.advanced(byMilliseconds: -5000), SegmentBuilder.time.advanced(byMilliseconds: 90_000))
        // The clock is put back between two receipts; what the gateway writes itself is in no range of receipts.
        builder.add([.receipt("1", source: "holm")], wall: late)
        builder.add([.receipt("2", source: "holm")], wall: early)
        builder.add([EntryDraft(kind: .config, body: [1])], wall: late.advanced(byMilliseconds: 1))
        let statistics = try JournalFiles(SimulatedDisk.directory, fileSystem: SimulatedDisk.with([builder]).fileSystem).statistics()
        #expect(statistics.firstTime == early && statistics.lastTime == late)
        var empty = SegmentBuilder()
        empty.add([EntryDraft(kind: .config, body: [1])])
        let none = try JournalFiles(SimulatedDisk.directory, fileSystem: SimulatedDisk.with([empty]).fileSystem).statistics()
        #expect(none.firstTime == nil && none.lastTime == nil)
    }

    @Test func exportWritesAnObjectALine() throws {
        var builder = SegmentBuilder()
        builder.add([EntryDraft(kind: .config, body: Array("{}".utf8))])
        builder.add([
            EntryDraft(
                kind: .receipt, source: "shop",
                headers: [HeaderField(name: "x-a", value: "1"), HeaderField(name: "x-b", value: "\"2\""), HeaderField(name: "x-a", value: "3")],
                body: Array("{\"t\":\"é\\n\"}".utf8))
        ])
        builder.add([.receipt("gone")])
        let disk = SimulatedDisk.with([builder])
        disk.flip(disk.path(1), byte: builder.layouts[2].bodies[0].lowerBound)
        let files = try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem)
        var text: [UInt8] = []
        #expect(try files.export { text += $0 }.isEmpty)
        let time = "\"time\":\"2026-03-02T10:00:00.000Z\""
        let receipts =
            "{\"receipt\":\"2\",\(time),\"source\":\"shop\",\"headers\":{\"x-a\":\"1, 3\",\"x-b\":\"\\\"2\\\"\"},\"body\":\"{\\\"t\\\":\\\"é\\\\n\\\"}\"}\n"
            + "{\"receipt\":\"3\",\(time),\"source\":\"shop\",\"headers\":{},\"unreadable\":true}\n"
        #expect(String(decoding: text, as: UTF8.self) == receipts)
        text = []
        _ = try files.export(all: true) { text += $0 }
        #expect(
            String(decoding: text, as: UTF8.self)
                == "{\"entry\":\"1\",\"kind\":\"config\",\(time),\"source\":\"\",\"headers\":{},\"body\":\"{}\"}\n" + receipts)
    }

    @Test func readingATornJournalChangesNothing() throws {
        let builder = SegmentBuilder.receipts(batches: 3)
        let disk = SimulatedDisk.with([])
        disk.put(Array(builder.bytes[..<(builder.layouts[2].offset + 200)]), at: disk.path(1))
        let (entries, skipped) = try disk.read()
        #expect(entries.map(\.number) == Array(1...6) && skipped.isEmpty)
        #expect(try disk.verify().problems.map(\.numbers) == [7...9])
        #expect(disk.count("pwrite") == 0 && disk.count("unlink") == 0 && disk.count("rename") == 0)
    }

    @Test func everySegmentBeginsWithTheConfigurationInForce() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 64 << 10)).journal
        let content = Array("{\"adapters\":[]}".utf8), other = Array("{\"adapters\":[1]}".utf8)
        let first = try await journal.configure(content)
        #expect(try await journal.configure(content) == first, "the same is not written again")
        for index in 0..<40 { _ = try await journal.append(.receipt(String(repeating: "s", count: 4000) + "\(index)", generation: first)) }
        let second = try await journal.configure(other)
        // Requests that were under way when the configuration was replaced still refer to the one before.
        for index in 0..<60 {
            _ = try await journal.append(.receipt(String(repeating: "t", count: 4000) + "\(index)", generation: index < 5 ? first : second))
        }
        await journal.stop()
        let again = try SegmentJournal.open(disk.options(segmentBytes: 64 << 10, seed: 2)).journal
        let kept = again.watermark
        let generation = try await again.configure(other)
        #expect(generation > second && again.watermark == kept, "the last segment's own is in force after a start")
        await again.stop()
        let entries = try disk.read().entries
        let segments = Segments.numbers(disk)
        #expect(try segments.count > 5 && disk.verify().isIntact)
        for (index, start) in segments.enumerated() {
            let end = index + 1 < segments.count ? segments[index + 1] : .max
            let inside = entries.filter { $0.number >= start && $0.number < end }
            if index > 0 { #expect(inside.first?.kind == .config, "segment \(start)") }
            for entry in inside where entry.kind == .receipt {
                let configuration = try #require(inside.first { $0.number == entry.generation }, "no receipt refers outside its segment")
                let isPast = entry.text?.hasPrefix("s") == true || entry.text.map { $0.hasPrefix("t") && (Int($0.drop { $0 == "t" }) ?? 99) < 5 } == true
                #expect(configuration.body == .kept(isPast ? content : other))
            }
        }
    }

    private enum Segments {
        static func numbers(_ disk: SimulatedDisk) -> [UInt64] {
            SegmentName.segments(disk.paths.map { String($0.dropFirst(SimulatedDisk.directory.utf8.count + 1)) })
        }
    }
}
