import FindingModel
import Foundation
import GRDB
import Glibc
import State
import Synchronization
import Testing

@testable import Delivery

struct LedgerTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/ledger.db" }

    init() throws { folder = try TemporaryFolder() }

    private func row(_ sink: String, _ range: ClosedRange<UInt64>, _ sequences: String? = nil, at time: Int64 = 5) -> DeliveryRow {
        DeliveryRow(
            sink: sink, firstSequence: range.lowerBound, lastSequence: range.upperBound, count: range.count, sequences: sequences,
            time: Timestamp(milliseconds: time), status: 200, remoteID: "r")
    }

    private func position(_ sink: String, _ cursor: UInt64) -> SinkPosition {
        SinkPosition(name: sink, start: 0, cursor: cursor, delivered: cursor, filtered: 0, expired: 0)
    }

    private func moved(_ sink: String, _ cursor: UInt64, _ row: DeliveryRow? = nil) -> LedgerWrite {
        var write = LedgerWrite(position: position(sink, cursor))
        if let row { write.deliveries = [row] }
        return write
    }

    @Test func positionsAndRowsAreThereAfterReopening() async throws {
        var ledger = try Ledger(path: path)
        #expect(try await ledger.position(of: "a") == nil)
        try await ledger.insert(SinkPosition(name: "b", start: 7))
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.apply(moved("a", 3, row("a", 1...3)), after: 0)
        try await ledger.apply(moved("a", 9, row("a", 4...9, "4,6-9")), after: 1)
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
        for _ in 0..<3 { try await ledger.apply(moved("a", 3, row("a", 1...3)), after: 0) }
        #expect(try await ledger.deliveries(limit: 10).count == 1)
        await ledger.close()
    }

    @Test func aCursorThatStandsElsewhereIsAConflictAndNothingIsWritten() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.apply(moved("a", 3, row("a", 1...3)), after: 0)
        let error = await #expect(throws: LedgerError.self) { try await ledger.apply(moved("a", 5, row("a", 2...5)), after: 5) }
        #expect(error?.code == .conflict)
        #expect(try await ledger.deliveries(limit: 10).count == 1)
        #expect(try await ledger.position(of: "a")?.cursor == 3)
        let unknown = await #expect(throws: LedgerError.self) { try await ledger.apply(moved("z", 5), after: 0) }
        #expect(unknown?.code == .conflict)
        await ledger.close()
    }

    @Test(arguments: [false, true]) func aListOfLettersGoesOnWhereItEndedAndEndsWhereItBeganToGrow(isWaiting: Bool) async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        func put(_ sequences: ClosedRange<UInt64>, revision: Int64) async throws {
            var write = LedgerWrite(
                position: SinkPosition(name: "a", start: 0, cursor: sequences.upperBound, delivered: 0, filtered: 0, expired: 0, open: sequences.upperBound))
            write.rows = sequences.map { .put(OpenItem(.finding($0), state: isWaiting ? .retrying : .dead, at: Timestamp(milliseconds: 9)), nil) }
            try await ledger.apply(write, after: revision)
        }
        try await put(1...6, revision: 0)
        var query = LetterQuery(sink: nil, isWaiting: isWaiting, limit: 2)
        var shown: [UInt64] = [], pages = 0
        while true {
            let page = try await ledger.letters(query)
            #expect(try LedgerReader(path: path).letters(query).next == page.next)
            shown += page.letters.map(\.item.sequence)
            pages += 1
            guard let next = page.next else { break }
            // As a client gives it back.
            let place = try #require(ListPlace(next.text))
            #expect(place == next && place.order == "old")
            (query.after, query.last) = (try #require(Int64(place.id)), place.mark)
            if pages == 1 { try await put(7...9, revision: 1) }
        }
        #expect(shown == [1, 2, 3, 4, 5, 6] && pages == 3, "what came meanwhile is of the next list, and no page is empty")
        await ledger.close()
    }

    @Test func itemsAreThereAfterReopeningWithTheSinksWords() async throws {
        var ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        let now = Timestamp(milliseconds: 9)
        var put = LedgerWrite(position: SinkPosition(name: "a", start: 0, cursor: 4, delivered: 1, filtered: 0, expired: 0, open: 3))
        var dead = OpenItem(.finding(2), state: .dead, at: now)
        dead.attempts = 7
        let held = OpenItem(.finding(3), state: .held, at: now)
        put.rows = [
            .put(OpenItem(.finding(1), state: .retrying, at: now), DeliveryFailure("busy", status: 503)), .put(dead, DeliveryFailure("no", status: 400)),
            .put(held, nil),
        ]
        try await ledger.apply(put, after: 0)
        await ledger.close()
        ledger = try Ledger(path: path)
        #expect(try await ledger.state(of: "a")?.open.map(\.sequence) == [1, 3])
        let letters = try await ledger.letters(sink: "a", limit: 10)
        #expect(letters.map(\.item) == [dead] && letters.first?.words == "no" && letters.first?.status == 400)
        #expect(try await ledger.letters(sink: nil, changes: ["f_2"], limit: 10) == letters)
        #expect(try await ledger.letters(sink: nil, changes: [dead.changeID], limit: 10) == letters)
        #expect(try await ledger.letters(sink: "a", changes: ["f_1"], limit: 10).isEmpty)
        #expect(try await ledger.letters(sink: "a", after: letters[0].row, limit: 10).isEmpty)
        let waiting = try await ledger.letters(LetterQuery(sink: "a", isWaiting: true, limit: 10)).letters
        #expect(waiting.map(\.item.sequence) == [1, 3] && waiting.map(\.words) == ["busy", nil] && waiting.map(\.status) == [503, nil])
        #expect(try LedgerReader(path: path).letters(LetterQuery(sink: nil, isWaiting: true, limit: 10)).letters == waiting)
        #expect(try await ledger.letters(LetterQuery(sink: "a", changes: ["f_3"], isWaiting: true, limit: 10)).letters.map(\.item) == [held])
        #expect(try await ledger.counts() == ["a": [.retrying: 1, .held: 1, .dead: 1]])
        #expect(try LedgerReader(path: path).counts() == ["a": [.retrying: 1, .held: 1, .dead: 1]])
        var again = dead
        again.state = .again
        var move = LedgerWrite(position: SinkPosition(name: "a", start: 0, cursor: 4, delivered: 2, filtered: 0, expired: 0, open: 2))
        move.rows = [.move(again), .remove(1)]
        try await ledger.apply(move, after: 1)
        #expect(try await ledger.state(of: "a")?.open == [again, held])
        #expect(try await ledger.letters(sink: "a", limit: 10).isEmpty)
        await ledger.close()
    }

    @Test func anOutageComesBackWithItsTries() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        var write = LedgerWrite(position: SinkPosition(name: "a", start: 0))
        write.outage = .some(LedgerWrite.Outage(since: Timestamp(milliseconds: 5), isPaused: true, failures: 7, failure: DeliveryFailure("no")))
        try await ledger.apply(write, after: 0)
        guard case .paused(let outage) = try await ledger.state(of: "a", now: Timestamp(milliseconds: 9))?.condition else {
            Issue.record("it is not paused")
            return
        }
        #expect(outage.failures == 7 && outage.since.milliseconds == 5 && outage.next.milliseconds == 9)
        await ledger.close()
    }

    @Test func itemsFollowTheirChangesAndThoseOfChangesThatAreGoneAreExpired() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        var put = LedgerWrite(position: SinkPosition(name: "a", start: 0, cursor: 9, delivered: 5, filtered: 0, expired: 0, open: 4))
        put.rows = [5, 6, 7, 8].map { .put(OpenItem(.finding($0), state: $0 == 8 ? .dead : .again, at: Timestamp(milliseconds: 1)), nil) }
        try await ledger.apply(put, after: 0)
        var moved = put.position
        moved.move(to: 7, anchor: "x")
        let places = ["abcdefgh-6-1": UInt64(5), "abcdefgh-7-1": 6, "abcdefgh-8-1": 7]
        try await ledger.realign(moved, places: places, after: 1)
        let state = try await ledger.state(of: "a")
        #expect(state?.open.map(\.changeID) == ["abcdefgh-6-1", "abcdefgh-7-1"] && state?.open.map(\.sequence) == [5, 6])
        #expect(state?.position.open == 3 && state?.position.expired == 1 && state?.position.vanished == 2 && state?.revision == 2)
        #expect(try await ledger.letters(sink: "a", limit: 9).map(\.item.sequence) == [7])
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
            try await ledger.apply(moved("a", 3, row("a", 1...3)), after: 0)
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
        #expect(error?.code == .newerVersion && error?.message.hasPrefix("\(path) was written by a newer version of weir: start that version") == true)
        let reading = #expect(throws: LedgerError.self) { try LedgerReader(path: path) }
        #expect(reading?.code == .newerVersion)
    }

    @Test func whatASinkTookLastIsTheNewestRequestWhateverItsSequences() async throws {
        let ledger = try Ledger(path: path)
        let position = SinkPosition(name: "a", start: 0)
        try await ledger.insert(position)
        // The second history is shorter than what the first had told.
        try await ledger.apply(LedgerWrite(position: position, deliveries: [row("a", 690...700, at: 1)]), after: 0)
        try await ledger.apply(LedgerWrite(position: position, deliveries: [row("a", 501...502, at: 2)]), after: 1)
        #expect(try await ledger.state(of: "a", now: Timestamp(milliseconds: 9))?.lastDeliveredTime == Timestamp(milliseconds: 2))
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

    @Test func aDamagedFileIsUsedAgainOnlyOnceItIsWhole() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 4))
        await ledger.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var broken = whole
        for offset in stride(from: 4096, to: broken.count, by: 4096) { broken[offset] ^= 0x5a }
        try broken.write(to: URL(fileURLWithPath: path))
        let told = Mutex<[LedgerError]>([])
        let damaged = try Ledger.forService(path: path) { error in told.withLock { $0.append(error) } }
        for _ in 0..<2 {
            let error = await #expect(throws: LedgerError.self) { try await damaged.positions() }
            #expect(error?.code == .corrupt && error?.message.contains("move it away") == true)
        }
        #expect(told.withLock { $0.count } == 1)
        await #expect(throws: LedgerError.self) { try await damaged.reopen(since: damaged.generation) }
        try whole.write(to: URL(fileURLWithPath: path))
        try await damaged.reopen(since: damaged.generation)
        #expect(try await damaged.positions() == [SinkPosition(name: "a", start: 4)])
        await damaged.close()
    }

    @Test func damageThatShowsOnlyInUseClosesTheFile() async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        try await ledger.apply(moved("a", 3, row("a", 1...3)), after: 0)
        await ledger.close()
        let root = try await DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'deliveries'") }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[(try #require(root) - 1) * 4096] ^= 0x40
        try bytes.write(to: URL(fileURLWithPath: path))
        let told = Mutex(0)
        let damaged = try Ledger.forService(path: path) { _ in told.withLock { $0 += 1 } }
        #expect(try await damaged.positions().count == 1)
        await #expect(throws: LedgerError.self) { try await damaged.deliveries(limit: 9) }
        // Nothing more is read from it, whole as the rest may be.
        await #expect(throws: LedgerError.self) { try await damaged.positions() }
        #expect(told.withLock { $0 } == 1)
        await #expect(throws: LedgerError.self) { try await damaged.reopen(since: damaged.generation) }
        await damaged.close()
    }

    /// What a turned bit, or a page of an older copy, may come to: a valid file that says something else than was written.
    @Test(arguments: [
        "UPDATE sinks SET cursor = cursor + 1, delivered = delivered + 1", "UPDATE sinks SET anchor = 'abcdefgh-7-1'", "UPDATE sinks SET name = 'b'",
        "DELETE FROM sinks", "UPDATE items SET sequence = 64 WHERE sequence = 2", "UPDATE items SET change = 'x' WHERE sequence = 2",
        "UPDATE items SET state = 5 WHERE sequence = 2",
        "DELETE FROM items WHERE sequence = 3", "UPDATE items SET sink = 'b'", "UPDATE done SET change = 'x'", "DELETE FROM done",
        "INSERT INTO done VALUES ('a', 6, 'abcdefgh-6-1', 0)", "UPDATE tickets SET applied = 99", "DELETE FROM tickets", "UPDATE jobs SET cursor = last",
        "DELETE FROM jobs", "UPDATE seals SET sum = sum + 1", "DELETE FROM seals",
    ])
    func aRowThatIsNotTheOneThatWasWrittenIsDamage(_ damage: String) async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        var write = LedgerWrite(position: SinkPosition(name: "a", start: 0, cursor: 3, anchor: "abcdefgh-3-1", delivered: 1, filtered: 0, expired: 0, open: 2))
        write.rows = [2, 3].map { .put(OpenItem(.finding($0), state: $0 == 3 ? .dead : .again, at: Timestamp(milliseconds: 1)), nil) }
        write.done = [DoneAbove(sequence: 5, changeID: "abcdefgh-5-1", isSuperseded: false)]
        try await ledger.apply(write, after: 0)
        try await ledger.apply(write, after: 1)
        var link = TicketLink(uid: "f_1", mark: "m", state: .overflow, intended: Timestamp(milliseconds: 1))
        link.applied = 3
        for _ in 0..<2 { try await ledger.put([link], sink: "a") }
        try await ledger.insert(ReplayJob(sink: "a", first: 1, last: 9, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me"))
        #expect(try await ledger.state(of: "a")?.open.count == 1)
        await ledger.close()
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try await queue.writeWithoutTransaction { database in
            for name in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \(name)")
            }
            try database.execute(sql: damage)
        }
        try queue.close()
        let told = Mutex(0)
        let damaged = try Ledger.forService(path: path) { _ in told.withLock { $0 += 1 } }
        let error = await #expect(throws: LedgerError.self) { try await damaged.state(of: "a") }
        #expect(error?.code == .corrupt && told.withLock { $0 } == 1)
        await #expect(throws: LedgerError.self) { try await damaged.reopen(since: damaged.generation) }
        #expect(told.withLock { $0 } == 1)
        await damaged.close()
    }

    @Test(arguments: ["", "-wal", "-shm"]) func whatStandsInThePlaceOfAFileIsNeverFollowed(ending: String) throws {
        let victim = folder.path + "/victim"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        symlink(victim, path + ending)
        let error = #expect(throws: LedgerError.self) { try Ledger(path: path) }
        #expect(error?.code == .corrupt && error?.message.contains("symbolic link") == true)
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
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
        #expect(folder.names == [name, name + "-mark"])
        do {
            let reader = try LedgerReader(path: path)
            #expect(try reader.positions() == [SinkPosition(name: "a", start: 4)])
            #expect(folder.names == [name, name + "-mark"])
        }
        #expect(folder.names == [name, name + "-mark"])
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
