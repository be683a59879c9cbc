import GRDB
import Synchronization

/// state.db: what the journal's entries mean. Derived; if it is lost, it is made again from the journal.
///
/// One connection writes and runs every checkpoint; all others only read. Readers and writer are used from threads that may block.
package final class StateStore: Sendable {
    package struct Options: Sendable {
        /// Pages of the write-ahead log after which it is copied into the database: few, so that a checkpoint is short beside the journal's writes.
        package var checkpointPages = 2000
        /// KiB of pages that the writing connection keeps in memory.
        package var writerCacheKiB = 16 * 1024
        package var readers = 4

        package init() {}
    }

    package let path: String
    let options: Options
    private let connections: Mutex<Connections?>

    /// The open connections: a writer with readers beside it, or one that only reads.
    private struct Connections: Sendable {
        let reader: any DatabaseReader
        let writer: DatabasePool?
    }

    private init(path: String, options: Options, connections: Connections) {
        self.path = path
        self.options = options
        self.connections = Mutex(connections)
    }

    /// Opens or makes the database at `path`, brings its schema up to date, and makes sure that what it commits survives a power cut.
    ///
    /// A file of a newer version or of another program is refused before anything is touched.
    package static func open(path: String, options: Options = Options()) throws(StateError) -> StateStore {
        try Migrations.check(path: path)
        let pool = try openPool(path: path, options: options)
        return StateStore(path: path, options: options, connections: Connections(reader: pool, writer: pool))
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
        return StateStore(path: path, options: Options(), connections: Connections(reader: try ReadOnlyDatabase.open(path: path), writer: nil))
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
        try? old?.reader.close()
        try Migrations.check(path: path)
        let fresh = try Self.openPool(path: path, options: options)
        connections.withLock { $0 = Connections(reader: fresh, writer: fresh) }
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
        guard let pool = try current().writer else { throw StateError(.closed, "\(path) is open for reading only") }
        do { return try pool.writeWithoutTransaction(body) } catch { throw .wrapping(error, at: path) }
    }

    /// Runs `body` on one snapshot; blocks the calling thread.
    func read<T>(_ body: (Database) throws -> T) throws(StateError) -> T {
        let reader = try current().reader
        do { return try reader.read(body) } catch { throw .wrapping(error, at: path) }
    }

    /// Runs `body` on one snapshot, on a thread of the database's own.
    func readAsync<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let reader = try current().reader
        do {
            return try await reader.read(body)
        } catch is CancellationError {
            throw CancellationError()
        } catch { throw StateError.wrapping(error, at: path) }
    }

    private func current() throws(StateError) -> Connections {
        guard let open = connections.withLock({ $0 }) else { throw StateError(.closed, "\(path) is closed") }
        return open
    }

    private func take() -> Connections? {
        connections.withLock { open in
            defer { open = nil }
            return open
        }
    }

    private static func openPool(path: String, options: Options) throws(StateError) -> DatabasePool {
        try PrivateFiles.prepare(path: path)
        var configuration = Configuration()
        configuration.maximumReaderCount = options.readers
        configuration.busyMode = .timeout(5)
        configuration.label = "state.db"
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                try makeDurable(database, options: options)
                try Migrations.run(on: database)
            }
            return pool
        } catch { throw .wrapping(error, at: path) }
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
    }

    static func synchronous(_ database: Database) throws -> Int? { try Int.fetchOne(database, sql: "PRAGMA synchronous") }
}
