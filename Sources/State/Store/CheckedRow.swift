import GRDB

/// A row of a file that may be damaged: a value that is missing, or is of another type than was written, is an error, where a plain row ends the process.
package struct CheckedRow {
    private let row: Row

    package init(_ row: Row) { self.row = row }

    /// - Throws: `SQLITE_CORRUPT`.
    package subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) -> Value {
        get throws(DatabaseError) { try Self.decode("\(index)") { try row.decode(atIndex: index) } }
    }

    package subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ name: String) -> Value {
        get throws(DatabaseError) { try Self.decode(name) { try row.decode(forColumn: name) } }
    }

    private static func decode<Value>(_ column: @autoclosure () -> String, _ read: () throws -> Value) throws(DatabaseError) -> Value {
        do { return try read() } catch {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row holds in column \(column()) what was not written there")
        }
    }

    package static func fetchAll(_ database: Database, sql: String, arguments: StatementArguments = []) throws -> [CheckedRow] {
        try Row.fetchAll(database, sql: sql, arguments: arguments).map { CheckedRow($0) }
    }

    package static func fetchOne(_ database: Database, sql: String, arguments: StatementArguments = []) throws -> CheckedRow? {
        try Row.fetchOne(database, sql: sql, arguments: arguments).map { CheckedRow($0) }
    }

    package static func fetchAll(_ statement: Statement, arguments: StatementArguments? = nil) throws -> [CheckedRow] {
        try Row.fetchAll(statement, arguments: arguments).map { CheckedRow($0) }
    }

    package static func fetchOne(_ statement: Statement, arguments: StatementArguments? = nil) throws -> CheckedRow? {
        try Row.fetchOne(statement, arguments: arguments).map { CheckedRow($0) }
    }
}
