import FindingModel
import Foundation
import GRDB

/// A row of `changes`.
struct ChangeRow: Sendable {
    static let columns = """
        c.sequence, c.tag, c.entry, c.number, c.type, c.kind, s.name, c.subject, c.time, c.received, c.evidence_entry, c.evidence_generation, c.data,
        c.unmapped_entry, c.unmapped_generation, c.late, c.erased, coalesce(c.wall, c.received), c.seal
        """
    static let tables = "changes c LEFT JOIN sources s ON s.id = c.source"

    var change: Change
    /// What of the record is too large for `change.data`.
    let large: LargeParts

    init(_ row: CheckedRow) throws {
        guard let kind = RecordKind(code: try row[5]) else {
            throw StateError(.corrupt, "state.db: a change is of no known kind: move the file away, and it is made again from the journal")
        }
        let tag: String = try row[1], entry: Int64 = try row[2], number: Int64 = try row[3]
        let source: String? = try row[6]
        let data: Data = try row[12]
        let seal: Int64? = try row[18]
        let isWritten = try seal.map { seal in
            try data.withUnsafeBytes { data in
                try ChangeSeal.of(sequence: row[0], tag: tag, entry: entry, number: number, type: row[4], subject: row[7], time: row[8], data: data) == seal
            }
        }
        guard isWritten ?? true else {
            throw StateError(.corrupt, "state.db: change \(tag)-\(entry)-\(number) is not what was written: move the file away, and it is made again")
        }
        change = try Change(
            sequence: UInt64(clamping: row[0] as Int64), id: "\(tag)-\(entry)-\(number)", type: row[4],
            source: source.map { "/sources/\($0)" } ?? GatewayNotice.source, subject: row[7], time: Timestamp(milliseconds: row[8]),
            receivedTime: Timestamp(milliseconds: row[9]), kind: kind, data: RawJSON(bytes: [UInt8](data)), isLate: row[15], isErased: row[16])
        change.wallTime = Timestamp(milliseconds: try row[17])
        large = try LargeParts(evidence: ReceiptReference(entry: row[10], generation: row[11]), unmapped: ReceiptReference(entry: row[13], generation: row[14]))
    }
}

extension ReceiptReference {
    /// Reads what two columns hold; nothing where they are empty.
    fileprivate init?(entry: Int64?, generation: Int64?) {
        guard let entry, let generation else { return nil }
        self.init(entry: UInt64(bitPattern: entry), generation: UInt64(bitPattern: generation))
    }
}
