import Foundation
import GRDB

/// Some receipts of a list.
package struct EventPage: Sendable {
    package var rows: [EventSummary] = []
    /// What to give as `after` for the receipts behind these; nothing at the list's end.
    package var next: UInt64?
}

/// Reads one page of a list of receipts: bounded by rows, and where what they changed decides, by how many receipts and changes are looked at.
struct EventLister {
    /// Receipts looked at for one page of a list that passes receipts over.
    static let lookMax = 5000
    /// Changes looked at after which a page ends.
    private static let changesMax = 20_000

    let filter: EventFilter

    func page(_ database: Database) throws -> EventPage {
        var wide = filter
        if !filter.words.isEmpty { wide.limit = max(Self.lookMax, filter.limit) }
        let found = try Row.fetchAll(database, sql: wide.query.sql, arguments: wide.query.arguments).map { try EventSummary($0) }
        guard !filter.words.isEmpty else { return EventPage(rows: found, next: found.count == filter.limit ? found.last?.receipt : nil) }
        var page = EventPage()
        var looked = 0, changes = 0
        for event in found where page.rows.count < filter.limit && changes < Self.changesMax {
            looked += 1
            if try speaks(event, looked: &changes, database) { page.rows.append(event) }
        }
        if looked < found.count || found.count == wide.limit, looked > 0 { page.next = found[looked - 1].receipt }
        return page
    }

    /// Whether the receipt changed a record that has the words.
    private func speaks(_ event: EventSummary, looked: inout Int, _ database: Database) throws -> Bool {
        guard event.changes > 0 || event.first != nil else { return false }
        let range = try ChangeOrder.range(ofEntry: event.first ?? event.receipt, in: database)
        let statement = try database.cachedStatement(sql: "SELECT data FROM changes WHERE sequence >= ? AND sequence < ? ORDER BY sequence")
        let rows = try Row.fetchCursor(statement, arguments: [range.lowerBound, range.upperBound])
        while let row = try rows.next() {
            looked += 1
            let data: Data = row[0]
            if filter.words.match([UInt8](data)) { return true }
        }
        return false
    }
}
