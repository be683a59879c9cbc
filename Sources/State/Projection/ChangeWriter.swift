import FindingModel
import Foundation
import GRDB

/// Gives changes their sequence and their ids, and writes them.
struct ChangeWriter {
    /// Dense, from 1.
    private(set) var sequence: Int64
    /// The changes of the entry in work so far: the last part of an id.
    private(set) var number: Int64 = 0
    /// Whether changes are written at all; a projection made for comparison makes none.
    private let isOn: Bool

    init(sequence: Int64, isOn: Bool) {
        self.sequence = sequence
        self.isOn = isOn
    }

    /// Begins the next entry, whose first `made` changes are there already.
    mutating func begin(after made: Int64 = 0) { number = made }

    /// Writes the next change, with `record` as it is now.
    mutating func write(
        _ type: String, of record: RecordEntry, source: Int64, time: Timestamp, entry: ProjectedEntry, to database: Database
    ) throws {
        guard let data = record.json() else { return }
        try insert(type, of: record, data: data, evidence: record.state.evidence, source: source, time: time, entry: entry, to: database)
    }

    /// Writes the next change of `record`, with `shown` in its place.
    mutating func write(
        _ type: String, of record: RecordEntry, as shown: FindingModel.Record, evidence: EvidenceReference?, source: Int64, time: Timestamp,
        entry: ProjectedEntry,
        to database: Database
    ) throws {
        try insert(type, of: record, data: shown.json.bytes, evidence: evidence, source: source, time: time, entry: entry, to: database)
    }

    private mutating func insert(
        _ type: String, of record: RecordEntry, data: [UInt8], evidence: EvidenceReference?, source: Int64, time: Timestamp, entry: ProjectedEntry,
        to database: Database
    ) throws {
        guard isOn else { return }
        sequence += 1
        number += 1
        try database.cachedStatement(sql: "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(arguments: [
            sequence, entry.tag, entry.number, number, type, record.state.kind.code, source, record.number, record.uid, time.milliseconds,
            entry.received, evidence.map { Int64(bitPattern: $0.entry) }, evidence.map { Int64(bitPattern: $0.generation) }, Data(data),
        ])
    }
}

/// What of the entry in work stands in the rows that come from it.
struct ProjectedEntry {
    let number: Int64
    /// Receipt time in milliseconds since 1970.
    let received: Int64
    /// The journal's tag in force.
    let tag: String
    /// The number of the `config` entry that its receipt is mapped with.
    let generation: UInt64
}
