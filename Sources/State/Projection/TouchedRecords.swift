import Adapters
import FindingModel
import Foundation
import GRDB

/// In the shadow of a decision: the records that the receipts it leaves out had to do with, and those receipts' event keys.
///
/// Only these records may differ because of the decision. An event that was a duplicate of one left out takes its place.
final class TouchedRecords {
    /// Keys that stand in memory too, about a megabyte of them; where there are more, the table is asked.
    static let keysInMemoryMax = 16_384

    private var keys: Set<EventKey> = []
    private var holdsAllKeys = true
    private let insert: PreparedStatement
    private let insertKey: PreparedStatement
    private let findKey: PreparedStatement

    init(from database: Database) throws {
        let limit = Self.keysInMemoryMax + 1
        keys = Set(try Data.fetchAll(database, sql: "SELECT digest FROM touched_keys LIMIT \(limit)").compactMap { EventKey($0) })
        holdsAllKeys = keys.count < limit
        findKey = try PreparedStatement(database, "SELECT 1 FROM touched_keys WHERE digest = ?")
        insert = try PreparedStatement(database, "INSERT OR IGNORE INTO touched VALUES (?)")
        insertKey = try PreparedStatement(database, "INSERT OR IGNORE INTO touched_keys VALUES (?)")
    }

    func contains(_ key: EventKey) throws -> Bool {
        if keys.contains(key) { return true }
        if holdsAllKeys { return false }
        return try findKey.first { values in
            key.withBytes { values.add($0) }
        } _: { _ in
            true
        } ?? false
    }

    func add(_ key: EventKey) throws {
        if keys.count < Self.keysInMemoryMax { keys.insert(key) } else { holdsAllKeys = keys.contains(key) && holdsAllKeys }
        try insertKey.run { values in key.withBytes { values.add($0) } }
    }

    func add(_ record: MappedRecord) throws {
        try add(record.uid)
        guard case .scan(let scan, _) = record, let named = scan.findingUIDs else { return }
        for uid in named.closed + named.new + named.open { try add(uid) }
    }

    private func add(_ uid: String) throws { try insert.run { $0.add(uid) } }
}
