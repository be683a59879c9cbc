import FindingModel
import GRDB
import Journal
import Testing

@testable import State

/// Receipts are selected by what the clock said when they came, and by their numbers.
struct WallTimeTests {
    private static var script: Script {
        var script = Script()
        for name in ["a", "b", "c", "d"] { script.add(name, key: name, at: 1) { .finding($0, name, severity: .low) } }
        return script
    }

    /// Receives four receipts; the clock is put back five minutes before the third, where receipt times stand still.
    private func gate() async throws -> (gate: Gate, numbers: [UInt64]) {
        let gate = try Gate(Self.script)
        var numbers: [UInt64] = []
        for (name, time) in [("a", 1000), ("b", 1300), ("c", 1010), ("d", 1100)] {
            gate.setTime(Int64(time))
            numbers.append(try await gate.receive(name))
        }
        try gate.catchUp()
        return (gate, numbers)
    }

    private static let uids = ["a", "b", "c", "d"].map { Making.uid(.finding, $0) }

    private func kept(_ gate: Gate) async throws -> [String] {
        var kept: [String] = []
        for name in ["a", "b", "c", "d"] where try await gate.finding(name) != nil { kept.append(name) }
        return kept
    }

    private func stretches(_ numbers: [UInt64]) -> [(ReceiptBound, ReceiptBound, [Int])] {
        [
            (.wall(Making.time(1005)), .wall(Making.time(1101)), [2, 3]), (.wall(Making.time(1011)), .wall(Making.time(1100)), []),
            (.wall(Making.time(1100)), .wall(Making.time(9999)), [1, 3]), (.receipt(numbers[1]), .receipt(numbers[2]), [1, 2]),
            (.receipt(numbers[2]), .wall(Making.time(1050)), [2]), (.wall(Making.time(0)), .receipt(numbers[0]), [0]),
        ]
    }

    @Test func listsSelectByTheClockAndByNumbers() async throws {
        let (gate, numbers) = try await gate()
        for (since, until, expected) in stretches(numbers) {
            var events = EventFilter()
            (events.since, events.until, events.isOldestFirst) = (since, until, true)
            #expect(try await gate.queries.events(events).map(\.receipt) == expected.map { numbers[$0] }, "\(since) to \(until)")
            var findings = RecordFilter(.finding)
            (findings.since, findings.until, findings.order) = (since, until, .old)
            #expect(try await gate.queries.records(findings)?.rows.map(\.uid) == expected.map { Self.uids[$0] }, "\(since) to \(until)")
        }
        let shown = try await gate.queries.events(EventFilter()).map { ($0.receivedTime, $0.wallTime) }
        #expect(shown.map(\.0) == [1300, 1300, 1300, 1000].map(Making.time) && shown.map(\.1) == [1100, 1010, 1300, 1000].map(Making.time))
        await gate.journal.stop()
    }

    @Test func whatAnOlderVersionTookInIsSelectedByReceiptTimesAndByItsChanges() async throws {
        let (gate, numbers) = try await gate()
        try gate.store.withWriter { database in
            for table in ["events", "changes", "records"] { try database.execute(sql: "UPDATE \(table) SET wall = NULL") }
            try database.execute(sql: "UPDATE records SET entry = NULL")
        }
        var findings = RecordFilter(.finding)
        (findings.since, findings.until, findings.order) = (.receipt(numbers[1]), .receipt(numbers[2]), .old)
        #expect(try await gate.queries.records(findings)?.rows.map(\.uid) == [Self.uids[1], Self.uids[2]])
        (findings.since, findings.until) = (.wall(Making.time(1200)), nil)
        #expect(try await gate.queries.records(findings)?.rows.map(\.uid) == [Self.uids[1], Self.uids[2], Self.uids[3]])
        await gate.journal.stop()
    }

    @Test func theRowOfChangesIsCutByTheClockAndByNumbers() async throws {
        let (gate, numbers) = try await gate()
        let source = EntrySource(gate.journal)
        let feed = StateChangeFeed(
            store: gate.store, signal: ChangeSignal(), archive: ReceiptArchive(source, configurations: ConfigurationReader(source)))
        let all = try gate.allChanges()
        #expect(all.map(\.wallTime) == [1000, 1300, 1010, 1100].map(Making.time))
        for (from, to, expected) in stretches(numbers) where !expected.isEmpty {
            let first = try await feed.firstSequence(from: from), last = try await feed.lastSequence(before: to)
            let taken = all.filter { (first...last).contains($0.sequence) && from.begins(before: $0) && to.ends(behind: $0) }
            #expect(taken.map(\.sequence) == expected.map { UInt64($0 + 1) }, "\(from) to \(to)")
        }
        await gate.journal.stop()
    }

    @Test func aVoidByTheClockTakesWhatCameThenAndOneOfAnOlderVersionWhatWasStampedThen() async throws {
        for (bound, left) in [(ReceiptBound.wall, ["a", "b"]), (ReceiptBound.received, ["a", "b", "c", "d"])] {
            let (gate, _) = try await gate()
            let decision = VoidDecision(source: "shop", beginning: bound(Making.time(1005)), end: bound(Making.time(1101)), reason: "a test", who: "me")
            #expect(VoidDecision(parsing: decision.bytes) == decision)
            _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
            try gate.catchUp()
            #expect(try await kept(gate) == left)
            let again = try Gate(beside: gate, state: "again.db")
            try again.catchUp()
            #expect(try again.dump() == gate.dump())
            await gate.journal.stop()
        }
    }

    @Test func aVoidTakesTheReceiptsThatItsNumbersName() async throws {
        let (gate, numbers) = try await gate()
        let decision = VoidDecision(source: "shop", beginning: .receipt(numbers[1]), end: .receipt(numbers[2]), reason: "a test", who: "me")
        #expect(VoidDecision(parsing: decision.bytes) == decision)
        _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        try gate.catchUp()
        #expect(try await kept(gate) == ["a", "d"])
        await gate.journal.stop()
    }

    @Test func aClockThatWasAheadIsNotTakenForTheTimeOfWhatCameBehindIt() async throws {
        let gate = try Gate(Self.script)
        // A year ahead for one receipt.
        for (name, time) in [("a", 1000), ("b", 31_000_000), ("c", 2000), ("d", 3000)] {
            gate.setTime(Int64(time))
            try await gate.receive(name)
        }
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(1500)), end: .wall(Making.time(2500)), reason: "a test", who: "me")
        _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        try gate.catchUp()
        #expect(try await kept(gate) == ["a", "b", "d"])
        await gate.journal.stop()
    }

    @Test(
        arguments: [
            ("2026-03-02T10:00:00.000Z", ReceiptBound.wall(Timestamp(milliseconds: 1_772_445_600_000))), ("7", .receipt(7)),
            ("9223372036854775807", .receipt(UInt64(Int64.max))), ("9223372036854775808", nil), ("0", nil), ("07", nil), ("-1", nil), ("+1", nil), ("", nil),
            ("2026-03-02", nil), ("#7", nil), ("soon", nil),
        ] as [(String, ReceiptBound?)])
    func boundsAreTimesOrNumbers(_ text: String, _ bound: ReceiptBound?) {
        #expect(ReceiptBound(text) == bound)
        if let bound { #expect(bound.text == text) }
    }

    @Test func theLargestNumberIsAnEndLikeAnyOther() async throws {
        let (gate, _) = try await gate()
        let largest = ReceiptBound.receipt(UInt64(Int64.max))
        let (last, first) = try gate.store.read { try (ChangeOrder.last(in: $0, before: largest), ChangeOrder.first(in: $0, from: largest)) }
        #expect(last == 4 && first == 5)
        await gate.journal.stop()
    }

    @Test func aNumberThatNoReceiptHasYetIsRefused() {
        #expect(ReceiptBound.receipt(8).refusal(newest: 7) == "there is no receipt 8 yet: the newest entry is 7")
        #expect(ReceiptBound.receipt(7).refusal(newest: 7) == nil && ReceiptBound.wall(Making.time(0)).refusal(newest: 7) == nil)
    }

    @Test func aTimeThatHasNotComeIsAhead() {
        let now = Making.time(100)
        for bound in [ReceiptBound.wall(now), .received(now), .wall(Making.time(99)), .receipt(5)] { #expect(!bound.isAhead(of: now)) }
        for bound in [ReceiptBound.wall(now.advanced(byMilliseconds: 1)), .received(Making.time(101))] { #expect(bound.isAhead(of: now)) }
    }
}
