import Adapters
import FindingModel
import GRDB
import Journal
import Synchronization
import Testing

@testable import State

/// The projector's thread.
struct ProjectorTests {
    private static var script: Script {
        var script = Script()
        for name in ["a", "b", "c"] { script.add(name, key: name, at: 1) { .finding($0, name) } }
        script.add("hang") { entry, _ in
            while !hangsAreOver.withLock({ $0 }) {}
            return .init(key: "h", kind: "h", kindRank: 0, time: nil, latestTime: nil, ignored: true, records: [], drift: [])
        }
        return script
    }

    private static let hangsAreOver = Mutex(false)

    private func projector(_ gate: Gate, _ change: (inout ProjectorOptions) -> Void = { _ in }) -> Projector {
        var options = ProjectorOptions()
        change(&options)
        let script = Self.script
        return Projector(store: gate.store, journal: gate.journal, options: options) { script.mapper() }
    }

    @Test func followsTheJournalUntilItIsStopped() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        let projector = projector(gate)
        try await projector.start()
        #expect(await Waiting.until { projector.lag == 0 })
        try await gate.receive("b")
        await projector.changes.wait(after: 1)
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.opened"])
        await projector.stop()
        try await gate.receive("c")
        #expect(projector.lag == 1)
        #expect(projector.status.sequence == 2)
    }

    @Test func stopWithoutStartReturns() async throws {
        await projector(try Gate(Self.script)).stop()
    }

    @Test func entryThatTakesTooLongIsReported() async throws {
        let gate = try Gate(Self.script)
        let number = try await gate.receive("hang")
        let hung = Mutex<UInt64?>(nil)
        let projector = projector(gate) {
            $0.watchdogMilliseconds = 50
            $0.onHang = { entry in
                hung.withLock { $0 = entry }
                Self.hangsAreOver.withLock { $0 = true }
            }
        }
        try await projector.start()
        #expect(await Waiting.until { hung.withLock { $0 } == number })
        await projector.stop()
    }

    @Test func lostEntriesOfTheJournalAreSaid() async throws {
        let before = try Gate(Self.script)
        try await before.receive("a")
        try before.catchUp()
        let tag = before.journal.tag
        // What a journal that lost its end looks like to state.db.
        try before.store.withWriter { database in
            try database.execute(sql: "UPDATE projection SET entry = 90")
            try database.execute(sql: "INSERT INTO events SELECT 80, source, received, outcome, kind, key, first, changes, wall FROM events LIMIT 1")
        }
        let gate = try await Gate(again: before)
        let projector = projector(gate)
        try await projector.start()
        try await gate.receive("b")
        #expect(await Waiting.until { projector.lag == 0 && projector.status.sequence == 3 })
        await projector.stop()
        let changes = try gate.allChanges()
        #expect(changes.map(\.type) == ["finding.opened", "notice.gateway_recovery", "finding.opened"])
        #expect(changes.map { String($0.id.prefix(8)) } == [tag, gate.journal.tag, gate.journal.tag])
        #expect(changes[1].data.text.contains("Entries of the journal are lost: receipt 80 that state.db had taken in"))
        #expect(try await gate.queries.events(EventFilter()).allSatisfy { $0.receipt < 80 })
    }

    @Test func errorOfTheDatabaseIsSurvived() async throws {
        let gate = try Gate(Self.script)
        let projector = projector(gate)
        try await projector.start()
        try gate.store.withWriter { try $0.execute(sql: "CREATE TRIGGER no_events BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'none'); END") }
        try await gate.receive("a")
        #expect(await Waiting.until { projector.status.failure != nil })
        // It is closed for a moment whenever it is opened again.
        #expect(await Waiting.until { (try? gate.store.withWriter { try $0.execute(sql: "DROP TRIGGER no_events") }) != nil })
        #expect(await Waiting.until { projector.lag == 0 })
        #expect(projector.status.failure == nil)
        await projector.stop()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened"])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds)
    }
}
