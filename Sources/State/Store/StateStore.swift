import GRDB
import Journal
import Synchronization

/// state.db: what the journal's entries mean. Derived; if it is lost, it is made again from the journal.
///
/// One connection writes and runs every checkpoint; all others only read. Readers and writer are used from threads that may block. A store may stand
/// without connections for a while: then whatever is asked of it fails with the reason, until `reopen` succeeds.
package final class StateStore: Sendable {
    package struct Options: Sendable {
        /// Pages of the write-ahead log after which it is copied into the database: few, so that a checkpoint is short beside the journal's writes.
        package var checkpointPages = 2000
        /// KiB of pages that the writing connection keeps in memory.
        package var writerCacheKiB = 16 * 1024
        package var readers = 4
        /// A number that no other opening for writing bears.
        package var makeOpening: @Sendable () -> Int64 = { .random(in: 1 ... .max) }

        package init() {}
    }

    package let path: String
    let options: Options
    private let open: Mutex<Open>

    private struct Open: Sendable {
        var connections: Connections?
        /// Why there are none.
        var failure: StateError?
        /// What somebody who read found damaged.
        var damage: StateError?
        /// How often the file was made anew since the process began.
        var remakes: UInt64 = 0
        /// How often words were taken out of changes since then.
        var erasures: UInt64 = 0
        /// The journal's end when it was made anew last.
        var remadeThrough: UInt64 = 0
        /// The entry up to which must be projected before a change is handed out.
        var heldThrough: UInt64 = 0
    }

    /// The open connections: a writer with readers beside it, or one that only reads.
    private struct Connections: Sendable {
        let reader: any DatabaseReader
        let writer: DatabasePool?
        /// Which file a writer writes.
        var file: FileIdentity?
        var checkpoints: Checkpoints?
    }

    private init(path: String, options: Options, connections: Connections?, failure: StateError? = nil) {
        self.path = path
        self.options = options
        open = Mutex(Open(connections: connections, failure: failure))
    }

    /// Opens or makes the database at `path`, brings its schema up to date, and makes sure that what it commits survives a power cut.
    ///
    /// A file of a newer version or of another program is refused before anything is touched.
    package static func open(path: String, options: Options = Options()) throws(StateError) -> StateStore {
        StateStore(path: path, options: options, connections: try connect(path: path, options: options))
    }

    /// Opens the database for a gateway that goes on in any case: a damaged one is put aside and made anew, and where there is no room or no right to open
    /// it, the store stands without connections for now.
    ///
    /// - Returns: the store, and what was damaged.
    package static func openForService(path: String, options: Options = Options()) throws(StateError) -> (store: StateStore, damage: StateError?) {
        var damage: StateError?
        do throws(StateError) {
            return (try open(path: path, options: options), nil)
        } catch {
            switch error.code {
            case .newerVersion, .notAStateDatabase, .notDurable: throw error
            case .corrupt: damage = error
            default: return (StateStore(path: path, options: options, connections: nil, failure: error), nil)
            }
        }
        do throws(StateError) {
            try DamagedDatabase.putAside(path: path)
            return (try open(path: path, options: options), damage)
        } catch {
            return (StateStore(path: path, options: options, connections: nil, failure: error), damage)
        }
    }

    private static func connect(path: String, options: Options) throws(StateError) -> Connections {
        try checkFiles(path: path)
        let (pool, checkpoints) = try openPool(path: path, options: options)
        return Connections(reader: pool, writer: pool, file: FileIdentity(path: path), checkpoints: checkpoints)
    }

    /// Opens the database at `path` for reading, beside a running gateway or without one; changes nothing.
    ///
    /// - Parameter ofAnyVersion: Whether one that an older version made will do, in which tables or columns may be missing.
    package static func openReadOnly(path: String, ofAnyVersion: Bool = false) throws(StateError) -> StateStore {
        try Migrations.check(path: path)
        guard let header = try DatabaseHeader.read(path: path) else { throw StateError(.unopenable, "there is no state database at \(path)") }
        guard ofAnyVersion || header.userVersion == Migrations.newest else {
            throw StateError(
                .olderVersion,
                "\(path) is of an older version (schema \(header.userVersion), this version makes \(Migrations.newest)): start the gateway once, which brings it up to date"
            )
        }
        return StateStore(path: path, options: Options(), connections: Connections(reader: try openReader(path: path), writer: nil))
    }

    private static func openReader(path: String) throws(StateError) -> any DatabaseReader {
        var tries = 3
        while true {
            let mark = markOfMainFile(path)
            let reader = try ReadOnlyDatabase.open(path: path)
            guard let mark else { return reader }
            do {
                try reader.read { try requireFit(of: mark, path: path, $0) }
                return reader
            } catch {
                try? reader.close()
                tries -= 1
                // A gateway that writes may have copied into the file between the two looks.
                if tries == 0 { throw .wrapping(error, at: path) }
            }
        }
    }

    /// What the main file bears where it has a log; nothing where it has none.
    private static func markOfMainFile(_ path: String) -> LogMark?? { ReadOnlyDatabase.hasLog(path) ? .some(LogMark.ofMainFile(at: path)) : nil }

    /// Throws when the files at `path` cannot be used for writing, as far as that shows without opening a database; leaves them as they are.
    package static func checkFiles(path: String) throws(StateError) {
        try Migrations.check(path: path)
        try PrivateFiles.check(path: path)
        guard DatabaseLog.isPlausible(of: path) else { throw StateError(.corrupt, "\(path) is damaged: \(path)-wal is no write-ahead log") }
    }

    /// Whether the file at `path` holds a schema: not so when it is missing, or when the process ended before its first migration was committed.
    package static func isMade(path: String) throws(StateError) -> Bool {
        guard try DatabaseHeader.read(path: path) != nil else { return false }
        let store = try openReadOnly(path: path, ofAnyVersion: true)
        defer { store.close() }
        return try store.read { try $0.tableExists("counters") }
    }

    /// Closes all connections and opens them again, after an error.
    package func reopen() throws(StateError) {
        let old = take()
        // SQLite leaves the log of a file that was moved as it is, and would read it into the one that stands there now.
        if let old, old.file != FileIdentity(path: path) { _ = try? old.writer?.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
        try? old?.reader.close()
        try renew()
    }

    /// Puts the file aside, which is damaged, and makes a new one; the journal ends at `end`, and before the projector has come there again, what is missing
    /// of the changes is missing only for now.
    package func remake(through end: UInt64) throws(StateError) {
        let old = open.withLock { open in
            open.remakes += 1
            open.remadeThrough = end
            defer { open.connections = nil }
            return open.connections
        }
        try? old?.reader.close()
        do throws(StateError) { try DamagedDatabase.putAside(path: path) } catch {
            open.withLock { $0.failure = error }
            throw error
        }
        try renew()
    }

    private func renew() throws(StateError) {
        do throws(StateError) {
            let fresh = try Self.connect(path: path, options: options)
            open.withLock { open in
                open.connections = fresh
                open.failure = nil
                open.damage = nil
            }
        } catch {
            open.withLock { $0.failure = error }
            throw error
        }
    }

    /// What was found damaged since the file was opened; a file that was moved away, or that another took the place of, is no better.
    package var damage: StateError? {
        _ = try? current()
        return open.withLock { $0.damage }
    }

    /// How often the file was made anew since the process began: what is known of the row of changes has to be looked up again then.
    package var remakes: UInt64 { open.withLock { $0.remakes } }

    /// How often words were taken out of changes since the process began: who holds any has to read them again.
    package var erasures: UInt64 { open.withLock { $0.erasures } }

    func noteErasure() { open.withLock { $0.erasures += 1 } }

    /// Writes the whole file anew, and empties the write-ahead log: then nothing that was overwritten is left anywhere.
    ///
    /// - Throws: when there is no room for it, or while somebody reads an older snapshot.
    package func compact() async throws(StateError) { try await blocking { () throws(StateError) in try self.compactNow() } }

    /// Empties the write-ahead log, which may hold what was overwritten.
    func emptyLog() async throws(StateError) {
        try await blocking { () throws(StateError) in try self.withWriter { try Self.truncateLog($0) } }
    }

    private func blocking(_ body: @escaping @Sendable () throws(StateError) -> Void) async throws(StateError) {
        let outcome: Result<Void, StateError> = await withCheckedContinuation { continuation in
            WorkThread.start("weir-compact", givesWay: true) {
                do throws(StateError) { continuation.resume(returning: .success(try body())) } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        try outcome.get()
    }

    private func compactNow() throws(StateError) {
        try withWriter { database in
            // In memory the copy would be as large as the file.
            try database.execute(sql: "PRAGMA temp_store = FILE")
            defer { try? database.execute(sql: "PRAGMA temp_store = MEMORY") }
            try database.execute(sql: "VACUUM")
            try Self.truncateLog(database)
        }
    }

    private static func truncateLog(_ database: Database) throws {
        try database.checkpoint(.truncate)
        try database.execute(sql: LogMark.copied)
    }

    /// The journal's end when the file was made anew last; 0 when it never was.
    package var remadeThrough: UInt64 { open.withLock { $0.remadeThrough } }

    /// Whether changes are not handed out: one may quote a receipt whose erasure the journal decides behind what is projected.
    var isHeld: Bool { open.withLock { $0.heldThrough > 0 } }

    /// Has changes kept until the projector has come to `entry`; at 0 none are.
    func hold(through entry: UInt64) { open.withLock { $0.heldThrough = entry } }

    /// Takes in how far the projector has come; returns whether changes are handed out from now on that were held.
    func release(at entry: UInt64) -> Bool {
        open.withLock { open in
            guard open.heldThrough > 0, entry >= open.heldThrough else { return false }
            open.heldThrough = 0
            return true
        }
    }

    /// Whether the store can be used.
    var isOpen: Bool { open.withLock { $0.connections != nil } }

    /// What is wrong with the file's structure; nothing when it is whole. Reads all of it.
    func findDamage() throws(StateError) -> StateError? {
        let words: String? = try read { database in
            if let lost = try Migrations.tables.first(where: { try !database.tableExists($0) }) { return "there is no table \(lost)" }
            return try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        }
        return words == "ok" ? nil : StateError(.corrupt, "\(path) is damaged: \(words?.split(separator: "\n").last ?? "it cannot be checked")")
    }

    /// Writes everything into the main file and closes it.
    package func close() {
        let old = take()
        _ = try? old?.writer?.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try? old?.reader.close()
    }

    /// The version of the SQLite library that this process runs with.
    package static var sqliteVersion: String {
        let queue = try? DatabaseQueue()
        return (try? queue?.read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }) ?? "unknown"
    }

    /// The first SQLite version without the bug in which two connections that reset the write-ahead log at one moment corrupt the file
    /// (https://www.sqlite.org/wal.html#walresetbug); this store avoids it by having one connection write and checkpoint.
    package static let sqliteVersionWithoutResetBug = "3.51.3"

    /// Runs `body` on the writing connection, outside a transaction.
    func withWriter<T>(_ body: (Database) throws -> T) throws(StateError) -> T {
        let (connections, remakes) = try current()
        guard let pool = connections.writer else { throw StateError(.closed, "\(path) is open for reading only") }
        do { return try pool.writeWithoutTransaction(body) } catch { throw noted(error, remakes) }
    }

    /// Runs `body` on one snapshot; blocks the calling thread.
    func read<T>(_ body: (Database) throws -> T) throws(StateError) -> T {
        let (connections, remakes) = try current()
        do { return try connections.reader.read(body) } catch { throw noted(error, remakes) }
    }

    /// Runs `body` on one snapshot, on a thread of the database's own.
    func readAsync<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let (connections, remakes) = try current()
        do {
            return try await connections.reader.read(body)
        } catch is CancellationError {
            throw CancellationError()
        } catch { throw noted(error, remakes) }
    }

    private func current() throws(StateError) -> (Connections, remakes: UInt64) {
        let now = open.withLock { $0 }
        guard let connections = now.connections else { throw now.failure ?? StateError(.closed, "\(path) is closed") }
        if let file = connections.file, file != FileIdentity(path: path) {
            throw noted(StateError.anotherFile(at: path), now.remakes)
        }
        return (connections, now.remakes)
    }

    /// The error as one of this target's; damage is kept for the projector, unless the file was made anew since `remakes`.
    private func noted(_ error: any Error, _ remakes: UInt64) -> StateError {
        let error = StateError.wrapping(error, at: path)
        if error.code == .corrupt {
            open.withLock { open in
                if open.remakes == remakes, open.damage == nil { open.damage = error }
            }
        }
        return error
    }

    private func take() -> Connections? {
        open.withLock { open in
            defer { open.connections = nil }
            return open.connections
        }
    }

    private static func openPool(path: String, options: Options) throws(StateError) -> (DatabasePool, Checkpoints) {
        let mark = markOfMainFile(path)
        try PrivateFiles.prepare(path: path)
        var configuration = Configuration()
        configuration.maximumReaderCount = options.readers
        configuration.busyMode = .timeout(5)
        configuration.label = "state.db"
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            let checkpoints = try pool.writeWithoutTransaction { database in
                try makeDurable(database, options: options)
                if let mark { try requireFit(of: mark, path: path, database) }
                try Migrations.run(on: database)
                let copied = try database.checkpoint(.passive)
                // While somebody reads an older snapshot, the log goes on, and so does its opening.
                if copied.walFrameCount == copied.checkpointedFrameCount { try LogMark.begin(options.makeOpening(), in: database) }
                return try Checkpoints(of: database, pages: options.checkpointPages)
            }
            return (pool, checkpoints)
        } catch { throw .wrapping(error, at: path) }
    }

    /// Throws when the main file, which bears `mark`, is not the one that its log was written for.
    private static func requireFit(of mark: LogMark?, path: String, _ database: Database) throws {
        guard try !LogMark.fits(LogMark(from: database), main: mark) else { return }
        throw StateError(.corrupt, "\(path) is damaged: it and its write-ahead log \(path)-wal are not of the same time")
    }

    /// GRDB sets `synchronous = NORMAL` when it turns on the write-ahead log, after `prepareDatabase` has run; with NORMAL a power cut undoes
    /// committed transactions.
    private static func makeDurable(_ database: Database, options: Options) throws {
        try database.execute(sql: "PRAGMA synchronous = FULL")
        guard try synchronous(database) == 2 else {
            throw StateError(.notDurable, "state.db: this SQLite library does not take PRAGMA synchronous = FULL")
        }
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(options.checkpointPages)")
        try database.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
        try database.execute(sql: "PRAGMA cache_size = -\(options.writerCacheKiB)")
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        // What was erased must not stay behind in free pages.
        try database.execute(sql: "PRAGMA secure_delete = ON")
    }

    static func synchronous(_ database: Database) throws -> Int? { try Int.fetchOne(database, sql: "PRAGMA synchronous") }
}
