import FindingModel
import GRDB
import Journal
import Testing

@testable import State

/// Which event keys were seen before, through merges, restarts and expiry.
struct EventKeysTests {
    private static let scope = KeyScope(vendor: "v", account: "a")
    private static let day: Int64 = 24 * 3600 * 1000

    private func key(_ number: Int) -> EventKey { EventKey(scope: Self.scope, kind: "k", key: "\(number)") }

    /// Claims keys as a plain dictionary would, and compares.
    @Test(arguments: [UInt64(1), 2, 3])
    func agreesWithADictionaryWhateverIsMergedAndRestarted(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let store = try StateStore.open(path: folder.file("state.db"))
        var model: [Int: (entry: Int64, received: Int64)] = [:]
        var received: Int64 = 0
        var keys = try store.withWriter { try EventKeys(from: $0, setSize: 50) }
        for entry in Int64(1)...3000 {
            let number = Int.random(in: 0..<1500, using: &generator)
            received += entry % 500 == 0 ? 11 * Self.day : 1
            let known = model[number].flatMap { $0.received > received - EventKeys.keptMilliseconds ? $0.entry : nil }
            let first = try store.withWriter { database in
                let first = try keys.claim(key(number), entry: entry, received: received, in: database)
                if entry % 37 == 0 {
                    try keys.flush(to: database)
                    keys = try EventKeys(from: database, setSize: 50)
                }
                return first
            }
            try #require(first == known, "seed \(seed), entry \(entry)")
            if known == nil { model[number] = (entry, received) }
        }
        let indexed = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event_key_index") ?? 0 }
        let kept = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event_keys") ?? 0 }
        #expect(indexed > 100)
        #expect(kept >= indexed)
    }

    @Test func keysSortAsTheyDoInTheDatabase() throws {
        let keys = (0..<200).map { key($0) }
        let sorted = keys.sorted().map { [UInt8]($0.data) }
        #expect(sorted == keys.map { [UInt8]($0.data) }.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(keys.allSatisfy { EventKey($0.data) == $0 })
    }

    @Test func eventsOfTwoKindsMayHaveOneID() async throws {
        var script = Script()
        for kind in ["risk", "scan"] { script.add(kind, key: "1", at: 1, kind: kind) { .finding($0, kind) } }
        let gate = try Gate(script)
        #expect(try await gate.changes(of: "risk", "scan", "risk", "scan") == ["finding.opened", "finding.opened"])
    }

    @Test func keysThatAnOlderVersionKeptAreNotDoubledAndHoldTheirKindBack() async throws {
        var script = Script()
        for kind in ["risk", "scan"] { script.add(kind, key: "1", at: 1, kind: kind) { .finding($0, kind) } }
        let gate = try Gate(script)
        let entry = Int64(clamping: try await gate.receive("risk"))
        try gate.catchUp()
        // As the version before had it: the key without its kind.
        let former = EventKey(scope: script.scope, before6: "1")
        try gate.store.withWriter { database in
            try database.execute(sql: "UPDATE event_keys SET digest = ?", arguments: [former.data])
            try database.execute(sql: "UPDATE event_key_form SET last_without_kind = ?", arguments: [entry])
        }
        #expect(try await gate.changes(of: "risk", "scan", "scan") == ["finding.opened"])
        #expect(try await gate.queries.sources().first { $0.source == "shop" }?.outcomes == [.mapped: 2, .duplicate: 2])
        // A month later nothing of it is kept.
        gate.setTime(1000 + 31 * 24 * 3600)
        #expect(try await gate.changes(of: "risk") == [])
        #expect(try await gate.queries.sources().first { $0.source == "shop" }?.outcomes == [.mapped: 3, .duplicate: 2])
        #expect(try gate.store.withWriter { try EventKeys(from: $0).hasFormer } == false)
    }

    @Test func keysOfAClockThatWasAheadCountFromWhenThatWasFoundOut() async throws {
        var script = Script()
        for name in ["a", "b", "c"] { script.add(name, key: name, at: 1) { .finding($0, name) } }
        let gate = try Gate(script)
        let day: Int64 = 24 * 3600
        // Nine years ahead, then right again.
        gate.setTime(9 * 365 * day)
        #expect(try await gate.changes(of: "a", "b") == ["finding.opened", "finding.opened"])
        gate.setTime(1000)
        #expect(try await gate.changes(of: "a") == ["notice.gateway_clock_step"])
        gate.setTime(1000 + 29 * day)
        #expect(try await gate.changes(of: "a") == [])
        #expect(try await gate.queries.sources().first { $0.source == "shop" }?.outcomes == [.mapped: 2, .duplicate: 2])
        gate.setTime(1000 + 31 * day)
        #expect(try await gate.changes(of: "a", "c") == ["finding.opened"])
        #expect(try await gate.queries.sources().first { $0.source == "shop" }?.outcomes == [.mapped: 4, .duplicate: 2])
        // What the clock stamped is let go like anything else.
        let kept = try gate.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event_keys") }
        #expect(kept == 2)
        await gate.journal.stop()
    }

    @Test func keyIsUniqueToItsVendorAndAccount() {
        let scopes = [
            KeyScope(vendor: "v", account: "a"), KeyScope(vendor: "w", account: "a"), KeyScope(vendor: "v", account: "b"), KeyScope(vendor: "va", account: ""),
        ]
        #expect(Set(scopes.map { EventKey(scope: $0, kind: "k", key: "1") }).count == 4)
    }
}
