import Foundation
import GRDB

/// Some receipts of a list.
package struct EventPage: Sendable {
    package var rows: [EventSummary] = []
    /// What to give as `after` for the receipts behind these; nothing at the list's end.
    package var next: ListPlace?
}

/// Reads one page of a list of receipts: bounded by rows, and where what they changed decides, by how many receipts and changes are looked at.
struct EventLister {
    /// Receipts looked at for one page of a list that passes receipts over.
    static let lookMax = 5000
    /// Changes looked at after which a page ends.
    private static let changesMax = 20_000

    let filter: EventFilter

    func page(_ database: Database) throws -> EventPage {
        var page = EventPage()
        guard let last = try fill(&page, database) else { return page }
        let mark = filter.isOldestFirst ? try filter.last.map { Int64(clamping: $0) } ?? Int64.fetchOne(database, sql: "SELECT max(entry) FROM events") : nil
        page.next = ListPlace(order: filter.isOldestFirst ? "old" : "new", mark: mark, id: String(last))
        return page
    }

    /// Reads receipts until the page is full; returns the last that was looked at, where there may be more behind it.
    private func fill(_ page: inout EventPage, _ database: Database) throws -> UInt64? {
        var wide = filter
        let limit = filter.words.isEmpty ? filter.limit : max(Self.lookMax, filter.limit)
        // One more than fits says whether there is anything behind.
        wide.limit = limit + 1
        let all = try CheckedRow.fetchAll(database, sql: wide.query.sql, arguments: wide.query.arguments).map { try EventSummary($0) }
        let found = all.prefix(limit)
        guard !filter.words.isEmpty else {
            page.rows = Array(found)
            return all.count > limit ? found.last?.receipt : nil
        }
        var looked = 0, changes = 0
        for event in found where page.rows.count < filter.limit && changes < Self.changesMax {
            looked += 1
            if try speaks(event, looked: &changes, database) { page.rows.append(event) }
        }
        return looked < all.count && looked > 0 ? all[looked - 1].receipt : nil
    }

    /// Whether the receipt changed a record that has the words.
    private func speaks(_ event: EventSummary, looked: inout Int, _ database: Database) throws -> Bool {
        guard event.changes > 0 || event.first != nil else { return false }
        let statement = try database.cachedStatement(sql: "SELECT data FROM changes WHERE sequence >= ? AND sequence < ? ORDER BY sequence")
        for range in try ChangeOrder.ranges(ofEntry: event.first ?? event.receipt, in: database) {
            let rows = try Row.fetchCursor(statement, arguments: [range.lowerBound, range.upperBound])
            while let row = try rows.next().map({ CheckedRow($0) }) {
                looked += 1
                let data: Data = try row[0]
                if filter.words.match([UInt8](data)) { return true }
            }
        }
        return false
    }
}
