import GRDB

/// Finding a change by a column that never falls along the sequence, without an index on it.
enum ChangeOrder {
    /// The sequence of the first change whose `column` (`received` or `entry`) is at least `value`; one more than the last when there is none.
    static func first(in database: Database, column: String, atLeast value: Int64) throws -> UInt64 {
        guard var low = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM changes"),
            let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM changes")
        else {
            return UInt64(clamping: try Int64.fetchOne(database, sql: "SELECT sequence FROM projection") ?? 0) + 1
        }
        var high = last + 1
        let statement = try database.cachedStatement(sql: "SELECT sequence, \(column) FROM changes WHERE sequence >= ? ORDER BY sequence LIMIT 1")
        while low < high {
            let middle = low + (high - low) / 2
            guard let row = try Row.fetchOne(statement, arguments: [middle]) else { break }
            if row[1] as Int64 >= value { high = middle } else { low = (row[0] as Int64) + 1 }
        }
        return UInt64(clamping: low)
    }
}
