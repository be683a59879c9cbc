import FindingModel
import Foundation
import GRDB

/// A row of `changes`.
struct ChangeRow: Sendable {
    static let columns = """
        c.sequence, c.tag, c.entry, c.number, c.type, c.kind, s.name, c.subject, c.time, c.received, c.evidence_entry, c.evidence_generation, c.data
        """
    static let tables = "changes c LEFT JOIN sources s ON s.id = c.source"

    var change: Change
    /// Where the record's evidence stands, if it is too large for `change.data`.
    let evidence: EvidenceReference?

    init(_ row: Row) throws(StateError) {
        guard let kind = RecordKind(code: row[5]) else {
            throw StateError(.corrupt, "state.db: a change is of no known kind: move the file away, and it is made again from the journal")
        }
        let tag: String = row[1], entry: Int64 = row[2], number: Int64 = row[3]
        let source: String? = row[6]
        let data: Data = row[12]
        change = Change(
            sequence: UInt64(clamping: row[0] as Int64), id: "\(tag)-\(entry)-\(number)", type: row[4],
            source: source.map { "/sources/\($0)" } ?? GatewayNotice.source, subject: row[7], time: Timestamp(milliseconds: row[8]),
            receivedTime: Timestamp(milliseconds: row[9]), kind: kind, data: RawJSON(bytes: [UInt8](data)))
        let evidenceEntry: Int64? = row[10], generation: Int64? = row[11]
        if let evidenceEntry, let generation {
            evidence = EvidenceReference(entry: UInt64(bitPattern: evidenceEntry), generation: UInt64(bitPattern: generation))
        } else {
            evidence = nil
        }
    }
}
