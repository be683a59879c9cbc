import FindingModel
import Journal
import Testing

@testable import State

/// Receipts that end the process, as the next start sees them.
struct ProjectionRunTests {
    private static var script: Script {
        var script = Script()
        for name in ["a", "b", "c", "d"] { script.add(name, key: name, at: 1) { .finding($0, name) } }
        return script
    }

    /// Writes down that the process died with the entries in work.
    private func die(_ gate: Gate, first: UInt64, last: UInt64, deaths: Int) throws {
        try AttemptFile(path: gate.store.path + "-attempt").write(Attempt(first: first, last: last, deaths: deaths, suspectsEnd: last))
    }

    @Test func receiptAloneAtItsThirdDeathIsLeftOutForGood() async throws {
        let gate = try Gate(Self.script)
        var numbers: [UInt64] = []
        for body in ["a", "b", "c"] { numbers.append(try await gate.receive(body)) }
        try gate.catchUp(through: numbers[0])
        try die(gate, first: numbers[1], last: numbers[1], deaths: 2)
        let before = gate.journal.watermark
        try gate.catchUp()
        #expect(gate.journal.watermark == before + 1)
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.opened", "notice.gateway_quarantine"])
        #expect(try await gate.queries.quarantined().map(\.receipt) == [numbers[1]])
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try gate.dump() == (try replay.dump()))
    }

    @Test func secondStartAfterTheNoteWritesNoOtherNote() async throws {
        let gate = try Gate(Self.script)
        let number = try await gate.receive("a")
        _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: number, deaths: 3, reason: "a test").bytes))
        try die(gate, first: number, last: number, deaths: 2)
        let before = gate.journal.watermark
        try gate.catchUp()
        #expect(gate.journal.watermark == before)
    }

    @Test func entriesOfABatchThatDiedAreTakenOneAtATime() async throws {
        let gate = try Gate(Self.script)
        var numbers: [UInt64] = []
        for body in ["a", "b", "c", "d"] { numbers.append(try await gate.receive(body)) }
        try gate.catchUp(through: numbers[0] - 1)
        try die(gate, first: numbers[0], last: numbers[2], deaths: 0)
        var sizes: [UInt64] = []
        var last = numbers[0] - 1
        var plan = gate.plan()
        plan.onProgress = { position in
            sizes.append(position.entry - last)
            last = position.entry
        }
        #expect(try ProjectionRun(plan).run())
        #expect(sizes == [1, 1, 1, 1])
        #expect(try gate.allChanges().count == 4)
    }

    @Test func receiptThatWouldBecomeTooMuchIsLeftOutAtOnce() async throws {
        let gate = try Gate { _ in { OverBudgetMapper(script: Self.script) } }
        try await gate.receive("a")
        let number = try await gate.receive("much")
        try await gate.receive("b")
        let before = gate.journal.watermark
        try gate.catchUp()
        #expect(gate.journal.watermark == before + 1, "one note, and only one")
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.opened", "notice.gateway_quarantine"])
        #expect(try gate.allChanges().last?.data.text.contains("Receipt \(number) is left out because it is too much") == true)
        #expect(try await gate.queries.quarantined().map(\.receipt) == [number])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds)
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try gate.dump() == (try replay.dump()))
        #expect(gate.journal.watermark == before + 1)
    }
}

/// Finds the receipt `much` to be too much.
private struct OverBudgetMapper: ReceiptMapper {
    let script: Script

    func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        if body == Array("much".utf8) { return .overBudget("it is too much") }
        var mapper = script.mapper()
        return try mapper.map(entry, body: body, generation: generation)
    }
}
