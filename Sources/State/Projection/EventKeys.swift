import Digests
import FindingModel
import Foundation
import GRDB

/// The event keys of the last 30 days by receipt time: a receipt whose key is among them is a duplicate.
struct EventKeys {
    /// How long a key is kept, by receipt time.
    static let keptMilliseconds: Int64 = 30 * 24 * 3600 * 1000
    /// At most so many expired keys are removed with each new one, so that no transaction has to remove many.
    private static let removedAtOnce = 4

    /// The receipt time of the oldest key; nothing when there may be none.
    private var oldest: Int64?

    init(from database: Database) throws { oldest = try Self.oldest(in: database) }

    /// The key's place in the table: a digest over the adapter's name, the account and the vendor's key.
    static func digest(vendor: String, account: String, key: String) -> Data {
        Data(RecordIdentity.digest(vendor: vendor, account: account, key: key).bytes.prefix(16))
    }

    /// Records the key as `entry`'s, or says which entry had it first.
    mutating func claim(_ digest: Data, entry: Int64, received: Int64, in database: Database) throws -> Int64? {
        try removeExpired(at: received, in: database)
        try database.cachedStatement(sql: "INSERT INTO event_keys VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING")
            .execute(arguments: [entry, received, digest])
        if database.changesCount == 1 {
            if oldest == nil { oldest = received }
            return nil
        }
        let lookup = try database.cachedStatement(sql: "SELECT entry, received FROM event_keys WHERE digest = ?")
        guard let row = try Row.fetchOne(lookup, arguments: [digest]) else { return nil }
        let first: Int64 = row[0], time: Int64 = row[1]
        if time > received - Self.keptMilliseconds { return first }
        try database.cachedStatement(sql: "UPDATE event_keys SET entry = ?, received = ? WHERE digest = ?").execute(arguments: [entry, received, digest])
        return nil
    }

    private mutating func removeExpired(at received: Int64, in database: Database) throws {
        let limit = received - Self.keptMilliseconds
        guard let time = oldest, time <= limit else { return }
        let oldestKeys = try database.cachedStatement(sql: "SELECT entry, received FROM event_keys ORDER BY entry LIMIT \(Self.removedAtOnce)")
        for row in try Row.fetchAll(oldestKeys) {
            let entry: Int64 = row[0], time: Int64 = row[1]
            guard time <= limit else { break }
            try database.cachedStatement(sql: "DELETE FROM event_keys WHERE entry = ?").execute(arguments: [entry])
        }
        oldest = try Self.oldest(in: database)
    }

    private static func oldest(in database: Database) throws -> Int64? {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT received FROM event_keys ORDER BY entry LIMIT 1"))
    }
}
