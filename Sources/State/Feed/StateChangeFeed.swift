import FindingModel
import Foundation
import GRDB

/// The changes in state.db.
package final class StateChangeFeed: ChangeFeed {
    let store: StateStore
    private let signal: ChangeSignal
    let archive: ReceiptArchive
    private let journalEnd: UInt64

    /// - Parameters:
    ///   - signal: The projector's, which tells of new changes.
    ///   - journalEnd: The last entry there was when the projector began; before it has come there, a change may be missing only for now.
    package init(store: StateStore, signal: ChangeSignal, archive: ReceiptArchive, journalEnd: UInt64 = 0) {
        self.store = store
        self.journalEnd = journalEnd
        self.signal = signal
        self.archive = archive
    }

    package func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        try await release()
        let archive = archive, store = store
        return try await store.readAsync { database in
            try Self.requireWhole(store, database)
            let statement = try database.cachedStatement(
                sql: "SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables) WHERE c.sequence > ? ORDER BY c.sequence LIMIT ?")
            let cursor = try Row.fetchCursor(statement, arguments: [Int64(clamping: sequence), max(limit, 1)])
            var changes: [Change] = []
            var bytes = 0
            while let fetched = try cursor.next() {
                var row = try ChangeRow(CheckedRow(fetched))
                if !row.large.isEmpty {
                    row.change.data = try archive.restored(row.change.data, kind: row.change.kind, uid: row.change.subject, row.large)
                }
                bytes += row.change.data.bytes.count
                if !changes.isEmpty, bytes > maxBytes { break }
                changes.append(row.change)
            }
            return changes
        }
    }

    package func lastSequence() async throws -> UInt64 {
        try await store.readAsync { database in
            UInt64(clamping: try Int64.fetchOne(database, sql: "SELECT sequence FROM projection") ?? 0)
        }
    }

    package func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 {
        try await store.readAsync { try ChangeOrder.first(in: $0, from: beginning) }
    }

    package func lastSequence(before end: ReceiptBound) async throws -> UInt64 { try await store.readAsync { try ChangeOrder.last(in: $0, before: end) } }

    package func isCaughtUp() async throws -> Bool {
        let journalEnd = max(journalEnd, store.remadeThrough)
        return try await store.readAsync { try Position(from: $0).entry >= journalEnd }
    }

    package func place(of id: String) async throws -> ChangePlace {
        guard let id = ChangeID(id) else { return .gone(after: 0) }
        let journalEnd = max(journalEnd, store.remadeThrough)
        return try await store.readAsync { try ChangePlace.find(id, in: $0, journalEnd: journalEnd) }
    }

    package func newestChange(of uid: String) async throws -> Change? {
        try await release()
        let archive = archive, store = store
        return try await store.readAsync { database in
            try Self.requireWhole(store, database)
            let sql = """
                SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables)
                WHERE c.record = (SELECT id FROM records WHERE uid = ?) ORDER BY c.sequence DESC LIMIT 1
                """
            guard let fetched = try CheckedRow.fetchOne(database, sql: sql, arguments: [uid]) else { return nil }
            var row = try ChangeRow(fetched)
            if !row.large.isEmpty {
                row.change.data = try archive.restored(row.change.data, kind: row.change.kind, uid: row.change.subject, row.large)
            }
            return row.change
        }
    }

    package func changes(of uid: String, after sequence: UInt64, limit: Int) async throws -> [Change] {
        try await release()
        let store = store
        return try await store.readAsync { database in
            try Self.requireWhole(store, database)
            let sql = """
                SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables)
                WHERE c.record = (SELECT id FROM records WHERE uid = ?) AND c.sequence > ? ORDER BY c.sequence DESC LIMIT ?
                """
            return try CheckedRow.fetchAll(database, sql: sql, arguments: [uid, Int64(clamping: sequence), limit]).map { try ChangeRow($0).change }
        }
    }

    package func erased(among ids: [String]) async throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        return try await store.readAsync { database in
            let erased = Set(try Int64.fetchAll(database, sql: "SELECT receipt FROM erasures"))
            return try Set(
                ids.filter { text in
                    guard let id = ChangeID(text), erased.contains(Int64(clamping: id.entry)) else { return false }
                    return try Remade.isOwn(id.tag, ofEntry: id.entry, in: database)
                })
        }
    }

    /// Waits while an erasure is decided, and not projected yet, whose words changes may quote: state.db was put back from before it.
    private func release() async throws {
        while store.isHeld {
            try Task.checkCancellation()
            await signal.wait(after: .max) { [store] in !store.isHeld }
        }
    }

    package var epoch: UInt64 { store.remakes + store.erasures }

    /// Throws while state.db, made anew beside running sinks, has not come to where it was: a change that is missing then is not gone.
    private static func requireWhole(_ store: StateStore, _ database: Database) throws {
        let end = store.remadeThrough
        guard end > 0 else { return }
        let position = try Position(from: database)
        if position.entry < end { throw StateError(.failed, "state.db is being made again from the journal: entry \(position.entry) of \(end)") }
    }

    package func waitForChange(after sequence: UInt64, in epoch: UInt64) async { await signal.wait(after: sequence) { self.epoch != epoch } }
}
