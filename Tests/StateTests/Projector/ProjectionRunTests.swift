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
        try AttemptFile(path: gate.store.path + "-attempt").write(Attempt(first: first, last: last, deaths: deaths))
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

    @Test func entryOfAPersonIsNeverLeftOutButStopsTheProjectorByItsNumber() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("a")
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(1)), reason: "a test")
        for body in [decision.bytes, Array("{\"action\":\"else\"}".utf8)] {
            let number = try await gate.append(EntryDraft(kind: .decision, body: body))
            try gate.catchUp(through: number - 1)
            try die(gate, first: number, last: number, deaths: 2)
            let before = gate.journal.watermark
            let error = #expect(throws: StateError.self) { try gate.catchUp() }
            #expect(error?.code == .stuck && error?.message.contains("entry \(number) ") == true && error?.isRetriable == false)
            #expect(gate.journal.watermark == before, "no note leaves it out")
            // Once it no longer ends the process it has its effect like any other.
            try die(gate, first: 0, last: 0, deaths: 0)
            try gate.catchUp()
        }
        #expect(try await gate.queries.events(EventFilter()).map(\.receipt) == [receipt])
    }

    @Test func aLargeEntryIsWorkedOffInParts() async throws {
        var lines = Script()
        for number in 0..<450 { lines.add("f\(number)", key: "f\(number)", at: 1) { .finding($0, "f\(number)") } }
        let script = lines
        let gate = try Gate(script)
        for number in 0..<450 { try await gate.receive("f\(number)") }
        try gate.catchUp()
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test")
        let number = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        var reader = gate.journal.reader(from: number)
        let entry = try #require(try reader.next(limit: 1, maxBytes: 1 << 20).first)
        var parts = 0, made: [Int64] = []
        let application = RebuildApplication(
            store: gate.store, journal: gate.journal, makeMapper: { script.mapper() }, options: ProjectorOptions(), shouldStop: { false })
        _ = try application.apply(entry, .void(decision)) { mark throws(StateError) in
            guard mark == .ends else { return }
            parts += 1
            made.append(try gate.store.read { try Position(from: $0).sequence })
        }
        #expect(parts >= 3)
        #expect(made.first.map { $0 < 900 } == true && made.last == 900, "\(made)")
        #expect(try gate.allChanges().suffix(450).map(\.id) == (1...450).map { "\(gate.journal.tag)-\(number)-\($0)" })
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

    func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool { true }
}
