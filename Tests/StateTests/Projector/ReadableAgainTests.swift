import Adapters
import FindingModel
import Foundation
import GRDB
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

    /// Changes a byte of entry `number`, and changes it back when called again: of its body, or of the header of its batch. Each was appended alone, and
    /// its batch is one block.
    static func turn(_ folder: String, _ number: UInt64, isWhole: Bool = false) throws {
        var block = try block(of: number, in: folder)
        let end = try #require(block.lastIndex { $0 != 0 })
        block[isWhole ? block.startIndex + 8 : end] ^= 0x40
        try put(block, of: number, in: folder)
    }

    private static func file(_ folder: String, at number: UInt64) throws -> FileHandle {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + "/00000000000000000001.segment"))
        try file.seek(toOffset: number * 4096)
        return file
    }

    /// The block of entry `number`, which was appended alone.
    static func block(of number: UInt64, in folder: String) throws -> Data { try #require(try file(folder, at: number).read(upToCount: 4096)) }

    /// Puts the block back.
    static func put(_ block: Data, of number: UInt64, in folder: String) throws { try file(folder, at: number).write(contentsOf: block) }

    /// A gate whose state.db was made while the first receipt, entry 2, could not be read.
    private func damaged(isWhole: Bool = false) async throws -> Gate {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        let gate = try await Gate(again: before) { try Self.turn($0, 2, isWhole: isWhole) }
        try gate.catchUp()
        return gate
    }

    @Test(arguments: [false, true]) func whatCanBeReadAgainIsTakenInAndToldLast(isWhole: Bool) async throws {
        let before = try await damaged(isWhole: isWhole)
        let told = try before.allChanges()
        #expect(told.count(where: { $0.type == "finding.opened" }) == 2)
        #expect(try await before.queries.conservation(EntrySource(before.journal)).count(.unreadable) == 1)
        let missing = try #require(try await before.queries.unreadable())
        #expect(missing == UnreadableEntries(count: 1, first: 2) && UnreadableEntries(missing.text) == missing)
        try before.catchUp()
        #expect(try before.allChanges().map(\.type).contains("notice.gateway_unreadable_entries"))
        let gate = try await Gate(again: before) { try Self.turn($0, 2, isWhole: isWhole) }
        let entry = try await gate.takeInAgain()
        #expect(try await gate.queries.unreadable() == nil)
        let last = try #require(try gate.allChanges().last)
        #expect(last.id == "\(gate.journal.tag)-\(entry ?? 0)-1" && last.type == "finding.opened" && last.subject == Making.uid(.finding, "alpha"))
        #expect(try gate.allChanges().prefix(told.count) == told[...])
        let conservation = try await gate.queries.conservation(EntrySource(gate.journal))
        #expect(conservation.holds && conservation.count(.mapped) == 3 && conservation.count(.unreadable) == 0)
        // Made from nothing it is the same, since the journal says what was left out.
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges() == gate.allChanges())
        #expect(try await gate.takeInAgain() == nil)
        await gate.journal.stop()
    }

    /// Its head says that it is none; where that cannot be read either, it may have been one.
    @Test(arguments: [false, true]) func anEntryOfTheGatewaysOwnThatCannotBeReadIsNoReceipt(isWhole: Bool) async throws {
        let first = try Gate(Self.script)
        for name in Self.names.prefix(2) { try await first.receive(name) }
        let number = try await first.append(EntryDraft(kind: .notice, body: GatewayNotice(kind: "disk_low", summary: "Little room", details: nil).bytes))
        try await first.receive(Self.names[2])
        let lost = try await Gate(again: first) { try Self.turn($0, number, isWhole: isWhole) }
        try lost.catchUp()
        #expect(try await lost.queries.unreadable() == UnreadableEntries(count: 1, first: number))
        let count = try await lost.queries.conservation(EntrySource(lost.journal)), unreadable = isWhole ? 1 : 0
        #expect(count.holds && count.receipts == 3 + unreadable && count.count(.unreadable) == unreadable && count.count(.mapped) == 3)
        #expect(try await lost.queries.isReceipt(number) == isWhole)
        let gate = try await Gate(again: lost) { try Self.turn($0, number, isWhole: isWhole) }
        _ = try await gate.takeInAgain()
        #expect(try await gate.queries.unreadable() == nil)
        let whole = try await gate.queries.conservation(EntrySource(gate.journal))
        #expect(whole.holds && whole.receipts == 3 && whole.count(.unreadable) == 0)
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges() == gate.allChanges())
        await gate.journal.stop()
    }

    @Test func aRunTakesInWhatCanBeReadAgainOnceItHasCaughtUp() async throws {
        let before = try await damaged()
        try before.catchUp()
        let gate = try await Gate(again: before) { try Self.turn($0, 2) }
        let uid = Making.uid(.finding, "alpha"), store = gate.store
        var plan = gate.plan()
        plan.through = nil
        plan.shouldStop = { ((try? store.read { try StoredRecord.find(uid, in: $0) }) ?? nil) != nil }
        let run = ProjectionRun(plan)
        while try !run.run() {}
        #expect(try gate.allChanges().last?.subject == uid)
        await gate.journal.stop()
    }

    /// An equal body without a key repeats what came before it only while nothing else came between: whether it does is judged when it comes.
    @Test func whatRepeatsIsJudgedByWhatCouldBeReadAgain() async throws {
        var script = Script()
        script.add("open") { entry, _ in Self.event(.finding(entry, "1", .open)) }
        script.add("fixed") { entry, _ in Self.event(.finding(entry, "1", .fixed)) }
        let before = try Gate(script)
        for (second, body) in ["open", "fixed", "open"].enumerated() {
            before.setTime(1000 + Int64(second))
            try await before.receive(body)
        }
        let lost = try await Gate(again: before) { try Self.turn($0, 3) }
        try lost.catchUp()
        let gate = try await Gate(again: lost) { try Self.turn($0, 3) }
        _ = try await gate.takeInAgain()
        let whole = try Gate(script)
        for (second, body) in ["open", "fixed", "open"].enumerated() {
            whole.setTime(1000 + Int64(second))
            try await whole.receive(body)
        }
        try whole.catchUp()
        #expect(try await gate.finding()?.status == whole.finding()?.status)
        await gate.journal.stop()
        await whole.journal.stop()
    }

    private static func event(_ record: MappedRecord) -> MappedEvent {
        MappedEvent(
            key: nil, kind: "event", kindRank: 0, time: nil, latestTime: nil, ignored: false, records: [record], drift: [])
    }

    @Test func whatCannotBeReadStillIsNotTakenIn() async throws {
        let before = try await damaged()
        try before.catchUp()
        let gate = try await Gate(again: before)
        #expect(try await gate.takeInAgain() == nil)
        let notes = try gate.entries().filter { UnreadNote(parsing: $0.body.bytes ?? []) != nil }
        #expect(notes.count == 1, "it is said once")
        await gate.journal.stop()
    }

    @Test func whatCanBeReadAgainIsFoundHoweverMuchIsMissing() async throws {
        let before = try Gate(Self.script)
        // The last one stays whole: a damaged end is cut off.
        for number in 0..<10 { try await before.receive(Self.names[number % 3]) }
        func turn(_ numbers: ClosedRange<UInt64>) -> (String) throws -> Void {
            { folder in for number in numbers { try Self.turn(folder, number, isWhole: number % 4 == 0) } }
        }
        var gate = try await Gate(again: before, turn(2...10))
        try gate.catchUp()
        func found(_ looks: Int) throws -> [[UInt64]] {
            let search = ReadableAgain(store: gate.store, source: EntrySource(gate.journal))
            return try (0..<looks).map { _ in
                try search.note(through: gate.journal.watermark, page: 2, most: 3)?.entries.ranges.map(\.lowerBound) ?? []
            }
        }
        #expect(try found(4).allSatisfy(\.isEmpty))
        // Each look goes on where the one before ended, and in the end at the beginning.
        gate = try await Gate(again: gate, turn(10...10))
        #expect(try found(3).contains([10]))
        gate = try await Gate(again: gate, turn(3...3))
        gate = try await Gate(again: gate, turn(10...10))
        #expect(try found(4).contains([3]))
        await gate.journal.stop()
    }

    /// A void that could not be read has its effect from where it is taken in.
    @Test func aDecisionThatCanBeReadAgainHasItsEffect() async throws {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        let decision = VoidDecision(source: "shop", beginning: .receipt(4), end: .receipt(4), reason: "a test", who: "me")
        let number = try await before.append(EntryDraft(kind: .decision, body: decision.bytes))
        try await before.receive("alpha")
        let lost = try await Gate(again: before) { try Self.turn($0, number) }
        for _ in 0..<2 { try lost.catchUp() }
        #expect(try lost.allChanges().contains { $0.subject == Making.uid(.finding, "gamma") })
        let gate = try await Gate(again: lost) { try Self.turn($0, number) }
        _ = try await gate.takeInAgain()
        #expect(try gate.allChanges().last?.type == "finding.ignored")
        #expect(try gate.allChanges().last?.subject == Making.uid(.finding, "gamma"))
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges() == gate.allChanges())
        await gate.journal.stop()
    }

    /// A void that was carried out cannot be read when something else is taken in: it is left out from there on, until it is taken in itself.
    @Test func aDecisionThatCannotBeReadAnyMoreCountsNoLonger() async throws {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        let decision = VoidDecision(source: "shop", beginning: .receipt(4), end: .receipt(4), reason: "a test", who: "me")
        let number = try await before.append(EntryDraft(kind: .decision, body: decision.bytes))
        try await before.receive("beta")
        let lost = try await anew(before) { try Self.turn($0, 2) }
        #expect(try lost.allChanges().last { $0.kind == .finding }?.type == "finding.ignored")
        let without = try await Gate(again: lost) {
            try Self.turn($0, 2)
            try Self.turn($0, number, isWhole: true)
        }
        let entry = try #require(try await without.takeInAgain())
        let gamma = Making.uid(.finding, "gamma")
        #expect(try without.allChanges().filter { $0.id.contains("-\(entry)-") }.map(\.type) == ["finding.opened", "finding.opened"])
        #expect(try without.allChanges().last { $0.subject == gamma }?.type == "finding.opened")
        #expect(try await without.queries.conservation(EntrySource(without.journal)).count(.voided) == 0)
        let gate = try await Gate(again: without) { try Self.turn($0, number, isWhole: true) }
        _ = try #require(try await gate.takeInAgain())
        #expect(try gate.allChanges().last.map { [$0.type, $0.subject] } == ["finding.ignored", gamma])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).count(.voided) == 1)
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try Self.told(again) == Self.told(gate))
        await gate.journal.stop()
    }

    /// What a void leaves out for want of a body is left out of the records too, and not only of what is counted.
    @Test func whatCannotBeReadWhenAVoidIsCarriedOutIsLeftOutOfItsRecords() async throws {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        try before.catchUp()
        let lost = try await Gate(again: before) { try Self.turn($0, 2) }
        let decision = VoidDecision(source: "shop", beginning: .receipt(4), end: .receipt(4), reason: "a test", who: "me")
        let number = try await lost.append(EntryDraft(kind: .decision, body: decision.bytes))
        for _ in 0..<2 { try lost.catchUp() }
        let (alpha, gamma) = (Making.uid(.finding, "alpha"), Making.uid(.finding, "gamma"))
        let made = try lost.allChanges().filter { $0.id.contains("-\(number)-") }
        #expect(Set(made.map(\.subject)) == [alpha, gamma] && made.allSatisfy { $0.type == "finding.ignored" })
        let gate = try await Gate(again: lost) { try Self.turn($0, 2) }
        _ = try #require(try await gate.takeInAgain())
        #expect(try gate.allChanges().last.map { [$0.type, $0.subject] } == ["finding.opened", alpha])
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try Self.told(again) == Self.told(gate))
        await gate.journal.stop()
    }

    /// What is told of findings, whatever tags the ids bear.
    private static func told(_ gate: Gate) throws -> [String] {
        try gate.allChanges().filter { $0.kind == .finding }.map { "\($0.id.dropFirst(8)) \($0.type) \($0.subject) \($0.data.text)" }
    }

    /// A receipt that had been there cannot be read when state.db is made anew: no change keeps its id, that of a void neither.
    @Test func whatIsMadeAnewWithoutSomethingHasIDsOfItsOwn() async throws {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        let decision = VoidDecision(source: "shop", beginning: .receipt(4), end: .receipt(4), reason: "a test", who: "me")
        _ = try await before.append(EntryDraft(kind: .decision, body: decision.bytes))
        try await before.receive("gamma")
        try before.catchUp()
        let first = try before.allChanges()
        #expect(first.map(\.type) == ["finding.opened", "finding.opened", "finding.opened", "finding.ignored", "finding.opened"])
        let second = try await anew(before) { try Self.turn($0, 2) }
        let findings = try second.allChanges().filter { $0.kind == .finding }
        #expect(findings.map { $0.id.dropFirst(8) } == first.dropFirst().map { $0.id.dropFirst(8) })
        #expect(Set(findings.map { $0.id.prefix(8) }).count == 1 && findings.first?.id.prefix(8) != first.first?.id.prefix(8))
        // Whoever was told of them under an id of before stands where it stood, whichever of the makings that was.
        let third = try await anew(second) { try Self.turn($0, 3) }
        let source = EntrySource(third.journal)
        let feed = StateChangeFeed(
            store: third.store, signal: ChangeSignal(), archive: ReceiptArchive(source, configurations: ConfigurationReader(source)))
        let last = try #require(try third.allChanges().last { $0.kind == .finding })
        for told in [first.last, findings.last] { #expect(try await feed.place(of: told?.id ?? "") == .at(last.sequence)) }
        #expect(try await feed.place(of: "zzzzzzzz" + last.id.dropFirst(8)) != .at(last.sequence))
        // The same without the same has the same ids.
        let made = try third.allChanges().filter { $0.kind == .finding }
        let fourth = try await anew(third) { _ in }
        #expect(try fourth.allChanges().filter { $0.kind == .finding } == made)
        await fourth.journal.stop()
    }

    /// The same journal after `change`, with a state.db made of nothing.
    private func anew(_ gate: Gate, _ change: (String) throws -> Void) async throws -> Gate {
        let state = gate.folder.file("state.db")
        let again = try await Gate(again: gate) { folder in
            try change(folder)
            for ending in ["", "-wal", "-shm", "-attempt"] { try? FileManager.default.removeItem(atPath: state + ending) }
        }
        for _ in 0..<2 { try again.catchUp() }
        return again
    }

    /// An older state.db that has what the journal says was left out would go on to make other changes under known ids.
    @Test func aStateThatHasWhatWasLeftOutIsMadeAnew() async throws {
        let before = try Gate(Self.script)
        for name in Self.names { try await before.receive(name) }
        try before.catchUp()
        let state = before.folder.file("state.db"), copy = before.folder.file("copy.db")
        before.store.close()
        try FileManager.default.copyItem(atPath: state, toPath: copy)
        let lost = try await anew(before) { try Self.turn($0, 2) }
        let gate = try await Gate(again: lost) { _ in
            for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: state + ending) }
            try FileManager.default.moveItem(atPath: copy, toPath: state)
        }
        try gate.catchUp()
        #expect(gate.store.remakes == 1)
        await gate.journal.stop()
    }
}
