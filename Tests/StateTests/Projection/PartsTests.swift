import Adapters
import FindingModel
import GRDB
import Journal
import Testing

@testable import State

/// An event of many records is worked off in parts, and ends as it would in one.
struct PartsTests {
    /// More than two whole parts, however fast the machine: a slow one makes more of them.
    private static let count = 1100

    private static var script: Script {
        var script = Script()
        script.add("before", key: "before", at: 1) { .finding($0, "before") }
        script.add("many") { entry, _ in
            let records = (0..<count).map { MappedRecord.finding(entry, "\($0)") }
            return .init(key: "many", kind: "k", kindRank: 0, time: Making.time(2), latestTime: nil, ignored: false, records: records, drift: [])
        }
        script.add("closing", key: "closing", at: 3) { .scan($0, "1", .completed, closed: (0..<count).map { "\($0)" }) }
        script.add("after", key: "after", at: 4) { .finding($0, "after") }
        return script
    }

    private struct Stopped: Error {}

    private func filled() async throws -> Gate {
        let gate = try Gate(Self.script)
        for body in ["before", "many", "closing", "after"] { try await gate.receive(body) }
        return gate
    }

    private func unfinished(_ gate: Gate) throws -> UnfinishedEntry? { try gate.store.read { try UnfinishedEntry(from: $0) } }

    /// Projects until `count` more parts were stored, and ends there as a process that is killed does.
    private func interrupt(_ gate: Gate, afterParts count: Int) throws {
        let projection = try gate.store.withWriter { try Projection(from: $0) }
        var parts = 0
        projection.onPart = { _ in
            parts += 1
            if parts == count { throw Stopped() }
        }
        var work = EntryProjector(projection: projection, mapper: Self.script.mapper(), survey: JournalSurvey()) { _, _ in
        } husk: { _ in
            nil
        } receipt: { _ in
            nil
        }
        var queue = WorkQueue(EntrySource(gate.journal), after: projection.position.entry)
        _ = try queue.fill(limit: 10, maxBytes: 1 << 20, leftOut: EntryRanges())
        let error = #expect(throws: StateError.self) {
            try gate.store.withWriter { database in
                try database.inParts {
                    for entry in queue.items.compactMap(\.entry) { try work.project(entry, in: database) }
                    try projection.flush(to: database)
                }
            }
        }
        #expect(error?.message.contains("Stopped") == true)
    }

    private func words(_ gate: Gate) throws -> [String] { try gate.allChanges().map { "\($0.sequence) \($0.id.drop { $0 != "-" }) \($0.type) \($0.subject)" } }

    @Test func changesAndCountsAreTheSameWhereverItWasInterrupted() async throws {
        let whole = try await filled()
        try whole.catchUp()
        #expect(try unfinished(whole) == nil)
        let changes = try words(whole)
        #expect(changes.count == 2 * Self.count + 3)
        for interruptions in 1...2 {
            let gate = try await filled()
            for part in 1...interruptions {
                let before = try unfinished(gate)
                try interrupt(gate, afterParts: part)
                let after = try #require(try unfinished(gate))
                #expect(after.entry > before?.entry ?? 0 || after.units > before?.units ?? 0)
                // The journal's position is that of the last whole entry, and proves it.
                let position = try gate.store.read { try Position(from: $0) }
                #expect(position.entry == after.entry - 1)
                #expect(try JournalLossSearch(store: gate.store, source: EntrySource(gate.journal)).run(end: gate.journal.watermark, first: 1) == nil)
            }
            try gate.catchUp()
            #expect(try unfinished(gate) == nil)
            #expect(try words(gate) == changes)
            #expect(try await gate.queries.conservation(EntrySource(gate.journal)) == whole.queries.conservation(EntrySource(whole.journal)))
        }
    }

    @Test func anErasureGoesOnWhereItWasInterrupted() async throws {
        let gate = try await filled()
        try gate.catchUp()
        let husk = try HuskMaker(store: gate.store, source: EntrySource(gate.journal), makeMapper: { Self.script.mapper() }).husk(of: 3)
        try await gate.journal.erase(3, reason: "a test", who: "me", husk: try #require(husk))
        try interrupt(gate, afterParts: 1)
        #expect(try unfinished(gate)?.entry == gate.journal.watermark)
        try gate.catchUp()
        #expect(try unfinished(gate) == nil)
        #expect(try gate.allChanges().count { $0.isErased && $0.data.text.contains("(erased)") } == Self.count)
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try gate.dump() == replay.dump())
    }

    @Test func anEntryThatGetsOnIsNotToBlameForTheProcessDying() {
        var attempt = Attempt.none
        for units in stride(from: 0, to: 4000, by: 500) {
            attempt = attempt.taking(first: 7, last: 7, units: units).atStart(position: 6, unfinished: (7, units + 500))
            #expect(attempt.deaths == 1 && attempt.condemned.isEmpty)
        }
        for death in 2...3 {
            attempt = attempt.taking(first: 7, last: 7, units: 4000).atStart(position: 6, unfinished: (7, 4000))
            #expect(attempt.deaths == death)
        }
        #expect(attempt.condemned.map(\.first) == [7])
    }

    @Test func partsEndByNumberAndByMemory() throws {
        var stored: [Int] = [], isFull = false
        let parts = EntryParts(stored: 0, isFull: { isFull }, store: { stored.append($0) })
        var done = 0
        for _ in 0..<EntryParts.unitsMax { try parts.unit { done += 1 } }
        let first = stored.last ?? 0
        isFull = true
        try parts.unit { done += 1 }
        try parts.unit { done += 1 }
        #expect(stored.suffix(2) == [500, 501] && first < 500 && done == 502)
        #expect(parts.isSplit)
    }

    @Test func whatIsStoredIsPassedOver() throws {
        var stored: [Int] = [], done: [Int] = []
        let parts = EntryParts(stored: 3, isFull: { true }, store: { stored.append($0) })
        for unit in 1...5 { try parts.unit { done.append(unit) } }
        #expect(done == [4, 5] && stored == [4])
    }

    @Test func theCacheWeighsBytes() throws {
        let gate = try Gate(Self.script)
        try gate.store.withWriter { database in
            try database.inTransaction {
                let cache = try RecordCache(from: database)
                for number in 0..<40 {
                    let record = try cache.record(Making.uid(.finding, "\(number)"), kind: .finding)
                    var state = FindingState()
                    let finding = Making.finding("\(number)") { $0.desc = String(repeating: "x", count: 500_000) }
                    state.apply(finding, says: [.desc], stamp: Stamp(time: Making.time(1), rank: 0, hash: 1, entry: 1))
                    record.state = .finding(state)
                    cache.touch(record, source: 0, by: Touch.none)
                    _ = record.json()
                    if cache.isFull { try cache.flush() }
                }
                #expect(cache.heldBytes <= 32 << 20)
                #expect(cache.heldBytes > 8 << 20)
                return .commit
            }
        }
    }
}
