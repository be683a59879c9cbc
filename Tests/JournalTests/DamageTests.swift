import FindingModel
import Testing

@testable import Journal

/// What a flipped bit costs, in each region of a batch and at each place of a segment.
struct DamageTests {
    enum Region: CaseIterable { case header, head, body, padding }

    struct Case: CustomTestStringConvertible {
        let region: Region
        /// 0, 2 or 4 of five batches.
        let batch: Int
        /// Whether another segment follows the damaged one.
        let sealed: Bool

        var testDescription: String { "\(region) of batch \(batch)\(sealed ? ", sealed" : "")" }

        static let all: [Case] = Region.allCases.flatMap { region in
            [0, 2, 4].flatMap { batch in [false, true].map { Case(region: region, batch: batch, sealed: $0) } }
        }

        /// The bytes that are changed, one at a time.
        func places(_ layout: SegmentBuilder.Layout) -> [Int] {
            let range =
                switch region {
                case .header: layout.header
                case .head: layout.heads[1]
                case .body: layout.bodies[1]
                case .padding: layout.padding
                }
            return [range.lowerBound, range.lowerBound + range.count / 3, range.lowerBound + range.count / 2, range.upperBound - 1]
        }
    }

    private static let segment = SegmentBuilder.receipts(batches: 5)
    private static let following = SegmentBuilder.receipts(batches: 1, first: 16, previousHash: segment.lastHash, salt: Array(100..<116))

    private static func disk(_ test: Case) -> SimulatedDisk { SimulatedDisk.with(test.sealed ? [segment, following] : [segment]) }

    @Test(arguments: Case.all) func verifyNamesThePlace(test: Case) throws {
        let layout = Self.segment.layouts[test.batch]
        for place in test.places(layout) {
            let disk = Self.disk(test)
            #expect(try disk.verify().isIntact)
            disk.flip(disk.path(1), byte: place, bit: place % 8)
            let report = try disk.verify()
            let problem = try #require(report.problems.first)
            #expect(report.problemCount == 1 && problem.segment == SegmentName.name(first: 1))
            let second = layout.numbers.lowerBound + 1
            switch test.region {
            case .header: #expect(problem.region == .header && problem.offset == layout.offset)
            case .head: #expect(problem.region == .head && problem.offset == layout.heads[1].lowerBound && problem.numbers == layout.numbers)
            case .body: #expect(problem.region == .body && problem.offset == layout.bodies[1].lowerBound && problem.numbers == second...second)
            case .padding: #expect(problem.region == .padding && problem.offset == place)
            }
            // What follows the journal's last header is not known to have been a batch.
            if test.region == .header, test.batch < 4 || test.sealed { #expect(problem.numbers == layout.numbers) }
        }
    }

    /// Somebody has read what stands in the last batch, or behind it: nobody reads what is not durable.
    @Test(arguments: [UInt64(0), 12, 13, 15, 90]) func aBadBodyOfTheLastBatchCostsItsEntryWhereThatWasDurable(durable: UInt64) async throws {
        let layout = Self.segment.layouts[4], isDamage = durable >= 13
        for place in [layout.bodies[1].lowerBound, layout.bodies[1].upperBound - 1] {
            let disk = Self.disk(Case(region: .body, batch: 4, sealed: false))
            disk.flip(disk.path(1), byte: place)
            let files = try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem).knownDurable(through: durable)
            #expect(try files.head()?.number == (isDamage ? 15 : 12))
            var options = disk.options()
            options.durable = durable
            let (journal, recovery) = try SegmentJournal.open(options)
            var reader = journal.reader(from: 13)
            let receipts = try reader.all().filter { $0.kind == .receipt }
            #expect(receipts.map(\.number) == (isDamage ? [13, 14, 15] : []))
            #expect(receipts.map { $0.body == .unreadable } == (isDamage ? [false, true, false] : []))
            #expect((recovery.cut == nil) == isDamage && recovery.unreadable == (isDamage ? [14] : []))
            #expect(recovery.sentences.contains("the body of entry 14 is damaged") == isDamage)
            #expect(try await journal.append(.receipt("{}")).number == (isDamage ? 17 : 14), "a number is given once")
            await journal.stop()
        }
    }

    @Test(arguments: Case.all) func aBadBodyCostsItsEntryABadHeadOrHeaderItsBatchAndPaddingNothing(test: Case) async throws {
        let layout = Self.segment.layouts[test.batch]
        let isCut = test.batch == 4 && !test.sealed && test.region != .padding
        for place in test.places(layout) {
            let disk = Self.disk(test)
            disk.flip(disk.path(1), byte: place)
            let damaged = try #require(disk.bytes(disk.path(1)))
            let (journal, recovery) = try SegmentJournal.open(disk.options())
            var expected = Set<UInt64>(1...(test.sealed ? 18 : 15))
            if isCut || test.region == .head || test.region == .header { expected.subtract(layout.numbers) }
            let watermark = journal.watermark
            var reader = journal.reader(from: 1)
            let entries = try reader.all()
            #expect(Set(entries.filter { $0.kind == .receipt }.map(\.number)) == expected)
            for entry in entries where entry.kind == .receipt {
                let isDamaged = test.region == .body && !isCut && entry.number == layout.numbers.lowerBound + 1
                #expect(isDamaged ? entry.body == .unreadable : entry.text?.hasPrefix("{\"n\":\(entry.number),") == true)
            }
            if isCut {
                let cut = try #require(recovery.cut)
                #expect(cut.offset == layout.offset && recovery.damaged.isEmpty && recovery.unreadable.isEmpty && reader.skipped.isEmpty)
                #expect(disk.bytes(SimulatedDisk.directory + "/" + cut.file) == Array(damaged[layout.offset..<layout.offset + cut.bytes]))
                #expect(watermark == 13, "the numbers of what was cut are given to others")
                #expect(journal.tag != SegmentBuilder.tag, "and changes' ids begin with another tag")
            } else if test.sealed {
                #expect(!recovery.foundLoss && watermark == 19, "only the last segment is read at the start")
            } else {
                #expect(recovery.cut == nil && journal.tag != SegmentBuilder.tag)
                #expect(recovery.damaged.map(\.numbers) == (test.region == .head || test.region == .header ? [layout.numbers] : []))
                #expect(recovery.unreadable == (test.region == .body ? [layout.numbers.lowerBound + 1] : []))
            }
            if !isCut { #expect(reader.skipped == (test.region == .head || test.region == .header ? [layout.numbers] : [])) }
            try await Self.goesOn(journal, after: watermark)
            try await Self.startsAgain(disk, after: watermark + 1)
        }
    }

    private static func goesOn(_ journal: SegmentJournal, after watermark: UInt64) async throws {
        #expect(try await journal.append(.receipt("next")).number == watermark + 1)
        var reader = journal.reader(from: watermark + 1)
        #expect(try reader.all().map(\.text) == ["next"])
        await journal.stop()
    }

    /// A second start has nothing new to tell.
    private static func startsAgain(_ disk: SimulatedDisk, after watermark: UInt64) async throws {
        let (journal, recovery) = try SegmentJournal.open(disk.options(seed: 9))
        #expect(recovery.cut == nil && recovery.damaged.isEmpty && recovery.lastNumber == watermark + 1)
        await journal.stop()
    }

    @Test(arguments: [0, 9, 20, 4000, 4095]) func aBadFirstBlockIsMadeAnew(place: Int) async throws {
        let disk = SimulatedDisk.with([Self.segment])
        disk.flip(disk.path(1), byte: place)
        #expect(try disk.verify().problems.map(\.region) == [.firstBlock])
        #expect(try disk.read().entries.count == 15)
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(recovery.damaged.map(\.offset) == [0] && recovery.damaged.map(\.numbers) == [nil] && journal.watermark == 16)
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func aSegmentInWhichNothingCanBeReadIsKeptAside() async throws {
        let disk = SimulatedDisk.with([Self.segment, Self.following])
        let garbage = [UInt8](repeating: 0xA5, count: 20_000)
        disk.put(garbage, at: disk.path(16))
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        let cut = try #require(recovery.cut)
        #expect(disk.bytes(SimulatedDisk.directory + "/" + cut.file) == garbage)
        // Its numbers are given again, under another tag.
        #expect(journal.tag != SegmentBuilder.tag && journal.watermark == 16)
        #expect(try await journal.append(.receipt("next")).number == 17)
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func aBodyThatLooksLikeABatchIsNotTakenForOne() async throws {
        // The body of the damaged batch holds a whole batch of another segment, at a block's beginning.
        let foreign = SegmentBuilder.receipts(batches: 1, first: 2, salt: Array(50..<66))
        var segment = SegmentBuilder()
        segment.add([.receipt("first")])
        let offset = segment.bytes.count
        let filler = JournalFormat.blockBytes - BatchHeader.byteCount - EntryHead.byteCount(of: EntryDraft.receipt(""))
        let body = [UInt8](repeating: 0x20, count: filler) + foreign.bytes[JournalFormat.blockBytes...]
        segment.add([EntryDraft(kind: .receipt, source: "shop", peer: "192.0.2.1", body: body)])
        segment.add([.receipt("last")])
        let disk = SimulatedDisk.with([segment])
        disk.flip(disk.path(1), byte: offset + 50)
        let (entries, skipped) = try disk.read()
        #expect(entries.map(\.text) == ["first", "last"] && skipped == [2...2])
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(recovery.damaged.map(\.numbers) == [2...2])
        await journal.stop()
    }
}
