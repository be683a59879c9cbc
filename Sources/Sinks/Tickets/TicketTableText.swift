import Delivery
import FindingModel

/// The table of a parent ticket as texts.
struct TicketTableText {
    let title: String
    let introduction: String
    static let header = ["Severity", "Status", "Finding", "Resource", "Weir"]
    let rows: [[String]]
    /// What is not in the rows; nothing when all is.
    let remainder: String?

    /// Rows as long as all of them have at most `units` UTF-16 units.
    init(_ table: TicketTable, units: Int) {
        title = "\(table.count) findings without a ticket of their own"
        introduction = "More findings came than max-new allows tickets for. This one stands for those below, the worst first: \(table.mark)"
        var left = units - title.utf16.count - introduction.utf16.count - 100
        var rows: [[String]] = []
        for row in table.rows {
            let cells = [row.severity.word, row.status.word, BlockText.line(row.title, units: 100), BlockText.line(row.resource, units: 60), row.uid]
            left -= cells.reduce(0) { $0 + $1.utf16.count + 6 }
            guard left > 0 else { break }
            rows.append(cells)
        }
        self.rows = rows
        remainder = table.count > rows.count ? "and \(table.count - rows.count) more" : nil
    }
}
