import FindingModel
import Foundation
import GRDB
import Glibc
import Journal
import Testing

@testable import State

/// A damaged state.db: put aside and made again from the journal, with the same changes under the same ids.
struct DamageTests {
    /// What can become of a file and of those beside it.
    enum Damage: CaseIterable {
        case noDatabase, cutInTheHeader, cutInTheMiddle, pageOfZeros, everyPageFlipped, otherProgramsNumber, noVersion, folder, link, pipe
        case logOfGarbage, folderForTheLog, folderForTheSharedMemory, sharedMemoryOfGarbage

        /// Whether SQLite repairs it by itself.
        var isHarmless: Bool { self == .sharedMemoryOfGarbage }

        func apply(to path: String) throws {
            let file = URL(fileURLWithPath: path)
            var bytes = try Data(contentsOf: file)
            switch self {
            case .noDatabase: bytes = Data(String(repeating: "garbage", count: 2000).utf8)
            case .cutInTheHeader: bytes = bytes.prefix(50)
            case .cutInTheMiddle: bytes = bytes.prefix(5000)
            case .pageOfZeros: bytes.replaceSubrange(4096..<8192, with: Data(count: 4096))
            case .everyPageFlipped: for offset in stride(from: 4096, to: bytes.count, by: 4096) { bytes[offset] ^= 0x5a }
            case .otherProgramsNumber: bytes.replaceSubrange(68..<72, with: Data("abcd".utf8))
            case .noVersion: bytes.replaceSubrange(60..<64, with: Data([0x40, 0, 0, 0]))
            case .folder:
                unlink(path)
                mkdir(path, 0o700)
                return try Data("x".utf8).write(to: file.appendingPathComponent("x"))
            case .link:
                rename(path, path + "-elsewhere")
                symlink(path + "-elsewhere", path)
                return
            case .pipe:
                unlink(path)
                mkfifo(path, 0o600)
                return
            case .logOfGarbage: return try Data(repeating: 0x55, count: 9000).write(to: URL(fileURLWithPath: path + "-wal"))
            case .sharedMemoryOfGarbage: return try Data(repeating: 0x55, count: 32768).write(to: URL(fileURLWithPath: path + "-shm"))
            case .folderForTheLog, .folderForTheSharedMemory:
                let beside = path + (self == .folderForTheLog ? "-wal" : "-shm")
                unlink(beside)
                mkdir(beside, 0o700)
                return
            }
            try bytes.write(to: file)
        }
    }

    private static var script: Script {
        var script = Script()
        for number in 0..<40 { script.add("\(number)", key: "\(number)", at: Int64(number)) { .finding($0, "\(number)") } }
        return script
    }

    private func projector(_ gate: Gate, on store: StateStore) -> Projector {
        Projector(store: store, journal: gate.journal) { Self.script.mapper() }
    }

    private func changes(in store: StateStore) throws -> [String] {
        try store.read {
            try CheckedRow.fetchAll($0, sql: "SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables) ORDER BY c.sequence").map { try ChangeRow($0).change.id }
        }
    }

    /// What is looked for when a file is looked through is all that the migrations make.
    @Test func everyTableThereIsWouldBeMissed() throws {
        let folder = try TemporaryFolder()
        let store = try StateStore.open(path: folder.file("state.db"))
        defer { store.close() }
        let tables = try store.read { try String.fetchSet($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") }
        #expect(tables == Set(Migrations.tables))
    }

    @Test(arguments: Damage.allCases) func aStartMakesItAgainAndTheChangesAreTheSame(damage: Damage) async throws {
        let gate = try Gate(Self.script)
        for number in 0..<30 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let before = try changes(in: gate.store)
        gate.store.close()
        try damage.apply(to: gate.store.path)

        let (store, found) = try StateStore.openForService(path: gate.store.path)
        let projector = projector(gate, on: store)
        if let found { projector.noteRemake(found) }
        try await projector.start()
        #expect(await Waiting.until { projector.lag == 0 && projector.status.sequence >= 30 })
        #expect(try Array(changes(in: store).prefix(30)) == before)
        #expect(store.damage == nil)
        let isAside = ["", "-wal", "-shm"].contains { access(gate.store.path + ".damaged" + $0, F_OK) == 0 }
        #expect(isAside != damage.isHarmless)
        await projector.stop()
        store.close()
    }

    @Test func whatAReaderFindsDamagedWhileItRunsIsMadeAgainAndToldToTheJournal() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<30 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let before = try changes(in: gate.store), path = gate.store.path
        gate.store.close()
        // The table of changes is hit, which the projector itself does not read.
        let root = try await DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'changes'") }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[(try #require(root) - 1) * 4096] ^= 0x40
        try bytes.write(to: URL(fileURLWithPath: path))

        let (store, found) = try StateStore.openForService(path: path)
        #expect(found == nil)
        let projector = projector(gate, on: store)
        try await projector.start()
        let source = EntrySource(gate.journal)
        let feed = StateChangeFeed(
            store: store, signal: projector.changes, archive: ReceiptArchive(source, configurations: ConfigurationReader(source)),
            journalEnd: gate.journal.watermark)
        #expect(feed.epoch == 0)
        await #expect(throws: StateError.self) { try await feed.changes(after: 0, limit: 100, maxBytes: 1 << 20) }
        #expect(await Waiting.until { store.remakes == 1 && projector.lag == 0 && projector.status.sequence > 30 })
        #expect(feed.epoch == 1)
        #expect(try Array(changes(in: store).prefix(30)) == before)
        let last = try #require(try await feed.changes(after: 30, limit: 10, maxBytes: 1 << 20).first)
        #expect(last.type == "notice.gateway_state_remade")
        await projector.stop()
        store.close()
    }

    /// What a turned bit may come to that SQLite takes for what was written.
    @Test(arguments: ["data = cast('{' AS BLOB)", "entry = entry + 1", "type = 'finding.fixed'", "subject = 'f_0'", "time = time + 1", "sequence = 999"])
    func aChangeThatIsNotTheOneThatWasWrittenIsDamage(_ change: String) async throws {
        let gate = try Gate(Self.script)
        for number in 0..<5 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let source = EntrySource(gate.journal)
        let feed = StateChangeFeed(store: gate.store, signal: ChangeSignal(), archive: ReceiptArchive(source, configurations: ConfigurationReader(source)))
        #expect(try await feed.changes(after: 0, limit: 100, maxBytes: 1 << 20).count == 5)
        try gate.store.withWriter { try $0.execute(sql: "UPDATE changes SET \(change) WHERE sequence = 3") }
        let error = await #expect(throws: StateError.self) { try await feed.changes(after: 2, limit: 100, maxBytes: 1 << 20) }
        #expect(error?.code == .corrupt && gate.store.damage == error)
        await gate.journal.stop()
    }

    /// A damaged page gives rows whose columns are empty although none may be.
    /// A damaged page gives values that are not there, or of another type than was written.
    @Test(arguments: ["NULL", "'text'", "x'ff'", "1e300"]) func aRowOfOtherValuesIsDamageAndEndsNothing(value: String) throws {
        let values = repeatElement(value, count: 24).joined(separator: ", ")
        let row = try #require(try DatabaseQueue().read { try CheckedRow.fetchOne($0, sql: "SELECT \(values)") })
        let errors = [
            #expect(throws: (any Error).self) { try ChangeRow(row) }, #expect(throws: (any Error).self) { try RecordSummary(row) },
            #expect(throws: (any Error).self) { try EventSummary(row) }, #expect(throws: DatabaseError.self) { try row[0] as Int64 },
        ]
        #expect(errors.allSatisfy { $0.map { StateError.wrapping($0, at: "state.db").code == .corrupt } ?? false }, "\(errors)")
        let missing = #expect(throws: (any Error).self) { try DatabaseQueue().read { try Int64.fetchAll($0, sql: "SELECT NULL") } }
        #expect(missing.map { StateError.wrapping($0, at: "state.db").code == .corrupt } == true)
        #expect(try DatabaseQueue().read { try CheckedRow.fetchOne($0, sql: "SELECT NULL AS a")?["a"] as Int64? } == nil)
    }

    @Test(arguments: [false, true]) func aFileThatIsMovedAwayOrReplacedWhileItIsUsedIsMadeAgain(isReplaced: Bool) async throws {
        let gate = try Gate(Self.script)
        for number in 0..<5 { try await gate.receive("\(number)") }
        let projector = projector(gate, on: gate.store), path = gate.store.path
        try await projector.start()
        #expect(await Waiting.until { projector.lag == 0 && projector.status.sequence == 5 })
        rename(path, path + "-elsewhere")
        if isReplaced { try FileManager.default.copyItem(atPath: path + "-elsewhere", toPath: path) }
        #expect(await Waiting.until { gate.store.remakes == 1 && projector.lag == 0 && projector.status.sequence == 6 })
        let types = try changes(in: gate.store)
        #expect(types.count == 6 && gate.store.damage == nil)
        await projector.stop()
        await gate.journal.stop()
    }

    @Test func whileItIsMadeAgainNothingIsTakenForGone() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<30 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let source = EntrySource(gate.journal)
        let feed = StateChangeFeed(
            store: gate.store, signal: ChangeSignal(), archive: ReceiptArchive(source, configurations: ConfigurationReader(source)), journalEnd: 0)
        let last = try #require(try gate.allChanges().last)
        try gate.store.remake(through: gate.journal.watermark)
        let error = await #expect(throws: StateError.self) { try await feed.changes(after: 29, limit: 1, maxBytes: 1) }
        #expect(error?.message.contains("is being made again from the journal") == true)
        await #expect(throws: StateError.self) { try await feed.newestChange(of: last.subject) }
        #expect(try await !feed.isCaughtUp())
        #expect(try await feed.place(of: last.id) == .notYet)
        try gate.catchUp()
        #expect(try await feed.changes(after: 29, limit: 1, maxBytes: 1) == [last])
        #expect(try await feed.place(of: last.id) == .at(30))
    }

    @Test func aFileThatCannotBeOpenedForNowIsOpenedLater() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("1")
        gate.store.close()
        let folder = gate.folder.file("missing"), path = folder + "/state.db"
        let (store, damage) = try StateStore.openForService(path: path)
        #expect(damage == nil)
        let error = #expect(throws: StateError.self) { try store.read { try Position(from: $0) } }
        #expect(error?.code == .unopenable)
        let projector = projector(gate, on: store)
        try await projector.start()
        #expect(projector.status.failure?.code == .unopenable)
        mkdir(folder, 0o700)
        #expect(await Waiting.until { projector.lag == 0 })
        #expect(try changes(in: store).count == 1)
        await projector.stop()
        store.close()
    }

    @Test func whatWasPutAsideBeforeGivesWayAndAFolderIsPassed() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        for text in ["one", "two"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try DamagedDatabase.putAside(path: path)
            #expect(try String(contentsOfFile: path + ".damaged", encoding: .utf8) == text)
        }
        mkdir(path, 0o700)
        try DamagedDatabase.putAside(path: path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["state.db.damaged", "state.db.damaged-2"])
    }
}
