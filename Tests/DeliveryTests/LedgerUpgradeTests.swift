import FindingModel
import Foundation
import GRDB
import Testing

@testable import Delivery

/// Files that an older version wrote, and what is given up in one.
struct LedgerUpgradeTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/ledger.db" }

    init() throws { folder = try TemporaryFolder() }

    private func row(_ sink: String, _ range: ClosedRange<UInt64>, _ sequences: String? = nil, at time: Int64 = 5) -> DeliveryRow {
        DeliveryRow(
            sink: sink, firstSequence: range.lowerBound, lastSequence: range.upperBound, count: range.count, sequences: sequences,
            time: Timestamp(milliseconds: time), status: 200, remoteID: "r")
    }

    @Test func aLedgerOfTheFirstVersionKeepsItsPositions() async throws {
        let queue = try DatabaseQueue(path: path)
        try LedgerSchema.migrator.migrate(queue, upTo: "1")
        try await queue.write { database in
            try database.execute(sql: "INSERT INTO sinks VALUES ('a', 2, 9, 5, 1, 1)")
            try database.execute(sql: "INSERT INTO deliveries VALUES (1, 'a', 3, 9, 7, NULL, 5, 200, 'r')")
        }
        try queue.close()
        #expect(try LedgerReader(path: path).positions().map(\.cursor) == [9])
        let ledger = try Ledger(path: path)
        #expect(try await ledger.positions() == [SinkPosition(name: "a", start: 2, cursor: 9, delivered: 5, filtered: 1, expired: 1)])
        #expect(try await ledger.deliveries(limit: 9) == [row("a", 3...9)])
        let anchored = SinkPosition(name: "a", start: 2, cursor: 9, anchor: "t-7-1", delivered: 5, filtered: 1, expired: 1)
        try await ledger.apply(LedgerWrite(position: anchored), after: 0)
        #expect(try await ledger.position(of: "a") == anchored)
        await ledger.close()
    }

    /// A file of the version before, whose sums know nothing of the newest columns.
    private func fileOfTheVersionBefore(_ change: String = "") async throws {
        let queue = try DatabaseQueue(
            path: path,
            configuration: {
                var configuration = Configuration()
                configuration.prepareDatabase { $0.add(function: LedgerSeal.function) }
                return configuration
            }())
        try LedgerSchema.migrator.migrate(queue, upTo: "16")
        try await queue.write { database in
            try database.execute(sql: "INSERT INTO sinks VALUES ('a', 0, 3, NULL, 2, 0, 0, 0, 0, 1, 0, 4, 0)")
            try database.execute(
                sql: """
                    INSERT INTO items (sink, sequence, change, uid, type, state, attempts, since, next, waited)
                    VALUES ('a', 3, 'abcdefgh-3-1', 'f_1', 'finding.opened', 2, 1, 1, 1, 0)
                    """)
            let columns = "name, start, cursor, anchor, delivered, filtered, superseded, expired, dropped, erased, open, vanished, revision"
            let items = "id, sink, sequence, change, uid, type, state, attempts, since, next, waited, tries, failed, status"
            try database.execute(
                sql: """
                    CREATE TABLE seals (sink TEXT NOT NULL PRIMARY KEY, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
                    INSERT INTO seals SELECT 'a', ((SELECT row_seal('sinks', \(columns)) FROM sinks) + (SELECT row_seal('items', \(items)) FROM items))
                        & 4294967295;
                    """)
            if !change.isEmpty { try database.execute(sql: change) }
        }
        try queue.close()
    }

    @Test func aFileOfTheVersionBeforeIsWholeAndIsTakenOver() async throws {
        try await fileOfTheVersionBefore()
        try LedgerReader.requireWhole(path: path)
        let ledger = try Ledger(path: path)
        #expect(try await ledger.state(of: "a")?.open.map(\.changeID) == ["abcdefgh-3-1"])
        await ledger.close()
        try LedgerReader.requireWhole(path: path)
    }

    @Test(arguments: ["UPDATE items SET next = next + 1099511627776", "UPDATE items SET change = 'abcdefgh-2-1'", "DELETE FROM items"])
    func whatIsDamagedIsNotSealedAnew(change: String) async throws {
        try await fileOfTheVersionBefore(change)
        #expect(#expect(throws: LedgerError.self) { try LedgerReader.requireWhole(path: path) }?.code == .corrupt)
        #expect(#expect(throws: LedgerError.self) { _ = try Ledger(path: path) }?.code == .corrupt)
        #expect(#expect(throws: LedgerError.self) { try LedgerReader.requireWhole(path: path) }?.code == .corrupt)
    }

    @Test func whatIsForgottenBeginsAnew() async throws {
        var ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.note(type: "file", of: "a")
        var write = LedgerWrite(position: SinkPosition(name: "a", start: 0, cursor: 3, delivered: 1, filtered: 0, expired: 0, open: 2))
        let items = [(UInt64(2), OpenItem.State.dead), (3, .retrying)].map { number, state in
            OpenItem(
                sequence: number, changeID: "abcdefgh-\(number)-1", uid: "f_\(number)", type: "finding.opened", state: state, attempts: 1,
                since: Timestamp(milliseconds: 1), next: Timestamp(milliseconds: 1), waited: 0)
        }
        (write.rows, write.deliveries) = (items.map { .put($0, nil) }, [row("a", 1...1)])
        write.done = [DoneAbove(sequence: 5, changeID: "abcdefgh-5-1", isSuperseded: false)]
        try await ledger.apply(write, after: 0)
        try await ledger.insert(ReplayJob(sink: "a", first: 1, last: 3, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "x"))
        guard case .forgotten(let status) = try await Forgetting.run(ledger, sink: "a", last: 9, isMade: true, now: Timestamp(milliseconds: 9)) else {
            Issue.record("the sink is not known")
            return
        }
        #expect(status.pending == 5 && status.retrying == 1 && status.dead == 1 && status.type == "file" && status.queued.count == 1)
        await ledger.close()
        // The file as its reader and the next writer have it: no row is left that would be sent, and every seal is right.
        try LedgerReader.requireWhole(path: path)
        #expect(try LedgerReader(path: path).positions().isEmpty && LedgerReader(path: path).counts().isEmpty && LedgerReader(path: path).openReplays().isEmpty)
        ledger = try Ledger(path: path)
        guard case .isUnknown = try await Forgetting.run(ledger, sink: "a", last: 9, isMade: true, now: Timestamp(milliseconds: 9)) else {
            Issue.record("the sink is known still")
            return
        }
        // Its tickets can be forgotten afterwards.
        try await ledger.put([TicketLink(uid: "f_1", mark: "weir-f_1", state: .linked, intended: Timestamp(milliseconds: 1))], sink: "a")
        for isKnown in [true, false] {
            let again = try await Forgetting.run(ledger, sink: "a", last: 9, isMade: true, andTickets: true, now: Timestamp(milliseconds: 9))
            if case .forgotten = again { #expect(isKnown) } else { #expect(!isKnown) }
        }
        #expect(try await ledger.ticket(of: "f_1", sink: "a") == nil)
        #expect(try await ledger.state(of: "a") == nil)
        #expect(try await ledger.deliveries(limit: 10) == [row("a", 1...1)])
        try await ledger.insert(SinkPosition(name: "a", start: 8))
        #expect(try await ledger.state(of: "a")?.position == SinkPosition(name: "a", start: 8))
        await #expect(throws: LedgerError.self) { try await ledger.insert(SinkPosition(name: "a", start: 7)) }
        #expect(try await ledger.position(of: "a") == SinkPosition(name: "a", start: 8))
        await ledger.close()
        try LedgerReader.requireWhole(path: path)
    }
}
