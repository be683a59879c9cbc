import FindingModel
import GRDB
import Glibc
import Testing

@testable import Delivery

struct LedgerTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/ledger.db" }

    init() throws { folder = try TemporaryFolder() }

    private func row(_ sink: String, _ range: ClosedRange<UInt64>, _ sequences: String? = nil) -> DeliveryRow {
        DeliveryRow(
            sink: sink, firstSequence: range.lowerBound, lastSequence: range.upperBound, count: range.count, sequences: sequences,
            time: Timestamp(milliseconds: 5), status: 200, remoteID: "r")
    }

    private func position(_ sink: String, _ cursor: UInt64) -> SinkPosition {
        SinkPosition(name: sink, start: 0, cursor: cursor, delivered: cursor, filtered: 0, expired: 0)
    }

    @Test func positionsAndRowsAreThereAfterReopening() async throws {
        var ledger = try Ledger(path: path)
        #expect(try await ledger.position(of: "a") == nil)
        try await ledger.insert(SinkPosition(name: "b", start: 7))
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.move(from: 0, to: position("a", 3), row: row("a", 1...3))
        try await ledger.move(from: 3, to: position("a", 9), row: row("a", 4...9, "4,6-9"))
        await ledger.close()
        ledger = try Ledger(path: path)
        #expect(try await ledger.positions() == [position("a", 9), SinkPosition(name: "b", start: 7)])
        #expect(try await ledger.deliveries(limit: 10) == [row("a", 4...9, "4,6-9"), row("a", 1...3)])
        #expect(try await ledger.deliveries(sink: "a", around: 2, limit: 10) == [row("a", 1...3)])
        #expect(try await ledger.deliveries(sink: "b", limit: 10).isEmpty)
        #expect(try await ledger.deliveries(limit: 1).count == 1)
        let reader = try LedgerReader(path: path)
        #expect(try reader.positions().map(\.name) == ["a", "b"])
        #expect(try reader.deliveries(around: 9, limit: 10) == [row("a", 4...9, "4,6-9")])
        await ledger.close()
    }

    @Test func itsWriterSyncsEveryTransactionAndOthersCannotReadTheFile() async throws {
        let queue = try LedgerFile.open(path)
        #expect(try await queue.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try await queue.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try queue.close()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func aMoveIsDoneOnceHoweverOftenItIsAsked() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        for _ in 0..<3 { try await ledger.move(from: 0, to: position("a", 3), row: row("a", 1...3)) }
        #expect(try await ledger.deliveries(limit: 10).count == 1)
        await ledger.close()
    }

    @Test func aCursorThatStandsElsewhereIsAConflictAndNothingIsWritten() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.move(from: 0, to: position("a", 3), row: row("a", 1...3))
        let error = await #expect(throws: LedgerError.self) { try await ledger.move(from: 1, to: position("a", 5), row: row("a", 2...5)) }
        #expect(error?.code == .conflict)
        #expect(try await ledger.deliveries(limit: 10).count == 1)
        #expect(try await ledger.position(of: "a")?.cursor == 3)
        let unknown = await #expect(throws: LedgerError.self) { try await ledger.move(from: 0, to: position("z", 5), row: nil) }
        #expect(unknown?.code == .conflict)
        await ledger.close()
    }

    @Test func countsThatDoNotAddUpAreRefused() async throws {
        let ledger = try Ledger(path: path)
        let wrong = SinkPosition(name: "a", start: 0, cursor: 5, delivered: 3, filtered: 1, expired: 0)
        await #expect(throws: LedgerError.self) { try await ledger.insert(wrong) }
        await ledger.close()
    }

    @Test func cancellingTheTaskThatWaitsUndoesNothing() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        let writing = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await ledger.move(from: 0, to: position("a", 3), row: row("a", 1...3))
        }
        try await writing.value
        #expect(try await ledger.position(of: "a")?.cursor == 3)
        await ledger.close()
    }

    @Test func aFileOfANewerVersionIsRefusedAndLeftAsItIs() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        await ledger.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('1000')") }
        try queue.close()
        let error = #expect(throws: LedgerError.self) { try Ledger(path: path) }
        #expect(error?.code == .newerVersion && error?.message == "\(path) was written by a newer version of weir")
        let reading = #expect(throws: LedgerError.self) { try LedgerReader(path: path) }
        #expect(reading?.code == .newerVersion)
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
        try await ledger.move(from: 9, to: anchored, row: nil)
        #expect(try await ledger.position(of: "a") == anchored)
        await ledger.close()
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        let text = Array(String(repeating: "not a database ", count: 1000).utf8)
        #expect(write(file, text, text.count) == text.count)
        close(file)
        let error = #expect(throws: LedgerError.self) { try Ledger(path: path) }
        #expect(error?.code == .corrupt)
    }

    @Test func aFolderThatIsMissingIsAnError() {
        let error = #expect(throws: LedgerError.self) { try Ledger(path: folder.path + "/none/ledger.db") }
        #expect(error?.code == .unavailable)
        #expect(throws: LedgerError.self) { try LedgerReader(path: folder.path + "/ledger.db") }
    }

    @Test(arguments: ["ledger.db", "a %3f b?c#d.db"])
    func readingWithoutAWriterLeavesNothingBehind(_ name: String) async throws {
        let path = folder.path + "/" + name
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 4))
        await ledger.close()
        #expect(folder.names == [name])
        do {
            let reader = try LedgerReader(path: path)
            #expect(try reader.positions() == [SinkPosition(name: "a", start: 4)])
            #expect(folder.names == [name])
        }
        #expect(folder.names == [name])
    }

    @Test func aClosedLedgerOpensAgainOnceForAll() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        let generation = ledger.generation
        await ledger.close()
        let error = await #expect(throws: LedgerError.self) { try await ledger.positions() }
        #expect(error?.code == .unavailable)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await ledger.reopen(since: generation) } }
            try await group.waitForAll()
        }
        #expect(ledger.generation == generation + 1)
        #expect(try await ledger.positions().count == 1)
        await ledger.close()
    }
}
