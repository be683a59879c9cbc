import FindingModel
import Foundation
import GRDB
import Journal

/// Gives changes their sequence and their ids, and writes them.
struct ChangeWriter {
    /// From 1; dense but for changes of receipts that were erased before a rebuild.
    private(set) var sequence: Int64
    /// The changes of the entry in work so far: the last part of an id.
    private(set) var number: Int64 = 0
    /// Whether the body of the receipt in work is erased.
    var isErased = false
    /// Whether changes are written at all; a projection made for comparison makes none.
    private let isOn: Bool
    private let statement: PreparedStatement

    init(sequence: Int64, isOn: Bool, in database: Database) throws {
        self.sequence = sequence
        self.isOn = isOn
        statement = try PreparedStatement(database, "INSERT INTO changes VALUES (\(repeatElement("?", count: 21).joined(separator: ", ")))")
    }

    /// Begins the next entry, whose first `made` changes are there already.
    mutating func begin(after made: Int64 = 0) { number = made }

    /// Passes over the sequence numbers of changes that cannot be made again.
    mutating func leaveOut(_ count: UInt64) {
        guard isOn, let count = Int64(exactly: count), count < Int64.max / 2 - max(sequence, number) else { return }
        sequence += count
        number += count
    }

    /// Writes the next change, with `record` as it is now.
    mutating func write(
        _ told: ToldChange, of record: RecordEntry, source: Int64, entry: ProjectedEntry
    ) throws {
        guard isOn, let data = record.json() else { return }
        try insert(told, of: record, data: data, state: record.state, source: source, entry: entry)
        record.told = sequence
    }

    /// Writes the next change of `record`, with `shown` in its place, whose words are those of `state`.
    mutating func write(
        _ told: ToldChange, of record: RecordEntry, as shown: FindingModel.Record, state: RecordState, source: Int64, entry: ProjectedEntry
    ) throws {
        guard isOn else { return }
        try insert(told, of: record, data: shown.json.bytes, state: state, source: source, entry: entry)
    }

    private mutating func insert(
        _ told: ToldChange, of record: RecordEntry, data: [UInt8], state: RecordState, source: Int64, entry: ProjectedEntry
    ) throws {
        sequence += 1
        number += 1
        let (sequence, number, isErased) = (sequence, number, isErased)
        let large = state.large, origins = Origins(of: state).blob
        try data.withUnsafeBytes { data in
            let seal = ChangeSeal.of(
                sequence: sequence, tag: entry.tag, entry: entry.number, number: number, type: told.type, subject: record.uid, time: told.time.milliseconds,
                data: data)
            try statement.run { row in
                row.add(sequence)
                row.add(entry.tag)
                row.add(entry.number)
                row.add(number)
                row.add(told.type)
                row.add(record.state.kind.code)
                row.add(source)
                row.add(record.number)
                row.add(record.uid)
                row.add(told.time.milliseconds)
                row.add(entry.received)
                row.add(large.evidence)
                row.add(shared: data)
                row.add(large.unmapped)
                row.add(told.isLate ? 1 : 0)
                row.add(origins)
                row.add(isErased ? 1 : 0)
                row.add(entry.wall)
                row.add(seal)
            }
        }
    }
}

/// What a change says happened, and when.
struct ToldChange {
    let type: String
    let time: Timestamp
    /// Whether an earlier change of the record told a newer time.
    let isLate: Bool

    /// A change of that type and time, of which `told` takes note.
    init(_ type: String, at time: Timestamp, in told: inout ToldTime) {
        self.type = type
        self.time = time
        isLate = told.tell(time)
    }
}

/// What of the entry in work stands in the rows that come from it.
struct ProjectedEntry {
    let number: Int64
    /// Receipt time in milliseconds since 1970.
    let received: Int64
    /// What the wall clock said, where that is another time.
    let wall: Int64?
    /// The journal's tag in force.
    let tag: String
    /// The number of the `config` entry that its receipt is mapped with.
    let generation: UInt64

    /// - Parameter generation: Another configuration than the entry's own.
    init(_ entry: Entry, tag: String, generation: UInt64? = nil) {
        number = Int64(clamping: entry.number)
        received = entry.receivedTime.milliseconds
        wall = entry.wallTime == entry.receivedTime ? nil : entry.wallTime.milliseconds
        self.tag = tag
        self.generation = generation ?? entry.generation
    }
}

extension PreparedStatement.Values {
    /// Two values: the entry and its configuration.
    fileprivate mutating func add(_ reference: ReceiptReference?) {
        add(reference.map { Int64(bitPattern: $0.entry) })
        add(reference.map { Int64(bitPattern: $0.generation) })
    }
}
