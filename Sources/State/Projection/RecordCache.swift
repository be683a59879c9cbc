import FindingModel
import GRDB
import JSONDocument

/// The records that the projector works on, and the ones it touched lately.
///
/// Two generations stand in for an exact order of use: what was not touched while one generation filled up is forgotten. Records change in memory
/// and are written once a batch, which ends when they take up enough of it. All of it together stays within 32 MiB, but for the records of one event that
/// are larger than that.
final class RecordCache {
    /// About how many bytes of records one generation keeps.
    static let generationBytes = 12 << 20
    /// About how many bytes of changed records wait for the batch's end.
    static let dirtyBytes = 8 << 20
    /// A record that takes more is not kept beyond its batch.
    static let keptBytes = 1 << 20

    private var young: [String: RecordEntry] = [:]
    private var old: [String: RecordEntry] = [:]
    private var dirty: [RecordEntry] = []
    /// Changed records that `isFull` has looked at.
    private var weighed = 0
    private var dirtyWeight = 0
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
        weight += entry.weight
        if weight > Self.generationBytes { turn() }
        return entry
    }

    /// Whether what was changed since the last flush takes up as much memory as it may.
    var isFull: Bool {
        for entry in dirty[weighed...] { dirtyWeight += entry.weight }
        weighed = dirty.count
        return dirtyWeight > Self.dirtyBytes
    }

    /// About how many bytes the records in memory take up.
    var heldBytes: Int { young.values.reduce(0) { $0 + $1.weight } + old.values.reduce(0) { $0 + $1.weight } }

    /// Forgets what was not touched since the last turn; what is not written yet stays.
    private func turn() {
        old = young
        young = [:]
        weight = 0
        for entry in dirty {
            old[entry.uid] = nil
            young[entry.uid] = entry
        }
    }

    /// The record called `uid` if it was named before.
    func existing(_ uid: String, kind: RecordKind) throws -> RecordEntry? {
        let entry = try record(uid, kind: kind)
        return entry.isStored || entry.isDirty ? entry : nil
    }

    /// Marks the record as changed by an event of `source`; by none where `touch` is nothing.
    func touch(_ entry: RecordEntry, source: Int64, by touch: Touch?) {
        entry.source = source
        if let touch { entry.touch = touch }
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
            weight += entry.weight
            if entry.weight > Self.keptBytes { young[entry.uid] = nil }
        }
        dirty.removeAll(keepingCapacity: dirty.count <= EntryParts.unitsMax)
        (weighed, dirtyWeight) = (0, 0)
        if weight > Self.generationBytes { turn() }
    }

    private func load(_ uid: String, kind: RecordKind) throws -> RecordEntry {
        let entry = RecordEntry(number: 0, uid: uid, state: .empty(kind), source: 0, isStored: false)
        guard let row = try statements.find(uid) else { return entry }
        entry.number = row.number
        entry.source = row.source
        entry.touch = row.touch
        entry.state = try RecordRow.state(kind: kind, blob: row.state, data: row.data, parser: &parser)
        entry.isStored = true
        entry.encoded = row.data
        entry.told = row.told
        entry.storedFilter = entry.filter
        return entry
    }
}
