import Dispatch
import FindingModel
import GRDB
import Journal
import Synchronization

/// What the ledger knows of one sink when its pump begins.
struct LedgerState: Sendable {
    var position: SinkPosition
    /// How often the position was written.
    var revision: Int64
    /// The items that are not done with and not dead, by sequence.
    var open: [OpenItem]
    /// What is done above the cursor.
    var done: [DoneAbove] = []
    /// The outage that the last run ended in.
    var condition = SinkHealth.Condition.healthy
    /// When the newest change that the sink has was delivered.
    var lastDeliveredTime: Timestamp?
}

/// ledger.db: each sink's position and what it was told; the one writer's view.
///
/// What a write acknowledges is on disk. A write, once begun, is not undone by the cancellation of the task that waits for it. A file that turns out to
/// be damaged is closed, and used again only once it is whole: nothing is read from it, nor written into it. One that is moved away, or that another takes
/// the place of, is left, and what stands there is opened as at a start.
package final class Ledger: Sendable {
    private struct State {
        var connection: DatabaseQueue?
        /// Which file it is a connection to.
        var file: FileIdentity?
        /// How it and its log were left when they were last written here.
        var stamp: LedgerStamp?
        /// Counts openings, so that of several who found the file broken only one opens it again.
        var generation: UInt64 = 1
        /// The opening whose indexes were compared with their rows.
        var verified: UInt64 = 0
        /// Why there is no connection.
        var failure: LedgerError?
    }

    package let path: String
    private let state: Mutex<State>
    private let onDamage: @Sendable (LedgerError) -> Void
    /// Where files are opened and closed: both block.
    private let queue = DispatchQueue(label: "weir.ledger")

    /// Opens or creates the file; blocks.
    ///
    /// A file of a newer version is refused and left as it is.
    package convenience init(path: String) throws(LedgerError) { self.init(path, State(connection: try LedgerFile.open(path))) }

    private init(_ path: String, _ state: State, onDamage: @escaping @Sendable (LedgerError) -> Void = { _ in }) {
        self.path = path
        var state = state
        (state.file, state.stamp) = (FileIdentity(path: path), LedgerStamp(path))
        self.state = Mutex(state)
        self.onDamage = onDamage
    }

    /// Opens or creates the file for a gateway that receives in any case: where it is damaged or cannot be opened, whatever is asked of the ledger fails
    /// with the reason, until `reopen` succeeds. Blocks.
    ///
    /// - Parameter onDamage: Told when the file is found damaged or replaced, now or later; once for each opening.
    package static func forService(path: String, onDamage: @escaping @Sendable (LedgerError) -> Void) throws(LedgerError) -> Ledger {
        do throws(LedgerError) {
            return Ledger(path, State(connection: try LedgerFile.open(path)), onDamage: onDamage)
        } catch {
            guard error.code.isSurvivable else { throw error }
            if error.code == .corrupt { onDamage(error) }
            return Ledger(path, State(failure: error), onDamage: onDamage)
        }
    }

    /// Why nothing can be read or written, while the file is damaged or cannot be opened.
    package var damage: LedgerError? {
        _ = try? openConnection()
        return state.withLock { $0.connection == nil ? $0.failure : nil }
    }

    /// Whether it was closed because of what was found in it, or could not be opened, and is closed still.
    var isClosedForDamage: Bool { state.withLock { $0.connection == nil && $0.failure != nil } }

    /// Every sink that ever ran, by name.
    package func positions() async throws(LedgerError) -> [SinkPosition] { try await read { try LedgerRows.positions($0) } }

    package func position(of sink: String) async throws(LedgerError) -> SinkPosition? {
        try await read { try LedgerRows.position($0, of: sink)?.position }
    }

    /// The newest rows first, at most `limit`; of one sink, or around one sequence, or both.
    package func deliveries(sink: String? = nil, around sequence: UInt64? = nil, limit: Int) async throws(LedgerError) -> [DeliveryRow] {
        try await read { try LedgerRows.deliveries($0, sink: sink, around: sequence, limit: limit) }
    }

    /// A page of the dead letters, or of the changes that wait, the oldest first.
    package func letters(_ query: LetterQuery) async throws(LedgerError) -> LetterPage { try await read { try LedgerItems.page($0, query) } }

    /// Dead letters, the oldest first; `changes` are ids of changes or uids of records, none for all; `after` is the last row read before.
    package func letters(sink: String?, changes: [String] = [], after: Int64 = 0, limit: Int) async throws(LedgerError) -> [DeadLetter] {
        try await read { try LedgerItems.letters($0, LetterQuery(sink: sink, changes: changes, after: after, limit: limit)) }
    }

    /// How many items each sink has in each state.
    package func counts() async throws(LedgerError) -> [String: [OpenItem.State: UInt64]] { try await read { try LedgerItems.counts($0) } }

    /// How each of these sinks ended.
    package func ends(of sinks: [String]) async throws(LedgerError) -> [String: SinkEnd] { try await read { try LedgerOutages.ends($0, of: sinks) } }

    /// What a sink goes on from, once it is proved to be what was written.
    ///
    /// - Parameter now: When a sink that failed in the end may be tried again.
    func state(of sink: String, now: Timestamp = Timestamp(milliseconds: 0)) async throws(LedgerError) -> LedgerState? {
        try await read { [self] database in
            try verifyIndexes(database)
            try LedgerSeal.verify(database, sink: sink)
            guard let (position, revision) = try LedgerRows.position(database, of: sink) else { return nil }
            var state = LedgerState(position: position, revision: revision, open: try LedgerItems.open(database, of: sink))
            state.done = try LedgerDone.all(database, of: sink)
            state.condition = try LedgerOutages.condition(database, of: sink, now: now)
            state.lastDeliveredTime = try LedgerRows.lastDelivery(database, to: sink)
            return state
        }
    }

    /// Enters a new sink.
    package func insert(_ position: SinkPosition) async throws(LedgerError) { try await write { try LedgerRows.insert(position, $0) } }

    /// Carries `write` out in one transaction, as the revision of the sink's position after `revision`.
    func apply(_ write: LedgerWrite, after revision: Int64) async throws(LedgerError) {
        try await self.write { try LedgerRows.apply(write, after: revision, $0) }
    }

    /// Once for each opening: it reads the rows of all sinks.
    private func verifyIndexes(_ database: Database) throws {
        let (generation, verified) = state.withLock { ($0.generation, $0.verified) }
        guard verified != generation else { return }
        try LedgerSeal.verifyIndexes(database)
        state.withLock { $0.verified = generation }
    }

    /// Of the rows about a sink's requests, the first from `id` on that names its last change; `last` is the newest row's number.
    func namedDelivery(of sink: String, from id: Int64) async throws(LedgerError) -> (row: NamedDelivery?, last: Int64) {
        try await read { (try LedgerRows.namedDelivery($0, of: sink, from: id), try LedgerRows.lastDeliveryID($0)) }
    }

    /// The ids of the changes that have rows of their own.
    func itemIDs(of sink: String) async throws(LedgerError) -> [String] {
        try await read { try LedgerItems.ids($0, of: sink) + LedgerDone.all($0, of: sink).map(\.changeID) }
    }

    /// The ids of the changes of a sink that are not done with, dead letters among them.
    func openIDs(of sink: String) async throws(LedgerError) -> [String] { try await read { try LedgerItems.ids($0, of: sink) } }

    /// The ids of a sink's changes about one record that have rows of their own, dead letters among them.
    func rowIDs(of sink: String, about uid: String) async throws(LedgerError) -> Set<String> {
        try await read { Set(try String.fetchAll($0, sql: "SELECT change FROM items WHERE sink = ? AND uid = ?", arguments: [sink, uid])) }
    }

    /// Moves a sink to `position`, and its items to where their changes stand by `places`; those of changes that are gone are expired.
    func realign(_ position: SinkPosition, places: [String: UInt64], after revision: Int64) async throws(LedgerError) {
        try await write { database in
            var position = position
            for _ in 0..<(try LedgerItems.realign(places, sink: position.name, database)) { position.close(\.expired) }
            position.reopen(try LedgerItems.remove(above: position.cursor, sink: position.name, database))
            try LedgerDone.realign(places, sink: position.name, cursor: position.cursor, database)
            try LedgerRows.apply(LedgerWrite(position: position), after: revision, database)
            // What tickets say is compared again: their sequences mean nothing in the new row.
            try database.execute(sql: "UPDATE tickets SET applied = 0 WHERE sink = ?", arguments: [position.name])
        }
    }

    /// Which opening of the file is in use; for `reopen`.
    package var generation: UInt64 { state.withLock { $0.generation } }

    /// Closes the file and opens it again, unless that was done since `generation`.
    package func reopen(since generation: UInt64) async throws(LedgerError) {
        let result: Result<Void, LedgerError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.replaceConnection(since: generation)) }
        }
        try result.get()
    }

    /// Closes the file; nothing can be read or written until `reopen`.
    package func close() async {
        let connection = state.withLock { state in
            defer { state.connection = nil }
            return state.connection
        }
        guard let connection else { return }
        await withCheckedContinuation { continuation in
            queue.async {
                try? connection.close()
                continuation.resume()
            }
        }
    }

    private func replaceConnection(since generation: UInt64) -> Result<Void, LedgerError> {
        let old: (connection: DatabaseQueue?, wasDamaged: Bool)? = state.withLock { state in
            guard state.generation == generation else { return nil }
            defer { state.connection = nil }
            return (state.connection, state.failure?.code == .corrupt)
        }
        guard let old else { return .success(()) }
        try? old.connection?.close()
        do throws(LedgerError) {
            let connection = try LedgerFile.open(path)
            if old.wasDamaged { try LedgerFile.naming(path) { try connection.read { try LedgerFile.requireWhole($0) } } }
            state.withLock { state in
                state.connection = connection
                (state.file, state.stamp) = (FileIdentity(path: path), LedgerStamp(path))
                state.generation += 1
                state.failure = nil
            }
            return .success(())
        } catch {
            state.withLock { $0.failure = error }
            return .failure(error)
        }
    }

    /// The connection, while the file that it is to stands where it stood.
    private func openConnection() throws(LedgerError) -> (DatabaseQueue, generation: UInt64) {
        let file = FileIdentity(path: path)
        let (now, replaced) = state.withLock { state -> (State, DatabaseQueue?) in
            guard let connection = state.connection, state.file != file else { return (state, nil) }
            state.connection = nil
            state.failure = .replaced(path)
            return (state, connection)
        }
        if let replaced, let failure = now.failure {
            onDamage(failure)
            queue.async {
                // SQLite leaves the log of a file that was moved as it is, and would read it into the one that stands there now.
                _ = try? replaced.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                try? replaced.close()
                _ = self.replaceConnection(since: now.generation)
            }
        }
        guard let connection = now.connection else { throw now.failure ?? LedgerError(.unavailable, "\(path) is closed") }
        return (connection, now.generation)
    }

    /// The error as one of the ledger's; a file that is damaged is closed before more is read from it.
    private func noted(_ error: any Error, _ generation: UInt64) -> LedgerError {
        let error = LedgerFile.ledgerError(error, path)
        guard error.code == .corrupt else { return error }
        let damaged = state.withLock { state -> DatabaseQueue? in
            guard state.generation == generation, let connection = state.connection else { return nil }
            state.connection = nil
            state.failure = error
            return connection
        }
        guard let damaged else { return error }
        queue.async { try? damaged.close() }
        onDamage(error)
        return error
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws(LedgerError) -> R {
        try await use { connection, generation in
            try await connection.read { database in
                try self.requireUntouched(generation)
                return try body(database)
            }
        }
    }

    /// Writes the whole file anew, and empties the write-ahead log: then nothing that was overwritten is left anywhere.
    package func compact() async throws(LedgerError) {
        try await use { connection, generation in
            try await self.withoutTransaction(connection, generation) { database in
                try self.requireUntouched(generation)
                try database.execute(sql: "VACUUM")
                try database.checkpoint(.truncate)
            }
        }
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws(LedgerError) -> R {
        try await use { connection, generation in
            let result: Result<R, any Error> = await withCheckedContinuation { continuation in
                connection.asyncWrite { database in
                    try self.requireUntouched(generation)
                    return (try body(database), try LedgerMark.advance(in: database))
                } completion: { _, result in
                    self.noteStamp(result, generation)
                    if case .success(let (_, mark)) = result { mark?.write(beside: self.path) }
                    continuation.resume(returning: result.map(\.0))
                }
            }
            return try result.get()
        }
    }

    private func withoutTransaction(
        _ connection: DatabaseQueue, _ generation: UInt64, _ body: @escaping @Sendable (Database) throws -> Void
    ) async throws {
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            connection.asyncWriteWithoutTransaction { database in
                let result = Result { try body(database) }
                self.noteStamp(result, generation)
                continuation.resume(returning: result)
            }
        }
        try result.get()
    }
}

/// A file that somebody else writes into while it is open. What SQLite keeps in memory hides that from it, and a row of a ticket or a letter is used as it
/// stands there: so each use looks whether the file is as the last one left it, and otherwise proves it to be whole first.
extension Ledger {
    /// Somebody else wrote into the file, or its log.
    private struct Touched: Error {}

    private func use<R>(_ body: (DatabaseQueue, _ generation: UInt64) async throws -> R) async throws(LedgerError) -> R {
        while true {
            let (connection, generation) = try openConnection()
            do {
                do { return try await body(connection, generation) } catch is Touched {}
                try await withoutTransaction(connection, generation) { database in
                    try database.execute(sql: "PRAGMA shrink_memory")
                    try LedgerFile.requireWhole(database)
                }
            } catch {
                throw noted(error, generation)
            }
        }
    }

    private func requireUntouched(_ generation: UInt64) throws {
        let known = state.withLock { $0.generation == generation ? $0.stamp : nil }
        if let known, known != LedgerStamp(path) { throw Touched() }
    }

    /// How this use of the file leaves it, before the next one begins.
    private func noteStamp<R>(_ result: Result<R, any Error>, _ generation: UInt64) {
        if case .failure(let error) = result, error is Touched { return }
        state.withLock { if $0.generation == generation { $0.stamp = LedgerStamp(path) } }
    }
}
