import GRDB
import GRDBSQLite
import Synchronization

/// Copies the write-ahead log into the main file once it is long, as SQLite does by itself, and has the mark say when all of it was copied.
///
/// Interface: https://www.sqlite.org/c3ref/wal_hook.html
final class Checkpoints: Sendable {
    private let pages: Int32
    private let isAtWork = Mutex(false)

    /// Takes the place of SQLite's own; has to live as long as the connection.
    ///
    /// - Parameter pages: Pages of the log after which it is copied.
    init(of database: Database, pages: Int) throws {
        self.pages = Int32(clamping: pages)
        guard let connection = database.sqliteConnection else { throw StateError(.closed, "state.db is closed") }
        sqlite3_wal_hook(
            connection,
            { context, connection, name, frames in
                if let context, let connection { Unmanaged<Checkpoints>.fromOpaque(context).takeUnretainedValue().take(connection, name, frames) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Called behind each commit, outside of every transaction. What fails here is tried again behind the next.
    private func take(_ connection: SQLiteConnection, _ name: UnsafePointer<CChar>?, _ frames: Int32) {
        // The mark is a commit too.
        guard frames >= pages,
            isAtWork.withLock({ isAtWork in
                defer { isAtWork = true }; return !isAtWork
            })
        else { return }
        defer { isAtWork.withLock { $0 = false } }
        var all: Int32 = 0, copied: Int32 = 0
        guard sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, &all, &copied) == SQLITE_OK, all == copied else { return }
        sqlite3_exec(connection, LogMark.copied, nil, nil, nil)
    }
}
