import GRDB

/// Reads and writes the rows of `records` for the projector.
struct RecordStatements {
    /// A row, with the data of the change that holds it if one does.
    struct Row {
        let number: Int64
        let source: Int64
        let state: [UInt8]
        let data: [UInt8]?
        let told: Int64?
        let touch: Touch
    }

    private let find: PreparedStatement
    private let insert: PreparedStatement
    private let update: PreparedStatement
    private let updateFilter: PreparedStatement

    init(_ database: Database) throws {
        find = try PreparedStatement(
            database,
            """
            SELECT r.id, r.source, r.state, coalesce(r.data, c.data), r.told, r.received, r.wall, r.entry
            FROM records r LEFT JOIN changes c ON c.sequence = r.told WHERE r.uid = ?
            """)
        insert = try PreparedStatement(database, "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        // Naming an indexed column makes SQLite write its index, whether or not the value differs.
        update = try PreparedStatement(database, "UPDATE records SET source = ?, received = ?, state = ?, data = ?, told = ?, entry = ?, wall = ? WHERE id = ?")
        updateFilter = try PreparedStatement(
            database,
            """
            UPDATE records SET source = ?, received = ?, state = ?, data = ?, told = ?, entry = ?, wall = ?, known = ?, status = ?, severity = ?, seen = ?
            WHERE id = ?
            """)
    }

    func find(_ uid: String) throws -> Row? {
        try find.first {
            $0.add(uid)
        } _: { row in
            Row(
                number: row.integer(0), source: row.integer(1), state: row.bytes(2), data: row.isNull(3) ? nil : row.bytes(3),
                told: row.isNull(4) ? nil : row.integer(4),
                touch: Touch(
                    received: row.integer(5), wall: row.isNull(6) ? nil : row.integer(6), entry: row.isNull(7) ? nil : row.integer(7)))
        }
    }

    /// Writes the record as it is; what a change has told stands there and is not written again.
    func write(_ entry: RecordEntry) throws {
        let blob = entry.state.blob, filter = entry.filter, told = entry.told
        let data = told == nil ? entry.json() : nil
        func addBody(_ values: inout PreparedStatement.Values) {
            values.add(blob)
            values.add(data)
            values.add(told)
        }
        func addTouch(_ values: inout PreparedStatement.Values) {
            values.add(entry.touch.entry)
            values.add(entry.touch.wall)
        }
        if !entry.isStored {
            try insert.run { values in
                values.add(entry.number)
                values.add(entry.uid)
                values.add(entry.state.kind.code)
                values.add(entry.source)
                values.add(filter.known)
                values.add(filter.status)
                values.add(filter.severity)
                values.add(entry.touch.received)
                addBody(&values)
                values.add(filter.seen)
                addTouch(&values)
            }
        } else {
            let isFiltered = filter == entry.storedFilter
            try (isFiltered ? update : updateFilter).run { values in
                values.add(entry.source)
                values.add(entry.touch.received)
                addBody(&values)
                addTouch(&values)
                if !isFiltered {
                    values.add(filter.known)
                    values.add(filter.status)
                    values.add(filter.severity)
                    values.add(filter.seen)
                }
                values.add(entry.number)
            }
        }
        entry.storedFilter = filter
    }
}
