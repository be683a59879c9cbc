import GRDB

/// The statements that every event with a key runs.
struct KeyStatements {
    private let keep: PreparedStatement
    private let lookUp: PreparedStatement
    private let merge: PreparedStatement

    init(_ database: Database) throws {
        keep = try PreparedStatement(database, "INSERT INTO event_keys VALUES (?, ?, ?)")
        lookUp = try PreparedStatement(database, "SELECT entry FROM event_key_index WHERE digest = ?")
        merge = try PreparedStatement(database, "INSERT OR REPLACE INTO event_key_index VALUES (?, ?)")
    }

    func insert(_ key: EventKey, entry: Int64, received: Int64) throws {
        try keep.run { values in
            values.add(entry)
            values.add(received)
            key.withBytes { values.add($0) }
        }
    }

    /// The entry that the index has for `key`.
    func find(_ key: EventKey) throws -> Int64? {
        try lookUp.first { values in
            key.withBytes { values.add($0) }
        } _: {
            $0.integer(0)
        }
    }

    /// Puts `key` into the index.
    func index(_ key: EventKey, entry: Int64) throws {
        try merge.run { values in
            key.withBytes { values.add($0) }
            values.add(entry)
        }
    }
}
