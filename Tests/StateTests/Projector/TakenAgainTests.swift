import Adapters
import FindingModel
import Foundation
import GRDB
import JSONDocument
import Journal
import Testing

@testable import State

/// A state.db that was made while some entries could not be read, and that took them in later, counts and keeps what one made anew does.
struct TakenAgainTests {
    private static let sources = ["shop", "site"]

    private static var script: Script {
        var script = Script()
        for number in 0..<40 {
            var drift = [Drift(kind: .field, place: "$.f\(number % 5)")]
            if number % 3 == 0 { drift.append(Drift(kind: .enum, place: "$.e: word\(number % 7)")) }
            if number % 11 == 0 { drift.append(Drift(kind: .json, place: "$.own\(number)")) }
            let said = drift
            script.add("f\(number)") { entry, _ in
                MappedEvent(
                    key: number % 6 == 5 ? nil : "k\(number)", kind: "f", kindRank: 0, time: Making.time(Int64(number)),
                    latestTime: Making.time(Int64(number)), ignored: number % 20 == 13,
                    records: [.finding(entry, number % 6 == 5 ? "own \(number)" : "\(number % 9)", number % 4 == 0 ? .fixed : .open)],
                    drift: said)
            }
        }
        return script
    }

    /// Turns a byte of entry `number`: of its body, or of the header of its batch. Each was appended alone, and its batch is one block.
    static func turn(_ folder: String, _ number: UInt64, isWhole: Bool) throws {
        let path = folder + "/00000000000000000001.segment"
        let offset = number * 4096
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        let block = try #require(try file.read(upToCount: 4096))
        let end = try #require(block.lastIndex { $0 != 0 }) - block.startIndex
        let place = offset + UInt64(isWhole ? 8 : end)
        try file.seek(toOffset: place)
        try file.write(contentsOf: [block[block.startIndex + Int(place - offset)] ^ 0x40])
        try file.close()
    }

    private static func settle(_ gate: Gate) async throws { try await Projector(store: gate.store, journal: gate.journal) { script.mapper() }.settle() }

    private func history(_ generator: inout SeededGenerator) async throws -> Gate {
        let gate = try Gate(Self.script)
        _ = try await gate.append(EntryDraft(kind: .config, body: Array(#"{"rules":3}"#.utf8)))
        for source in Self.sources { try await gate.receive("f0", source: source) }
        for round in 0..<60 {
            gate.setTime(1000 + Int64(round) * 300)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0:
                let notice = GatewayNotice(kind: "disk", summary: "round \(round)") { writer in
                    writer.key("volume")
                    writer.string("v\(round % 2)")
                }
                _ = try await gate.append(EntryDraft(kind: .notice, body: notice.bytes))
            case 1: _ = try await gate.append(EntryDraft(kind: .tick, body: Array("{}".utf8)))
            default:
                try await gate.receive(
                    "f\(Int.random(in: 0..<40, using: &generator))", source: Self.sources.randomElement(using: &generator) ?? "shop")
            }
        }
        return gate
    }

    @Test(arguments: Array(1...8) as [UInt64])
    func countsAreThoseOfStateMadeAnew(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let before = try await history(&generator)
        // Receipts that have a key: whether one without repeats another is judged when it comes.
        var receipts: [UInt64] = []
        for number in 8...before.journal.watermark {
            guard let entry = try EntrySource(before.journal).entry(number), entry.kind == .receipt, let body = entry.body.bytes else { continue }
            if let name = Int(String(decoding: body.dropFirst(), as: UTF8.self)), name % 6 != 5 { receipts.append(number) }
        }
        let damaged = receipts.shuffled(using: &generator).prefix(5).map { ($0, isWhole: Bool.random(using: &generator)) }
        func turnAll(_ folder: String) throws { for (number, isWhole) in damaged { try Self.turn(folder, number, isWhole: isWhole) } }
        let whole = before.journal.watermark
        var gate = try await Gate(again: before, turnAll)
        try gate.catchUp(batch: 7)
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).count(.unreadable) == damaged.count, "seed \(seed)")
        gate = try await Gate(again: gate, turnAll)
        try await Self.settle(gate)
        #expect(try gate.store.read { try Position(from: $0).entry } < whole, "seed \(seed)")
        // It may be stopped amid it, and look through everything again.
        try gate.catchUp(batch: 3, through: whole - 5)
        gate = try await Gate(again: gate)
        try await Self.settle(gate)
        try gate.catchUp(batch: 7)
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        for (table, sql) in Self.tables {
            let taken = try Self.rows(gate, sql), anew = try Self.rows(again, sql)
            #expect(taken == anew, "seed \(seed), \(table): instead of \(anew.filter { !taken.contains($0) }) \(taken.filter { !anew.contains($0) })")
        }
        #expect(try Self.rows(gate, Self.miscounted) == [], "seed \(seed)")
        let ids = try gate.allChanges().map(\.id)
        #expect(Set(ids).count == ids.count, "seed \(seed): an id is given once")
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds, "seed \(seed)")
        await gate.journal.stop()
    }

    /// What must be the same; changes come in another order, what a receipt changed depends on what was known, and the first or last receipt that showed
    /// drift may by now be a duplicate.
    private static let tables: [(String, String)] = [
        ("projection", "SELECT entry, received, tag, receipts, proof, rules FROM projection"), ("counters", "SELECT * FROM counters WHERE count != 0"),
        ("sources", "SELECT * FROM sources"), ("events", "SELECT entry, source, received, outcome, kind, key, first, wall FROM events"),
        ("drift", "SELECT source, kind, place, count FROM drift"),
        ("records", "SELECT r.uid, r.known, r.status, r.severity FROM records r WHERE r.kind != 3"),
        ("notices", "SELECT r.uid FROM records r JOIN changes c ON c.record = r.id WHERE c.type = 'notice.gateway_disk'"),
        ("notices_told", "SELECT * FROM notices_told"), ("skipped", "SELECT * FROM skipped"), ("unread", "SELECT * FROM unread"),
        ("event_keys", "SELECT * FROM event_keys"), ("event_key_index", "SELECT * FROM event_key_index"), ("tags", "SELECT * FROM tags"),
        ("clock_steps", "SELECT * FROM clock_steps"), ("quarantined", "SELECT * FROM quarantined"), ("taken", "SELECT * FROM taken"),
    ]

    /// Receipts that say to have made another number of changes than there are of them.
    private static let miscounted = "SELECT entry, changes FROM events e WHERE changes != (SELECT count(*) FROM changes c WHERE c.entry = e.entry)"

    private static func rows(_ gate: Gate, _ sql: String) throws -> [String] {
        try gate.store.read { try Row.fetchAll($0, sql: sql).map { $0.map { "\($0) \($1)" }.joined(separator: ", ") }.sorted() }
    }
}
