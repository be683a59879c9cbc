import Dispatch
import FindingModel
import GRDB
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
/// What a write acknowledges is on disk. A write, once begun, is not undone by the cancellation of the task that waits for it.
package final class Ledger: Sendable {
    private struct State {
        var connection: DatabaseQueue?
        /// Counts openings, so that of several who found the file broken only one opens it again.
        var generation: UInt64 = 1
    }

    package let path: String
    private let state: Mutex<State>
    /// Where files are opened and closed: both block.
    private let queue = DispatchQueue(label: "weir.ledger")

    /// Opens or creates the file; blocks.
    ///
    /// A file of a newer version is refused and left as it is.
    package init(path: String) throws(LedgerError) {
        self.path = path
        state = Mutex(State(connection: try LedgerFile.open(path)))
    }

    /// Every sink that ever ran, by name.
    package func positions() async throws(LedgerError) -> [SinkPosition] { try await read { try LedgerRows.positions($0) } }

    package func position(of sink: String) async throws(LedgerError) -> SinkPosition? {
        try await read { try LedgerRows.position($0, of: sink)?.position }
    }

    /// The newest rows first, at most `limit`; of one sink, or around one sequence, or both.
    package func deliveries(sink: String? = nil, around sequence: UInt64? = nil, limit: Int) async throws(LedgerError) -> [DeliveryRow] {
        try await read { try LedgerRows.deliveries($0, sink: sink, around: sequence, limit: limit) }
    }

    /// Dead letters, the oldest first; `changes` are ids of changes or uids of records, none for all; `after` is the last row read before.
    package func letters(sink: String?, changes: [String] = [], after: Int64 = 0, limit: Int) async throws(LedgerError) -> [DeadLetter] {
        try await read { try LedgerItems.letters($0, sink: sink, changes: changes, after: after, limit: limit) }
    }

    /// How many items each sink has in each state.
    package func counts() async throws(LedgerError) -> [String: [OpenItem.State: UInt64]] { try await read { try LedgerItems.counts($0) } }

    /// - Parameter now: When a sink that failed in the end may be tried again.
    func state(of sink: String, now: Timestamp = Timestamp(milliseconds: 0)) async throws(LedgerError) -> LedgerState? {
        try await read { database in
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

    /// Of the rows about a sink's requests, the first from `id` on that names its last change; `last` is the newest row's number.
    func namedDelivery(of sink: String, from id: Int64) async throws(LedgerError) -> (row: (id: Int64, change: String)?, last: Int64) {
        try await read { (try LedgerRows.namedDelivery($0, of: sink, from: id), try LedgerRows.lastDeliveryID($0)) }
    }

    /// The ids of the changes that have rows of their own.
    func itemIDs(of sink: String) async throws(LedgerError) -> [String] {
        try await read { try LedgerItems.ids($0, of: sink) + LedgerDone.all($0, of: sink).map(\.changeID) }
    }

    /// Moves a sink to `position`, and its items to where their changes stand by `places`; those of changes that are gone are expired.
    func realign(_ position: SinkPosition, places: [String: UInt64], after revision: Int64) async throws(LedgerError) {
        try await write { database in
            var position = position
            for _ in 0..<(try LedgerItems.realign(places, sink: position.name, database)) { position.close(\.expired) }
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
        let old: DatabaseQueue?? = state.withLock { state in
            guard state.generation == generation else { return nil }
            defer { state.connection = nil }
            return .some(state.connection)
        }
        guard let old else { return .success(()) }
        try? old?.close()
        do throws(LedgerError) {
            let connection = try LedgerFile.open(path)
            state.withLock { state in
                state.connection = connection
                state.generation += 1
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func openConnection() throws(LedgerError) -> DatabaseQueue {
        guard let connection = state.withLock({ $0.connection }) else { throw LedgerError(.unavailable, "\(path) is closed") }
        return connection
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws(LedgerError) -> R {
        let connection = try openConnection()
        do { return try await connection.read(body) } catch { throw LedgerFile.ledgerError(error, path) }
    }

    func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws(LedgerError) {
        let connection = try openConnection()
        let path = path
        let result: Result<Void, LedgerError> = await withCheckedContinuation { continuation in
            connection.asyncWrite(body) { _, result in
                continuation.resume(returning: result.mapError { LedgerFile.ledgerError($0, path) })
            }
        }
        try result.get()
    }
}
