import FindingModel
import GRDB

/// Which of a record's changes to show.
package struct HistoryFilter: Sendable {
    package var uid: String
    /// The newest first instead of the oldest.
    package var isNewestFirst = false
    /// Only changes behind the one with this sequence, for the next page.
    package var after: UInt64?
    /// With the oldest first: no change behind the one with this sequence, so that a history that grows meanwhile ends.
    package var last: UInt64?
    package var limit = 100

    package init(uid: String) { self.uid = uid }

    static let sql = (
        oldest: sql("c.sequence > ?2 AND c.sequence <= ?4", "ASC"), newest: sql("c.sequence < ?2 AND c.sequence <= ?4", "DESC")
    )

    private static func sql(_ condition: String, _ order: String) -> String {
        """
        SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables)
        WHERE c.record = (SELECT id FROM records WHERE uid = ?1) AND \(condition) ORDER BY c.sequence \(order) LIMIT ?3
        """
    }

    /// A page ends after `limit` changes or a MiB of them; long texts are cut.
    func fetch(_ database: Database) throws -> HistoryPage {
        let begin = after.map { Int64(clamping: $0) } ?? (isNewestFirst ? .max : -1)
        var page = HistoryPage()
        let whole = "SELECT count(*), max(sequence) FROM changes WHERE record = (SELECT id FROM records WHERE uid = ?)"
        guard let row = try CheckedRow.fetchOne(database, sql: whole, arguments: [uid]), let newest = try row[1] as Int64? else { return page }
        page.total = try row[0]
        let end = last.map { Int64(clamping: $0) } ?? newest
        let rows = try Row.fetchCursor(database, sql: isNewestFirst ? Self.sql.newest : Self.sql.oldest, arguments: [uid, begin, limit + 1, end])
        var bytes = 0
        while let row = try rows.next() {
            var change = try ChangeRow(CheckedRow(row)).change
            let cut = LongTexts.cut(change.data.bytes)
            if let cut { change.data = RawJSON(bytes: cut) }
            bytes += change.data.bytes.count
            if !page.changes.isEmpty, bytes > RecordLister.bytesMax || page.changes.count == limit {
                page.next = page.changes.last.map { ListPlace(order: isNewestFirst ? "new" : "old", mark: isNewestFirst ? nil : end, id: $0.id) }
                break
            }
            if cut != nil { page.cut += 1 }
            page.changes.append(change)
        }
        return page
    }
}

/// Some changes of a record.
package struct HistoryPage: Sendable {
    package var changes: [Change] = []
    /// What to give as `after` for the changes behind these; nothing at the list's end.
    package var next: ListPlace?
    /// How many changes the record has in all.
    package var total = 0
    /// How many of the changes hold a text that was cut.
    package var cut = 0
}
