/// Rows under headings, aligned; on a terminal the widest column gives way, but none that is of use only as a whole.
struct Table {
    /// A heading; numbers stand to the right.
    struct Column {
        let title: String
        var isNumber = false
        /// Never cut: an id, a time, a number.
        var isWhole = false

        init(_ title: String, isNumber: Bool = false, isWhole: Bool = false) {
            self.title = title
            self.isNumber = isNumber
            self.isWhole = isWhole || isNumber
        }
    }

    /// Columns of a cell that may be cut, where no terminal says how many there are.
    private static let cellMax = 120

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row of vendors' and other text; what is missing at its end is empty.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? SafeText.escaped(cells[$0]) : "" })
    }

    /// The lines, at most `width` columns long where that is possible without cutting what must stay whole.
    func lines(width: Int?) -> [String] {
        let all = [columns.map(\.title)] + rows
        var widths = columns.indices.map { column in all.map { SafeText.width($0[column]) }.max() ?? 0 }
        if width == nil { widths = zip(widths, columns).map { $1.isWhole ? $0 : min($0, Self.cellMax) } }
        if let width {
            let least = 8
            let yielding = widths.indices.filter { !columns[$0].isWhole }
            var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
            while excess > 0, let widest = yielding.max(by: { widths[$0] < widths[$1] }), widths[widest] > least {
                let second = yielding.filter { $0 != widest }.map { widths[$0] }.max() ?? least
                let cut = max(1, min(excess, widths[widest] - max(second, least)))
                widths[widest] -= cut
                excess -= cut
            }
        }
        return all.map { row in
            var line = ""
            for index in columns.indices {
                let cell = SafeText.fitted(row[index], to: widths[index])
                let padding = String(repeating: " ", count: max(0, widths[index] - SafeText.width(cell)))
                line += columns[index].isNumber ? padding + cell : cell + padding
                if index < columns.count - 1 { line += "  " }
            }
            while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
            return line
        }
    }

    /// Prints the lines, or `nothing` when there are no rows.
    func print(orNothing nothing: String) {
        guard !rows.isEmpty else {
            StandardOutput.line(nothing)
            return
        }
        StandardOutput.line(lines(width: Terminal.columns).joined(separator: "\n"))
    }
}
