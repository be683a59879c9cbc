import Adapters
import FindingModel
import Foundation
import Journal
import Testing

@testable import State

/// A receipt that is erased although its body cannot be read.
struct UnreadErasureTests: ErasureTesting {
    /// A gate that has projected `bodies`, of which entry `number` cannot be read any more.
    private static func gate(_ bodies: [String], damaged number: UInt64, isWhole: Bool = false) async throws -> Gate {
        let before = try Gate(ErasureTests.script)
        // A damaged end would be cut off.
        for body in bodies + ["other"] { try await before.receive(body) }
        try before.catchUp()
        return try await Gate(again: before) { try ReadableAgainTests.turn($0, number, isWhole: isWhole) }
    }

    private static func block(_ gate: Gate) throws -> Data { try ReadableAgainTests.block(of: 3, in: gate.folder.file("journal")) }

    /// What a change is, without what it says.
    private static func told(_ changes: [Change]) -> [String] { changes.map { "\($0.id) \($0.sequence) \($0.type) \($0.subject)" } }

    @Test(arguments: [
        ["leak"], ["first", "leak"], ["first", "leak", "fixed"], ["leak", "new title", "fixed"], ["leak", "same title"], ["scan", "scan renamed"],
        ["leak b"], ["notice"], ["notice", "notice again"], ["word"], ["large"], ["many"], ["ignored"],
    ])
    func itsWordsAreGoneFromEverythingThatWasMadeOfIt(bodies: [String]) async throws {
        let number = UInt64(bodies[0] == "first" ? 3 : 2)
        let gate = try await Self.gate(bodies, damaged: number)
        let before = Self.told(try gate.allChanges()), records = try Self.statuses(gate)
        try await gate.erase(number)
        #expect(Self.told(try gate.allChanges()) == before, "an erasure tells nobody anything")
        #expect(try Self.statuses(gate) == records)
        if !bodies.contains("same title"), !bodies.contains("notice again") { try await expectGone(gate) }
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).count(.erased) == 1)
        let made = try #require(try gate.allChanges().first { $0.id.hasSuffix("-\(number)-1") || bodies == ["ignored"] })
        #expect(made.isErased || bodies == ["ignored"])
        // Whoever has lost state.db has the same records, under ids of their own.
        let again = try Gate(beside: gate, state: "again.db")
        for _ in 0..<2 { try again.catchUp() }
        #expect(try Self.statuses(again) == records)
        let known = Dictionary(uniqueKeysWithValues: try gate.allChanges().map { ($0.id, $0.type + $0.subject) })
        for change in try again.allChanges() { #expect(known[change.id].map { $0 == change.type + change.subject } ?? true, "\(change.id)") }
        #expect(try again.files(containing: Self.secret).isEmpty || bodies.contains("same title") || bodies.contains("notice again"))
        let third = try Gate(beside: gate, state: "third.db")
        for _ in 0..<2 { try third.catchUp() }
        #expect(try third.allChanges() == again.allChanges(), "once is told, it is the same each time")
        await gate.journal.stop()
    }

    private static func statuses(_ gate: Gate) throws -> [String] {
        try gate.store.read { database in
            try CheckedRow.fetchAll(database, sql: "SELECT uid, known, status, severity FROM records WHERE uid NOT LIKE 'n_%' ORDER BY uid").map { row in
                try "\(row[0] as String) \(row[1] as Int64) \(row[2] as Int64) \(row[3] as Int64)"
            }
        }
    }

    /// What came later in the words of others stays theirs.
    @Test func whatOthersSaidStays() async throws {
        let gate = try await Self.gate(["leak", "new title", "fixed"], damaged: 2)
        let before = try #require(try await gate.finding("a"))
        try await gate.erase(2)
        let finding = try #require(try await gate.finding("a"))
        #expect(finding.title == "clean" && before.title == "clean")
        #expect(finding.status == before.status && finding.desc == nil && before.desc != nil)
        let again = try Gate(beside: gate, state: "again.db")
        for _ in 0..<2 { try again.catchUp() }
        #expect(try await again.finding("a")?.title == "clean")
        await gate.journal.stop()
    }

    @Test func itsBytesAreGoneAndAreNotTakenInAgain() async throws {
        let gate = try await Self.gate(["first", "leak", "fixed"], damaged: 3)
        let damaged = try Self.block(gate)
        try await gate.erase(3)
        #expect(try Self.block(gate) != damaged)
        // A copy with the whole body is put back.
        let back = try await Gate(again: gate) { folder in
            try ReadableAgainTests.put(damaged, of: 3, in: folder)
            try ReadableAgainTests.turn(folder, 3)
        }
        let changes = try back.allChanges()
        #expect(try await back.takeInAgain() == nil)
        #expect(try Self.told(back.allChanges()) == Self.told(changes))
        #expect(try Self.block(back) != damaged)
        try back.journal.finishErasing([3])
        try await expectGone(back)
        await back.journal.stop()
    }

    /// Where nothing was made of it there is nothing to empty.
    @Test func whatWasNeverMadeIsErasedAllTheSame() async throws {
        let before = try await Self.gate(["first", "leak", "fixed"], damaged: 3)
        let gate = try await Gate(again: before) { _ in
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: before.folder.file("state.db" + end)) }
        }
        let damaged = try Self.block(gate)
        try await gate.erase(3)
        #expect(try await gate.queries.erasedReceipts().map(\.number) == [3])
        #expect(try Self.block(gate) != damaged)
        let again = try await Gate(again: gate) { folder in
            try ReadableAgainTests.put(damaged, of: 3, in: folder)
            try ReadableAgainTests.turn(folder, 3)
        }
        while try await again.takeInAgain() != nil {}
        #expect(try await again.finding("a")?.title == "plain")
        #expect(try await again.queries.conservation(EntrySource(again.journal)).holds)
        try again.journal.finishErasing([3])
        try await expectGone(again)
        await again.journal.stop()
    }

    /// Its place is not known: nothing is decided that cannot be done.
    @Test func whatHasNoPlaceInTheJournalIsNotErasedByHalves() async throws {
        let gate = try await Self.gate(["first", "leak", "fixed"], damaged: 3, isWhole: true)
        await #expect(throws: JournalError.self) { try await gate.erase(3) }
        #expect(try gate.entries().allSatisfy { $0.kind != .decision })
        await gate.journal.stop()
    }
}
