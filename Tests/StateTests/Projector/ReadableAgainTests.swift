import FindingModel
import Foundation
import Journal
import Testing

@testable import State

/// Entries that the journal could not read for a while.
struct ReadableAgainTests {
    private static let names = ["alpha", "beta", "gamma"]

    private static var script: Script {
        var script = Script()
        for name in names { script.add(name, key: name, at: 1) { .finding($0, name) } }
        return script
    }

    /// What of the first receipt is damaged.
    enum Part: CaseIterable { case body, batch }

    /// Changes a byte of the first receipt's body, or of the header of its batch, which is one block; and changes it back when called again.
    private static func turn(_ part: Part, _ folder: String) throws {
        let path = folder + "/00000000000000000001.segment"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(bytes.range(of: Data("lpha".utf8))).lowerBound - 1
        let offset = part == .body ? place : place / 4096 * 4096 + 8
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [bytes[offset] ^ 0x40])
        try file.close()
    }

    private func settle(_ gate: Gate) async throws {
        let script = Self.script
        try await Projector(store: gate.store, journal: gate.journal) { script.mapper() }.settle()
        try gate.catchUp()
    }

    /// A gate whose state.db was made while the first receipt could not be read.
    private func damaged(_ part: Part = .body) async throws -> (gate: Gate, tag: String) {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        let tag = before.journal.tag
        let gate = try await Gate(again: before) { try Self.turn(part, $0) }
        try await settle(gate)
        return (gate, tag)
    }

    @Test(arguments: Part.allCases) func whatCanBeReadAgainIsTakenInAndToldLast(part: Part) async throws {
        let (before, tag) = try await damaged(part)
        let told = ["\(tag)-3-1", "\(tag)-4-1"]
        #expect(try before.allChanges().map(\.id).filter(told.contains) == told)
        #expect(try await before.queries.conservation(EntrySource(before.journal)).count(.unreadable) == 1)
        let missing = try #require(try await before.queries.unreadable())
        #expect(missing == UnreadableEntries(count: 1, first: 2) && UnreadableEntries(missing.text) == missing)
        let gate = try await Gate(again: before) { try Self.turn(part, $0) }
        try await settle(gate)
        #expect(try await gate.queries.unreadable() == nil)
        let ids = try gate.allChanges().map(\.id).filter { $0.hasPrefix(tag) }
        #expect(ids == told + ["\(tag)-2-1"])
        let conservation = try await gate.queries.conservation(EntrySource(gate.journal))
        #expect(conservation.holds && conservation.count(.mapped) == 3 && conservation.count(.unreadable) == 0)
        // Made from nothing it gives the same ids, in the journal's order.
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges().map(\.id).filter { $0.hasPrefix(tag) } == ids.sorted())
        await gate.journal.stop()
    }

    /// Its change stands behind those of later receipts in the row, and is found there: by its id, by its receipt, and by an erasure.
    @Test func whatWasTakenInAgainIsFoundAndErased() async throws {
        let (before, tag) = try await damaged()
        let gate = try await Gate(again: before) { try Self.turn(.body, $0) }
        try await settle(gate)
        #expect(try await gate.queries.change("\(tag)-2-1")?.sequence == gate.allChanges().last { $0.id.hasPrefix(tag) }?.sequence)
        for receipt in UInt64(2)...4 { #expect(try await gate.queries.changes(ofEntry: receipt).map(\.id) == ["\(tag)-\(receipt)-1"]) }
        #expect(try await gate.queries.change("\(tag)-2-2") == nil)
        #expect(try await gate.queries.changeCount(ofEntry: 2) == 1)
        try await gate.erase(2)
        #expect(try gate.allChanges().filter(\.isErased).map(\.id) == ["\(tag)-2-1"])
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges().filter(\.isErased).map(\.id) == ["\(tag)-2-1"])
        await gate.journal.stop()
    }

    @Test func whatCannotBeReadStillIsNotTakenInAgainAndAgain() async throws {
        let (before, _) = try await damaged()
        let gate = try await Gate(again: before)
        let position = try gate.store.read { try Position(from: $0).entry }
        let script = Self.script
        try await Projector(store: gate.store, journal: gate.journal) { script.mapper() }.settle()
        #expect(try gate.store.read { try Position(from: $0).entry } == position)
        await gate.journal.stop()
    }

    @Test func whatCanBeReadAgainIsFoundHoweverMuchIsMissing() async throws {
        let before = try Gate(Self.script)
        // The last one stays whole: a damaged end is cut off.
        for number in 0..<10 { try await before.receive(Self.names[number % 3]) }
        func turn(_ numbers: ClosedRange<UInt64>) -> (String) throws -> Void {
            { folder in for number in numbers { try TakenAgainTests.turn(folder, number, isWhole: number % 4 == 0) } }
        }
        var gate = try await Gate(again: before, turn(2...10))
        try gate.catchUp()
        func found(_ looks: Int) throws -> [UInt64?] {
            let search = ReadableAgain(store: gate.store, source: EntrySource(gate.journal), log: ProjectorOptions().log)
            return try (0..<looks).map { _ in try search.first(through: gate.journal.watermark, page: 2, most: 3) }
        }
        #expect(try found(4) == [nil, nil, nil, nil])
        // Each start goes on where the one before ended, and in the end at the beginning.
        gate = try await Gate(again: gate, turn(10...10))
        #expect(try found(3).contains(10))
        gate = try await Gate(again: gate, turn(3...3))
        gate = try await Gate(again: gate, turn(10...10))
        #expect(try found(4).contains(3))
        await gate.journal.stop()
    }

    @Test func behindAVoidStateIsMadeAnew() async throws {
        let (before, tag) = try await damaged()
        let decision = VoidDecision(source: "shop", beginning: .receipt(4), end: .receipt(4), reason: "a test", who: "me")
        _ = try await before.append(EntryDraft(kind: .decision, body: decision.bytes))
        try before.catchUp()
        let gate = try await Gate(again: before) { try Self.turn(.body, $0) }
        try await settle(gate)
        #expect(gate.store.remakes == 1)
        #expect(try gate.allChanges().prefix(3).map(\.id) == ["\(tag)-2-1", "\(tag)-3-1", "\(tag)-4-1"])
        await gate.journal.stop()
    }
}
