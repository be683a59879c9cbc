import FindingModel
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
    private let statements: RecordStatements

    init(from database: Database) throws {
        lastNumber = try Int64.fetchOne(database, sql: "SELECT max(id) FROM records") ?? 0
        statements = try RecordStatements(database)
    }

    /// The record called `uid`, with an empty state if it was never named.
    func record(_ uid: String, kind: RecordKind) throws -> RecordEntry {
        if let entry = young[uid] { return entry }
        let entry = try old.removeValue(forKey: uid) ?? load(uid, kind: kind)
        young[uid] = entry
        weight += 1 + (entry.encoded?.count ?? 0) / 4096
        return entry
    }

    /// The record called `uid` if it was named before.
    func existing(_ uid: String, kind: RecordKind) throws -> RecordEntry? {
        let entry = try record(uid, kind: kind)
        return entry.isStored || entry.isDirty ? entry : nil
    }

    /// Marks the record as changed by an event of `source` received at `received`.
    func touch(_ entry: RecordEntry, source: Int64, received: Int64) {
        entry.source = source
        entry.received = received
        entry.encoded = nil
        entry.told = nil
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
    func flush() throws {
        for entry in dirty {
            try statements.write(entry)
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

    private func load(_ uid: String, kind: RecordKind) throws -> RecordEntry {
        let entry = RecordEntry(number: 0, uid: uid, state: .empty(kind), source: 0, isStored: false)
        guard let row = try statements.find(uid) else { return entry }
        entry.number = row.number
        entry.source = row.source
        entry.state = try RecordRow.state(kind: kind, blob: row.state, data: row.data, parser: &parser)
        entry.isStored = true
        entry.encoded = row.data
        entry.told = row.told
        entry.storedFilter = entry.filter
        return entry
    }
}
