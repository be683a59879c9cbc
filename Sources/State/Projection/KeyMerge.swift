import Foundation
import GRDB

/// How far the newest event keys have come into their index.
struct KeyMerge: Equatable {
    /// The keys of all entries up to this one are in the index.
    var indexed: Int64
    /// The last entry of the set that is being merged; `indexed` when there is none.
    var merging: Int64
    /// The last key of that set that is in the index.
    var cursor: EventKey?

    init(from database: Database) throws {
        let row = try CheckedRow.fetchOne(database, sql: "SELECT indexed, merging, cursor FROM event_key_merge")
        indexed = try row?[0] ?? 0
        merging = try row?[1] ?? 0
        cursor = (try row?[2] as Data?).flatMap { EventKey($0) }
    }

    func write(to database: Database) throws {
        try database.cachedStatement(sql: "UPDATE event_key_merge SET indexed = ?, merging = ?, cursor = ?")
            .execute(arguments: [indexed, merging, cursor?.data])
    }
}
