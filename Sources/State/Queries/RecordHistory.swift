import FindingModel
import GRDB

/// Which of a record's changes to show.
package struct HistoryFilter: Sendable {
    package var uid: String
    /// The newest first instead of the oldest.
    package var isNewestFirst = false
    /// Only changes behind the one with this sequence, for the next page.
    package var after: UInt64?
    package var limit = 100

    package init(uid: String) { self.uid = uid }

    static let sql = (
        oldest: sql("c.sequence > ?2", "ASC"), newest: sql("c.sequence < ?2", "DESC")
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
        let rows = try Row.fetchCursor(database, sql: isNewestFirst ? Self.sql.newest : Self.sql.oldest, arguments: [uid, begin, limit + 1])
        var page = HistoryPage()
        page.total =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM changes WHERE record = (SELECT id FROM records WHERE uid = ?)", arguments: [uid]) ?? 0
        var bytes = 0
        while let row = try rows.next() {
            var change = try ChangeRow(row).change
            let cut = LongTexts.cut(change.data.bytes)
            if let cut { change.data = RawJSON(bytes: cut) }
            bytes += change.data.bytes.count
            if !page.changes.isEmpty, bytes > RecordLister.bytesMax || page.changes.count == limit {
                page.hasMore = true
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
    /// Whether there are changes behind these.
    package var hasMore = false
    /// How many changes the record has in all.
    package var total = 0
    /// How many of the changes hold a text that was cut.
    package var cut = 0
}
