import FindingModel
import Foundation
import GRDB
import Journal
import Synchronization

@testable import State

/// A journal and a state database in a folder of their own, projected in the test's own thread.
final class Gate: Sendable {
    let folder: TemporaryFolder
    let journal: SegmentJournal
    let store: StateStore
    private let makeMapper: @Sendable () -> any ReceiptMapper
    private let clock: TestClock

    /// A clock that the test sets.
    final class TestClock: Sendable {
        let now = Mutex(Making.time(1000))
        var time: Timestamp { now.withLock { $0 } }
    }

    convenience init(_ script: Script) throws { try self.init { _ in { script.mapper() } } }

    /// A gate whose receipts are mapped by what `mapping` makes of the journal, whose folder `fill` has to itself before.
    init(fill: (_ journal: String) throws -> Void = { _ in }, mapping: (SegmentJournal) -> @Sendable () -> any ReceiptMapper) throws {
        folder = try TemporaryFolder()
        try fill(folder.file("journal"))
        clock = TestClock()
        journal = try Self.open(folder, clock: clock)
        store = try StateStore.open(path: folder.file("state.db"))
        makeMapper = mapping(journal)
    }

    /// A gate with another state database beside the same journal.
    init(beside other: Gate, state: String, options: StateStore.Options = StateStore.Options()) throws {
        folder = other.folder
        makeMapper = other.makeMapper
        clock = other.clock
        journal = other.journal
        store = try StateStore.open(path: folder.file(state), options: options)
    }

    /// The same files, opened again after `change` had the journal's folder to itself; receipts are mapped as before, or by what `mapping` makes.
    init(
        again other: Gate, _ change: (_ journal: String) throws -> Void = { _ in }, mapping: ((SegmentJournal) -> @Sendable () -> any ReceiptMapper)? = nil
    ) async throws {
        await other.journal.stop()
        other.store.close()
        try change(other.folder.file("journal"))
        folder = other.folder
        clock = other.clock
        journal = try Self.open(folder, clock: clock)
        makeMapper = mapping?(journal) ?? other.makeMapper
        store = try StateStore.open(path: folder.file("state.db"))
    }

    private static func open(_ folder: TemporaryFolder, clock: TestClock) throws -> SegmentJournal {
        var options = SegmentJournalOptions(directory: folder.file("journal"), onFatal: { _ in })
        options.segmentBytes = 1 << 20
        options.diskReserve = DiskReserve.none
        options.clock = { clock.time }
        return try SegmentJournal.open(options).journal
    }

    func setTime(_ seconds: Int64) { clock.now.withLock { $0 = Making.time(seconds) } }

    @discardableResult
    func receive(_ body: String, source: String = "shop", generation: UInt64 = 0) async throws -> UInt64 {
        try await append(EntryDraft(kind: .receipt, source: source, generation: generation, body: Array(body.utf8)))
    }

    func append(_ draft: EntryDraft) async throws -> UInt64 { try await journal.append(draft).number }

    /// Receives the receipts, projects them, and returns the types of the changes that this made.
    func changes(of bodies: String...) async throws -> [String] {
        let before = try await queries.lastSequence()
        for body in bodies { try await receive(body) }
        try catchUp()
        return try allChanges().filter { $0.sequence > before }.map(\.type)
    }

    /// Projects everything that is in the journal; makes a state.db anew that turns out to be damaged, as the projector does.
    func catchUp(batch: Int = 100, through: UInt64? = nil) throws {
        do throws(StateError) { try run(batch, through) } catch  where error.code == .corrupt {
            try store.remake(through: journal.watermark)
            try run(batch, through)
        }
    }

    private func run(_ batch: Int, _ through: UInt64?) throws(StateError) {
        let run = ProjectionRun(plan(batch: batch, through: through))
        while try !run.run() {}
    }

    /// Projects everything, and then takes in what could not be read before; returns the entry that does so, if there is anything.
    func takeInAgain() async throws -> UInt64? {
        try catchUp()
        guard let note = try ReadableAgain(store: store, source: EntrySource(journal)).note(through: journal.watermark) else { return nil }
        let entry = try await append(note.draft)
        try catchUp()
        return entry
    }

    /// What stands in the journal, as far as it can be read.
    func entries() throws -> [Entry] {
        var reader = journal.reader(from: 1), all: [Entry] = []
        while case let some = try reader.next(limit: 1000, maxBytes: 8 << 20), !some.isEmpty { all += some }
        return all
    }

    /// Has the receipt's body erased, once everything is projected, and projects that.
    func erase(_ receipt: UInt64, active: UInt64? = nil) async throws {
        try catchUp()
        let husk = try HuskMaker(store: store, source: EntrySource(journal), makeMapper: makeMapper, active: active).husk(of: receipt)
        let changes = try await queries.changeCount(ofEntry: receipt)
        try await journal.erase(receipt, reason: "a test", who: "me", changes: changes, husk: husk ?? [])
        try catchUp()
    }

    /// How `catchUp` projects.
    func plan(batch: Int = 100, through: UInt64? = nil) -> ProjectionRun.Plan {
        var options = ProjectorOptions()
        options.batchEntries = batch
        // Only the number of entries bounds a transaction here, so that tests know what stands in one.
        options.batchMilliseconds = 60_000
        let (store, journal, makeMapper, fixed) = (store, journal, makeMapper, options)
        return ProjectionRun.Plan(
            store: store, source: EntrySource(journal), journal: journal, makeMapper: makeMapper, options: options,
            through: through ?? journal.watermark, shouldStop: { false }, onProgress: { _ in },
            carryOut: { entry, work, mark throws(StateError) in
                let application = RebuildApplication(store: store, journal: journal, makeMapper: makeMapper, options: fixed, shouldStop: { false })
                _ = try application.apply(entry, work, mark: mark)
            })
    }

    var queries: StateQueries { StateQueries(store: store) }

    func allChanges() throws -> [Change] {
        try store.read { database in
            try CheckedRow.fetchAll(database, sql: "SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables) ORDER BY c.sequence").map { try ChangeRow($0).change }
        }
    }

    /// The files of state.db and of the journal with the text in them, once the writer has done what it was asked.
    func files(containing text: String) throws -> [String] {
        let journal = try FileManager.default.contentsOfDirectory(atPath: folder.file("journal")).map { "journal/\($0)" }
        let state = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("state.db") }
        return try (journal + state).filter { name in
            try Data(contentsOf: URL(fileURLWithPath: folder.file(name))).range(of: Data(text.utf8)) != nil
        }
    }

    func dump() throws -> [String] { try store.read { try Self.dump($0) } }

    /// Every row of every table, as text, but for what two databases of one journal never share.
    static func dump(_ database: Database) throws -> [String] {
        let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return try tables.flatMap { table in
            try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
                "\(table): " + row.filter { !$0.0.hasPrefix("log_") }.map { "\($0) \(text($1))" }.joined(separator: ", ")
            }.sorted()
        }
    }

    private static func text(_ value: DatabaseValue) -> String {
        // A blob's own description says only how long it is.
        if case .blob(let data) = value.storage { data.map { $0 < 0x20 || $0 > 0x7E ? "\\\($0) " : String(UnicodeScalar($0)) }.joined() } else { "\(value)" }
    }

    func finding(_ key: String = "1") async throws -> Finding? {
        guard let summary = try await queries.record(Making.uid(.finding, key)) else { return nil }
        if case .finding(let finding) = try Record(kind: .finding, parsing: summary.data) { return finding }
        return nil
    }
}

extension StateQueries {
    func lastSequence() async throws -> UInt64 {
        try await store.readAsync { try UInt64(clamping: Position(from: $0).sequence) }
    }
}
