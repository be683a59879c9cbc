import FindingModel
import Foundation
import GRDB
import JSONDocument

/// The records that the projector works on, and the ones it touched lately.
///
/// Two generations stand in for an exact order of use: what was not touched while one generation filled up is forgotten. Records change in memory
/// and are written once a batch.
final class RecordCache {
    /// Records kept in memory beyond the batch that touched them, at most twice this; larger records count as several.
    static let generationMax = 2048

    private var young: [String: RecordEntry] = [:]
    private var old: [String: RecordEntry] = [:]
    private var dirty: [RecordEntry] = []
    private var weight = 0
    private var lastNumber: Int64
    private var parser = JSONParser()

    init(from database: Database) throws {
        lastNumber = try Int64.fetchOne(database, sql: "SELECT max(id) FROM records") ?? 0
    }

    /// The record called `uid`, with an empty state if it was never named.
    func record(_ uid: String, kind: RecordKind, in database: Database) throws -> RecordEntry {
        if let entry = young[uid] { return entry }
        let entry = try old.removeValue(forKey: uid) ?? load(uid, kind: kind, from: database)
        young[uid] = entry
        weight += 1 + (entry.encoded?.count ?? 0) / 4096
        return entry
    }

    /// The record called `uid` if it was named before.
    func existing(_ uid: String, kind: RecordKind, in database: Database) throws -> RecordEntry? {
        let entry = try record(uid, kind: kind, in: database)
        return entry.isStored || entry.isDirty ? entry : nil
    }

    /// Marks the record as changed by an event of `source` received at `received`.
    func touch(_ entry: RecordEntry, source: Int64, received: Int64) {
        entry.source = source
        entry.received = received
        entry.encoded = nil
        if !entry.isDirty {
            // A number is given with the first write, so that records that were only looked for leave no gap.
            if !entry.isStored {
                lastNumber += 1
                entry.number = lastNumber
            }
            entry.isDirty = true
            dirty.append(entry)
        }
    }

    /// Writes what the batch changed.
    func flush(to database: Database) throws {
        for entry in dirty {
            try write(entry, to: database)
            entry.isDirty = false
            entry.isStored = true
        }
        dirty.removeAll(keepingCapacity: true)
        if weight > Self.generationMax {
            old = young
            young = [:]
            weight = 0
        }
    }

    private func load(_ uid: String, kind: RecordKind, from database: Database) throws -> RecordEntry {
        let statement = try database.cachedStatement(sql: "SELECT id, source, state, data FROM records WHERE uid = ?")
        guard let row = try Row.fetchOne(statement, arguments: [uid]) else {
            return RecordEntry(number: 0, uid: uid, state: .empty(kind), source: 0, isStored: false)
        }
        let blob: Data = row[2]
        let data: Data? = row[3]
        let json = data.map { [UInt8]($0) }
        let state = try RecordRow.state(kind: kind, blob: [UInt8](blob), data: json, parser: &parser)
        let entry = RecordEntry(number: row[0], uid: uid, state: state, source: row[1], isStored: true)
        entry.encoded = json
        entry.storedFilter = entry.filter
        return entry
    }

    private func write(_ entry: RecordEntry, to database: Database) throws {
        let data = entry.json().map { Data($0) }
        let blob = Data(entry.state.blob)
        let filter = entry.filter
        if !entry.isStored {
            try database.cachedStatement(sql: "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
                entry.number, entry.uid, entry.state.kind.code, entry.source, filter.known, filter.status, filter.severity, entry.received, blob, data,
            ])
        } else if filter == entry.storedFilter {
            // Naming an indexed column makes SQLite write its index, whether or not the value differs.
            try database.cachedStatement(sql: "UPDATE records SET source = ?, received = ?, state = ?, data = ? WHERE id = ?")
                .execute(arguments: [entry.source, entry.received, blob, data, entry.number])
        } else {
            try database.cachedStatement(
                sql: "UPDATE records SET source = ?, received = ?, state = ?, data = ?, known = ?, status = ?, severity = ? WHERE id = ?"
            ).execute(arguments: [
                entry.source, entry.received, blob, data, filter.known, filter.status, filter.severity, entry.number,
            ])
        }
        entry.storedFilter = filter
    }
}
