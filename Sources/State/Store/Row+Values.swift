import GRDB

/// A damaged page gives rows whose columns are empty although none may be: asking such a row for a value would end the process.
extension Row {
    /// Whether the columns at `indexes` hold something.
    package func hasValues(at indexes: Int...) -> Bool { !indexes.contains { hasNull(atIndex: $0) } }

    /// The row, if no column but the `optional` ones is empty.
    package func whole(but optional: Set<String> = []) throws -> Row {
        if let empty = first(where: { $1.isNull && !optional.contains($0) }) {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row has no \(empty.0)")
        }
        return self
    }

    /// Every row, each of them whole.
    package static func fetchWhole(
        _ database: Database, sql: String, arguments: StatementArguments = [], but optional: Set<String> = []
    ) throws -> [Row] {
        try fetchAll(database, sql: sql, arguments: arguments).map { try $0.whole(but: optional) }
    }
}
