import Adapters
import FindingModel
import Foundation
import GRDB
import Journal
import Testing

@testable import State

/// A journal whose end was lost, beside a state.db that had taken it in.
struct JournalLossTests {
    private static let names = ["a", "b", "c", "d", "e"]

    private static var script: Script {
        var script = Script()
        for name in names { script.add(name, key: name, at: 1) { .finding($0, name) } }
        for number in 0..<5 {
            script.add("d\(number)", key: "d\(number)", at: 1, drift: [Drift(kind: .field, place: "$.f\(number)")]) { .finding($0, "d\(number)") }
        }
        return script
    }

    /// Overwrites the batches from that of entry `first` on with `byte`; each entry was appended alone, and its batch is one block.
    private static func overwrite(_ folder: String, from first: Int, with byte: UInt8) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: folder + "/00000000000000000001.segment"))
        for offset in stride(from: UInt64(first) * 4096, to: UInt64(first + 3) * 4096, by: 4096) {
            try file.seek(toOffset: offset)
            guard let block = try file.read(upToCount: 4096), block.contains(where: { $0 != 0 }) else { break }
            try file.seek(toOffset: offset)
            try file.write(contentsOf: Data(repeating: byte, count: block.count))
        }
        try file.close()
    }

    private func settle(_ gate: Gate) async throws {
        let script = Self.script
        try await Projector(store: gate.store, journal: gate.journal) { script.mapper() }.settle()
        try gate.catchUp()
    }

    @Test func numbersThatWereGivenAgainAreNoticedAndProjected() async throws {
        let before = try Gate(Self.script)
        #expect(try await before.changes(of: "a", "b", "c") == Array(repeating: "finding.opened", count: 3))
        let tag = before.journal.tag
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 3, with: 0xA5) }
        // Entry 3 is now that of the recovery; what follows takes the number of the last one that was lost, and one more.
        #expect(gate.journal.watermark == 3)
        for name in ["d", "e"] { try await gate.receive(name) }
        try await settle(gate)
        let changes = try gate.allChanges()
        #expect(
            changes.map(\.type) == Array(repeating: "finding.opened", count: 3) + [
                "notice.gateway_recovery", "finding.opened", "finding.opened", "notice.gateway_recovery",
            ])
        #expect(Set(changes.map(\.id)).count == changes.count)
        #expect(changes.prefix(3).allSatisfy { $0.id.hasPrefix(tag) } && changes.dropFirst(3).allSatisfy { !$0.id.hasPrefix(tag) })
        let words = "2 receipts, 3 to 4, that state.db had taken in are not in the journal any more, and numbers from 3 on are given again"
        #expect(changes.last?.data.text.contains(words) == true, "\(changes.last?.data.text ?? "")")
        #expect(changes.map(\.sequence) == Array(1...7))
        #expect(try await gate.queries.events(EventFilter()).map(\.receipt) == [5, 4, 2])
        let conservation = try await gate.queries.conservation(EntrySource(gate.journal))
        #expect(conservation.holds && conservation.receipts == 3 && conservation.count(.mapped) == 3)
        // Told once.
        let last = gate.journal.watermark
        try await settle(gate)
        #expect(gate.journal.watermark == last)
        await gate.journal.stop()
    }

    /// What the lost entries made shows in what the old state.db made of later ones, and never in what one that is made anew makes of them.
    @Test func aRebuildAfterTheLossGivesIDsOfItsOwn() async throws {
        let before = try Gate(Self.script)
        _ = try await before.changes(of: "a", "b", "c")
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 3, with: 0xA5) }
        for name in ["d", "e"] { try await gate.receive(name) }
        try await settle(gate)
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        let told = try gate.allChanges(), made = try again.allChanges()
        #expect(Set(told.map(\.id)).isDisjoint(with: made.map(\.id)))
        let lost = Set([3, 4].map { "\(before.journal.tag)-\($0)-1" })
        #expect(made.map(\.type) == told.filter { !lost.contains($0.id) }.map(\.type))
        // Whatever is made anew from then on gives the same.
        let third = try Gate(beside: gate, state: "third.db")
        try third.catchUp()
        #expect(try third.allChanges().map(\.id).starts(with: made.map(\.id)))
        await gate.journal.stop()
    }

    @Test func whatWasCarriedOutLastOfBothIsNotCarriedOutAgain() async throws {
        let before = try Gate(Self.script)
        try await before.receive("a")
        let void = VoidDecision(source: "shop", beginning: .receipt(2), end: .receipt(2), reason: "a test", who: "me")
        let entry = try await before.append(EntryDraft(kind: .decision, body: void.bytes))
        _ = try await before.changes(of: "d0")
        let told = try before.allChanges().count { $0.id.contains("-\(entry)-") }
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 4, with: 0) }
        try await settle(gate)
        #expect(told == 1 && entry == 3)
        #expect(try gate.allChanges().count { $0.id.contains("-\(entry)-") } == 1, "as often as before")
        await gate.journal.stop()
    }

    @Test func aJournalThatEndsEarlierIsNoticedBeforeItGrows() async throws {
        let before = try Gate(Self.script)
        _ = try await before.changes(of: "a", "b", "c")
        // Zeros leave nothing that recovery could tell from an end that was never written.
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 4, with: 0) }
        #expect(gate.journal.watermark == 4 && gate.journal.tag != before.journal.tag)
        try await settle(gate)
        #expect(try await gate.changes(of: "d") == ["finding.opened"])
        let changes = try gate.allChanges()
        #expect(changes.map { String($0.id.split(separator: "-")[1]) } == ["2", "3", "4", "5", "6"])
        #expect(Set(changes.map(\.id)).count == changes.count)
        let words = "receipt 4 that state.db had taken in is not in the journal any more, and numbers from 4 on are given again"
        #expect(changes[3].data.text.contains(words), "\(changes[3].data.text)")
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).receipts == 3)
        await gate.journal.stop()
    }

    @Test func whatWasToldBecauseOfLostEntriesShowsInNoLaterNotice() async throws {
        let before = try Gate(Self.script)
        _ = try await before.append(EntryDraft(kind: .config, body: Array(#"{"rules":3}"#.utf8)))
        _ = try await before.changes(of: "a")
        before.setTime(1100)
        for _ in 0..<2 { _ = try await before.append(EntryDraft(kind: .notice, body: GatewayNotice(kind: "recovery", summary: "a test").bytes)) }
        try before.catchUp()
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 4, with: 0) }
        gate.setTime(9000)
        try await settle(gate)
        let told = try gate.allChanges().filter { $0.id.hasPrefix(gate.journal.tag) }
        #expect(told.map(\.type) == ["notice.gateway_recovery"])
        #expect(told.last?.data.text.contains(#""count":1}"#) == true, "those that are lost are not counted")
        await gate.journal.stop()
    }

    /// Expects that the tables hold what they do in a state.db made anew.
    private func expectTheSame(_ gate: Gate, _ tables: String...) throws {
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        for table in tables {
            let sql = "SELECT * FROM \(table)"
            let taken = try gate.store.read { try Row.fetchAll($0, sql: sql) }, anew = try again.store.read { try Row.fetchAll($0, sql: sql) }
            #expect(taken == anew, "\(table)")
        }
        again.store.close()
    }

    private func notice(_ gate: Gate, at time: Int64) async throws {
        gate.setTime(time)
        let notice = GatewayNotice(kind: "disk", summary: "at \(time)", details: RawJSON(bytes: Array(#"{"volume":"v"}"#.utf8)))
        _ = try await gate.append(EntryDraft(kind: .notice, body: notice.bytes))
    }

    @Test func noticesThatWereHeldBackAreCountedOnceAndLostOnesNotAtAll() async throws {
        let before = try Gate(Self.script)
        _ = try await before.append(EntryDraft(kind: .config, body: Array(#"{"rules":3}"#.utf8)))
        try await notice(before, at: 1010)
        try await before.receive("a")
        try await notice(before, at: 1020)
        try await before.receive("b")
        // This one is the last that both have.
        try await notice(before, at: 1030)
        try await before.receive("c")
        try await notice(before, at: 1040)
        try before.catchUp(batch: 2)
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 8, with: 0) }
        try await settle(gate)
        let waiting = try gate.store.read { try Int64.fetchOne($0, sql: "SELECT waiting FROM notices_told WHERE kind = 'disk'") }
        #expect(waiting == 2)
        try expectTheSame(gate, "notices_told")
        gate.setTime(9000)
        try await notice(gate, at: 9000)
        try gate.catchUp()
        #expect(try gate.allChanges().last?.data.text.contains(#""count":3"#) == true)
        await gate.journal.stop()
    }

    @Test func aNoticeOfDriftThatIsLostIsForgottenAndNotTheOneBeforeIt() async throws {
        let before = try Gate(Self.script)
        _ = try await before.changes(of: "d0", "d1")
        before.setTime(6000)
        _ = try await before.changes(of: "d2")
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 4, with: 0) }
        gate.setTime(2000)
        try await settle(gate)
        #expect(try await gate.changes(of: "d3") == ["finding.opened"], "an hour has not passed since the one that is left")
        try expectTheSame(gate, "drift", "drift_told")
        await gate.journal.stop()
    }

    @Test func aLostReceiptThatWasErasedMakesNoOtherOfItsNumberErased() async throws {
        let before = try Gate(Self.script)
        _ = try await before.changes(of: "a", "b", "c")
        try await before.erase(4)
        #expect(try await before.queries.erasedReceipts().map(\.number) == [4])
        let gate = try await Gate(again: before) { try Self.overwrite($0, from: 4, with: 0) }
        try await settle(gate)
        #expect(try await gate.changes(of: "d") == ["finding.opened"])
        #expect(try await gate.queries.erasedReceipts().isEmpty)
        await gate.journal.stop()
    }

    @Test func anErasedOrUnreadableEntryAtThePositionIsNoLoss() async throws {
        let before = try Gate(Self.script)
        _ = try await before.changes(of: "a", "b")
        try await before.journal.erase(3, reason: "test", who: "me")
        let last = before.journal.watermark
        try await settle(before)
        #expect(before.journal.watermark == last, "nothing is said")
        let gate = try await Gate(again: before)
        try await settle(gate)
        #expect(gate.journal.watermark == last + 1)
        await gate.journal.stop()
    }

    @Test func whatStateHasTakenInWasDurableInThatJournalOnly() async throws {
        let gate = try Gate(Self.script), other = try Gate(Self.script)
        _ = try await gate.changes(of: "a", "b")
        _ = try await other.changes(of: "a", "c")
        func position(of gate: Gate, in journal: Gate) throws -> UInt64 {
            StateStore.provenPosition(path: gate.store.path, in: try JournalFiles(journal.folder.file("journal")))
        }
        #expect(try position(of: gate, in: gate) == gate.journal.watermark)
        #expect(try position(of: gate, in: other) == 0)
        let last = gate.journal.watermark
        try ReadableAgainTests.turn(gate.folder.file("journal"), last)
        #expect(try position(of: gate, in: gate) == last, "its head tells which entry it is")
        #expect(StateStore.provenPosition(path: gate.folder.file("none.db"), in: try JournalFiles(gate.folder.file("journal"))) == 0)
        #expect(StateStore.provenPosition(path: gate.store.path, in: nil) == 0)
    }
}
