import Adapters
import FindingModel
import Foundation
import GRDB

/// In the shadow of a decision: the records that the receipts it leaves out had to do with, and those receipts' event keys.
///
/// Only these records may differ because of the decision. An event that was a duplicate of one left out takes its place.
final class TouchedRecords {
    private var keys: Set<EventKey> = []
    private let insert: PreparedStatement
    private let insertKey: PreparedStatement

    init(from database: Database) throws {
        keys = Set(try Data.fetchAll(database, sql: "SELECT digest FROM touched_keys").compactMap { EventKey($0) })
        insert = try PreparedStatement(database, "INSERT OR IGNORE INTO touched VALUES (?)")
        insertKey = try PreparedStatement(database, "INSERT OR IGNORE INTO touched_keys VALUES (?)")
    }

    func contains(_ key: EventKey) -> Bool { keys.contains(key) }

    func add(_ key: EventKey) throws {
        keys.insert(key)
        try insertKey.run { values in key.withBytes { values.add($0) } }
    }

    func add(_ event: MappedEvent) throws {
        for record in event.records {
            try add(record.uid)
            guard case .scan(let scan, _) = record, let named = scan.findingUIDs else { continue }
            for uid in named.closed + named.new + named.open { try add(uid) }
        }
    }

    private func add(_ uid: String) throws { try insert.run { $0.add(uid) } }
}
