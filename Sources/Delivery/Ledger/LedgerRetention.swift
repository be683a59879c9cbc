import FindingModel
import GRDB
import State
import Logging

/// Removes what ledger.db says about requests that are older than such rows are kept, a few rows at a time, so that no sink waits for it.
///
/// Cursors, counters, open items, dead letters, tickets and replays stay.
package final class LedgerRetention: Sendable {
    /// Between the end of one look and the next.
    static let interval = Duration.seconds(3600)
    /// Between two transactions.
    static let pause = Duration.milliseconds(200)
    /// Rows that one transaction looks at.
    static let rowsAtATime = 500

    private let task: Task<Void, Never>

    /// Begins; rows are kept for `milliseconds`.
    package init(_ ledger: Ledger, keeping milliseconds: Int64, clock: any DeliveryClock = SystemClock(), log: Logger) {
        task = Task(executorPreference: DeliveryExecutor.shared) {
            repeat {
                do {
                    try await Self.look(ledger, before: clock.now.advanced(byMilliseconds: -milliseconds), clock)
                } catch is CancellationError {
                    return
                } catch {
                    log.warning("old rows of the ledger stay for now: \(error)")
                }
            } while (try? await clock.sleep(for: Self.interval)) != nil
        }
    }

    /// Ends it, and returns when nothing more is done.
    package func stop() async {
        task.cancel()
        await task.value
    }

    /// Removes what is older than `time`, from the oldest row on, up to the first rows of which none is.
    private static func look(_ ledger: Ledger, before time: Timestamp, _ clock: any DeliveryClock) async throws {
        var row: Int64 = 0
        while let last = try await ledger.removeDeliveries(before: time, after: row, rows: rowsAtATime) {
            row = last
            try await clock.sleep(for: pause)
        }
    }
}

extension Ledger {
    /// Of the `rows` rows about requests that come after `row`, removes those that are older than `time`.
    ///
    /// - Returns: the last row that was looked at; nothing when none of them was that old.
    func removeDeliveries(before time: Timestamp, after row: Int64, rows: Int) async throws(LedgerError) -> Int64? {
        let found: (last: Int64, isOld: Bool)? = try await read { database in
            let sql = "SELECT max(id), min(time) FROM (SELECT id, time FROM deliveries WHERE id > ? ORDER BY id LIMIT ?)"
            guard let found = try CheckedRow.fetchOne(database, sql: sql, arguments: [row, rows]), let last: Int64 = try found[0],
                let oldest: Int64 = try found[1]
            else {
                return nil
            }
            return (last, oldest < time.milliseconds)
        }
        guard let found, found.isOld else { return nil }
        try await write { database in
            try database.execute(
                sql: "DELETE FROM deliveries WHERE id > ? AND id <= ? AND time < ?", arguments: [row, found.last, time.milliseconds])
        }
        return found.last
    }
}
