import Digests
import Foundation
import GRDB

/// A sum over every row that decides what a sink is told, kept beside the rows: one bit that turns on the disk, or a row that is gone, can make a change count
/// as told, and SQLite notices neither.
///
/// Triggers keep the sums, so that no statement can forget them; they are compared before a sink goes on from what the ledger says.
enum LedgerSeal {
    /// A table whose rows are sealed: the column that names the sink, and the columns that decide something.
    private struct Table {
        let name: String
        var sink = "sink"
        let columns: String

        /// The seal of one row, as an expression; `row` is the row's name with a dot behind it, or nothing.
        func seal(_ row: String = "") -> String {
            "row_seal('\(name)', \(names.map { row + $0 }.joined(separator: ", ")))"
        }

        private var names: [String] { columns.split(separator: ",").map { String($0.drop { $0 == " " || $0 == "\n" }) } }

        /// The seal of a row as a file of an older version has it, which is without the columns that came later.
        func seal(in database: Database) throws -> String {
            let present = try Set(database.columns(in: name).map(\.name))
            return "row_seal('\(name)', \(names.filter(present.contains).joined(separator: ", ")))"
        }
    }

    private static let tables = [
        Table(
            name: "sinks", sink: "name",
            columns: "name, start, cursor, anchor, delivered, filtered, superseded, expired, dropped, erased, open, vanished, revision, forgotten"),
        Table(name: "items", columns: "id, sink, sequence, change, uid, type, state, attempts, since, next, waited, tries, failed, status"),
        Table(name: "done", columns: "sink, sequence, change, superseded"),
        Table(
            name: "tickets",
            columns: "sink, uid, mark, state, intended, created, remote_id, remote_key, url, applied, applied_change, shown"),
        Table(
            name: "jobs",
            columns: """
                id, sink, first, last, types, rate, created, who, cursor, delivered, filtered, refused, wanted, beginning, end, anchor, last_change, waits,
                cancelled
                """),
        Table(name: "replay_rows", columns: "job, sink, sequence, change, uid, type, state, attempts, since, next, tries, failed"),
        Table(name: "told", columns: "sink, uid, change"),
        Table(name: "outages", columns: "sink, since, paused, failures, status"),
    ]

    /// Those whose indexes find what is still to be told.
    private static let indexed = ["items", "tickets"]

    /// `row_seal(…)` in SQL: a checksum over the values and their types.
    static let function = DatabaseFunction("row_seal", pure: true) { values in
        var bytes: [UInt8] = []
        for value in values {
            switch value.storage {
            case .null: bytes.append(0)
            case .int64(let number): withUnsafeBytes(of: number.littleEndian) { bytes += [1] + $0 }
            case .double(let number): withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += [2] + $0 }
            case .string(let text): bytes += [3] + Array(text.utf8) + [0]
            case .blob(let data): bytes += [4] + Array(data) + [0]
            }
        }
        return Int64(CRC32C.checksum(bytes))
    }

    /// Removes the sums and what keeps them, so that the tables can be changed.
    static func remove(from database: Database) throws {
        for table in tables {
            for event in ["come", "change", "go"] { try database.execute(sql: "DROP TRIGGER IF EXISTS \(table.name)_\(event)") }
        }
        try database.execute(sql: "DROP TABLE IF EXISTS seals")
    }

    /// Makes the sums of what is there, and what keeps them.
    static func make(in database: Database) throws {
        try database.execute(sql: "CREATE TABLE seals (sink TEXT NOT NULL PRIMARY KEY, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID")
        let rows = tables.map { "SELECT \($0.sink) AS sink, \($0.seal()) AS seal FROM \($0.name)" }
        try database.execute(sql: "INSERT INTO seals SELECT sink, sum(seal) & 4294967295 FROM (\(rows.joined(separator: " UNION ALL "))) GROUP BY sink")
        for table in tables {
            // A conflict clause here would give way to that of the statement that fires the trigger.
            let begin = "INSERT INTO seals SELECT NEW.\(table.sink), 0 WHERE NOT EXISTS (SELECT 1 FROM seals WHERE sink = NEW.\(table.sink));"
            let add = "UPDATE seals SET sum = (sum + \(table.seal("NEW."))) & 4294967295 WHERE sink = NEW.\(table.sink);"
            let take = "UPDATE seals SET sum = (sum - \(table.seal("OLD."))) & 4294967295 WHERE sink = OLD.\(table.sink);"
            try database.execute(
                sql: """
                    CREATE TRIGGER \(table.name)_come AFTER INSERT ON \(table.name) BEGIN \(begin) \(add) END;
                    CREATE TRIGGER \(table.name)_change AFTER UPDATE OF \(table.columns) ON \(table.name) BEGIN \(take) \(begin) \(add) END;
                    CREATE TRIGGER \(table.name)_go AFTER DELETE ON \(table.name) BEGIN \(take) END;
                    """)
        }
    }

    /// Throws when the rows about `sink` are not those that were written; reads all of them.
    static func verify(_ database: Database, sink: String) throws {
        var sum: Int64 = 0
        for table in tables {
            let sql = "SELECT coalesce(sum(\(try table.seal(in: database))), 0) FROM \(table.name) NOT INDEXED WHERE \(table.sink) = ?"
            sum += try Int64.fetchOne(database, sql: sql, arguments: [sink]) ?? 0
        }
        let seal = try Int64.fetchOne(database, sql: "SELECT sum FROM seals WHERE sink = ?", arguments: [sink]) ?? 0
        guard sum & 0xFFFF_FFFF == seal else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "what it says of sink \(sink) is not what was written")
        }
    }

    /// Throws when an index leads past rows that are there; reads the rows of all sinks.
    static func verifyIndexes(_ database: Database) throws {
        for table in indexed {
            let words = try String.fetchOne(database, sql: "PRAGMA integrity_check(\(table))") ?? "it cannot be checked"
            if words != "ok" { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: words) }
        }
    }

    /// The same for every sink there is.
    static func verify(_ database: Database) throws {
        let names = tables.map { "SELECT \($0.sink) FROM \($0.name)" } + ["SELECT sink FROM seals"]
        for sink in try String.fetchAll(database, sql: names.joined(separator: " UNION ")) { try verify(database, sink: sink) }
    }
}
