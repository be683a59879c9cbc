import Adapters
import FindingModel
import Foundation
import GRDB
import Journal
import Testing

@testable import State

/// state.db is a function of the journal: it can be lost.
struct ReplayTests {
    private static let seed: UInt64 = 4711

    private static var script: Script {
        var script = Script()
        let statuses: [FindingStatus] = [.open, .fixed, .accepted, .inProgress, .unknown]
        for number in 0..<120 {
            let key = "\(number % 17)", status = statuses[number % statuses.count]
            let drift = number % 13 == 0 ? [Drift(kind: .field, place: "$.\(number % 5)")] : []
            script.add("f\(number)", key: number % 4 == 0 ? nil : "k\(number)", at: number % 6 == 0 ? nil : Int64(number * 7 % 90), drift: drift) {
                .finding($0, key, status, severity: number % 3 == 0 ? .high : nil)
            }
        }
        for number in 0..<20 {
            script.add("s\(number)", key: "s\(number)", at: Int64(number), rank: 1) {
                .scan($0, "\(number % 3)", number % 5 == 4 ? .completed : .started, progress: Int64(number * 5), closed: ["\(number % 17)", "x\(number)"])
            }
        }
        return script
    }

    private func filledGate() async throws -> Gate {
        var generator = SeededGenerator(seed: Self.seed)
        let gate = try Gate(Self.script)
        let names = Array(Self.script.lines.keys).sorted()
        for round in 0..<400 {
            gate.setTime(Int64(1000 + round))
            try await gate.receive(names.randomElement(using: &generator) ?? "", source: round % 3 == 0 ? "shop" : "site")
            if round % 97 == 0 {
                let note = RecoveryNote(tag: "tag\(10_000 + round)", reason: .retagged("round \(round)"))
                _ = try await gate.append(EntryDraft(kind: .recovery, body: note.bytes))
            }
            if round % 150 == 0 { try gate.catchUp() }
        }
        try gate.catchUp()
        return gate
    }

    @Test(arguments: [1, 7, 100])
    func lostDatabaseComesBackAsItWasWhateverTheTransactions(batch: Int) async throws {
        let gate = try await filledGate()
        let replay = try Gate(beside: gate, state: "replay-\(batch).db")
        try replay.catchUp(batch: batch)
        let before = try gate.dump(), after = try replay.dump()
        #expect(before.count > 500)
        #expect(before == after, "seed \(Self.seed)")
    }

    @Test func replayInPiecesEndsTheSame() async throws {
        let gate = try await filledGate()
        let replay = try Gate(beside: gate, state: "pieces.db")
        for end in stride(from: UInt64(10), through: gate.journal.watermark, by: 37) { try replay.catchUp(batch: 5, through: end) }
        try replay.catchUp()
        #expect(try gate.dump() == (try replay.dump()), "seed \(Self.seed)")
    }
}
