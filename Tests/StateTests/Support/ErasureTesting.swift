import Adapters
import FindingModel
import Foundation
import Journal
import Testing

@testable import State

/// What tests of erasures share: words that must be gone, and what is expected of every erasure.
protocol ErasureTesting {}

extension ErasureTesting {
    static var secret: String { "LEAKEDPASSWORD" }

    static func finding(
        _ entry: Entry, _ says: FindingFields, _ status: FindingStatus = .open, _ key: String = "a", _ change: (inout Finding) -> Void = { _ in }
    ) -> MappedRecord {
        let finding = Making.finding(key, receipt: entry.number) {
            $0.status = status
            $0.severity = .high
            change(&$0)
        }
        return .finding(finding, says: says.union([.status, .severity]))
    }

    /// Erases, and expects that nobody is told anything and that what is made again is the same.
    func erase(_ gate: Gate, _ receipt: UInt64) async throws {
        try gate.catchUp()
        let made = try gate.allChanges().map(ToldChange.init)
        try await gate.erase(receipt)
        #expect(try gate.allChanges().map(ToldChange.init) == made, "an erasure tells nobody anything")
        try expectTheSameAgain(gate)
    }

    func expectTheSameAgain(_ gate: Gate) throws {
        let replay = try Gate(beside: gate, state: "replay-\(UUID().uuidString).db")
        try replay.catchUp(batch: 3)
        let before = try gate.dump(), after = try replay.dump()
        #expect(before == after, "missing \(before.filter { !after.contains($0) }), instead \(after.filter { !before.contains($0) })")
        replay.store.close()
    }

    /// Expects that no file of state.db or of the journal holds the secret.
    func expectGone(_ gate: Gate) async throws {
        try await gate.store.compact()
        #expect(try gate.files(containing: Self.secret) == [])
    }

    func void(_ gate: Gate) async throws {
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(1100)), end: .wall(Making.time(1101)), reason: "a test")
        _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        try gate.catchUp()
    }
}

/// What of a change an erasure leaves.
private struct ToldChange: Equatable {
    let id: String
    let sequence: UInt64
    let type: String
    let subject: String
    let time: Timestamp

    init(_ change: Change) { (id, sequence, type, subject, time) = (change.id, change.sequence, change.type, change.subject, change.time) }
}
