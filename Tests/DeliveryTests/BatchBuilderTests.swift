import FindingModel
import Testing

@testable import Delivery

struct BatchBuilderTests {
    @Test func batchesEndAtTheirCount() {
        var builder = BatchBuilder(limits: SinkLimits(count: 3, bytes: 1 << 20), after: 0)
        let full = Change.findings(1...7).flatMap { builder.add($0, isTaken: true) }
        #expect(full.map { $0.changes.map(\.sequence) } == [[1, 2, 3], [4, 5, 6]])
        #expect(builder.holdsChanges)
        #expect(builder.flush()?.changes.map(\.sequence) == [7])
        #expect(builder.flush() == nil && !builder.holdsChanges && builder.position == 7)
    }

    @Test func batchesEndBeforeTheChangeThatIsTooMuch() {
        var builder = BatchBuilder(limits: SinkLimits(count: 100, bytes: 2000), after: 0)
        let sizes = [500, 500, 10, 5000, 10, 10]
        let changes = zip(1..., sizes).map { Change.finding(UInt64($0), padding: $1) }
        let full = changes.flatMap { builder.add($0, isTaken: true) }
        #expect(full.map { $0.changes.map(\.sequence) } == [[1, 2], [3], [4]])
        #expect(builder.flush()?.changes.map(\.sequence) == [5, 6])
    }

    @Test func stretchesWithoutTakenChangesAreBatchesToo() {
        var builder = BatchBuilder(limits: SinkLimits(count: 2, bytes: 1 << 20), after: 10)
        for change in Change.findings(11...15) { #expect(builder.add(change, isTaken: false).isEmpty) }
        let batch = builder.flush()
        #expect(batch?.changes.isEmpty == true && batch?.after == 10 && batch?.through == 15 && batch?.filtered == 5)
    }

    @Test func whatIsNoLongerKeptIsCounted() {
        var builder = BatchBuilder(limits: SinkLimits(count: 10, bytes: 1 << 20), after: 3)
        _ = builder.add(.finding(100), isTaken: true)
        _ = builder.add(.finding(100), isTaken: true)
        _ = builder.add(.finding(99), isTaken: true)
        _ = builder.add(.finding(102), isTaken: true)
        let batch = builder.flush()
        #expect(batch?.expired == 97 && batch?.changes.map(\.sequence) == [100, 102])
    }

    @Test(arguments: [([3, 4, 5, 6, 7, 9], "3-7,9"), ([1, 3, 5], "1,3,5"), ([1, 2, 4, 5], "1-2,4-5")] as [([UInt64], String)])
    func gapsAreWrittenAsRanges(_ sequences: [UInt64], _ expected: String) {
        var batch = Batch(after: 0)
        batch.changes = sequences.map { .finding($0) }
        #expect(batch.sequenceRanges == expected)
    }

    @Test func aRowWithoutGapsNeedsNoRanges() {
        var batch = Batch(after: 0)
        #expect(batch.sequenceRanges == nil)
        batch.changes = Change.findings(4...9)
        #expect(batch.sequenceRanges == nil)
    }

    @Test(arguments: 0..<200)
    func everyChangeIsAccountedForOnce(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let limits = SinkLimits(count: .random(in: 1...8, using: &random), bytes: .random(in: 1...4000, using: &random))
        let start = UInt64.random(in: 0...5, using: &random)
        var builder = BatchBuilder(limits: limits, after: start)
        var position = SinkPosition(name: "s", start: start)
        var sequence = start
        var taken: [UInt64] = [], delivered: [UInt64] = []
        func pass(_ batch: Batch) {
            #expect(batch.after == position.cursor)
            #expect(batch.changes.count <= limits.count)
            position.advance(past: batch)
            delivered += batch.changes.map(\.sequence)
            #expect(position.cursor - position.start == position.delivered + position.filtered + position.expired)
        }
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            sequence += .random(in: 1...3, using: &random)
            let isTaken = Bool.random(using: &random)
            if isTaken { taken.append(sequence) }
            let change = Change.finding(sequence, padding: .random(in: 0...1500, using: &random))
            for batch in builder.add(change, isTaken: isTaken) { pass(batch) }
            if Int.random(in: 0..<6, using: &random) == 0, let batch = builder.flush() { pass(batch) }
        }
        if let batch = builder.flush() { pass(batch) }
        #expect(delivered == taken && position.cursor == sequence)
    }
}
