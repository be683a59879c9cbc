import FindingModel
import Foundation
import GRDB
import JSONDocument

/// Which receipts decided what of a record: the answer to "why does it say so?".
package struct RecordStamps: Sendable, Equatable {
    /// The newest word on one status or group of fields.
    package struct Line: Sendable, Equatable {
        /// `status fixed`, `severity`, `newest`…
        package let name: String
        /// When the vendor says it happened, or when the receipt came.
        package let time: Timestamp
        /// The receipt that said it.
        package let receipt: UInt64
        /// Whether `time` is the receipt's.
        package let isReceiptTime: Bool
        /// Whether the receipt is known to be lost with a part of the journal: its number may be another's by now.
        package let isLost: Bool
    }

    package let uid: String
    package let kind: RecordKind
    /// Whether any event has spoken of the record itself; otherwise only scans have named it.
    package let isKnown: Bool
    package let lines: [Line]
    /// What is too large for the record.
    package let large: LargeParts

    static func fetch(_ uid: String, from database: Database) throws -> RecordStamps? {
        let sql = "SELECT r.kind, r.state, coalesce(r.data, t.data) FROM records r LEFT JOIN changes t ON t.sequence = r.told WHERE r.uid = ?"
        guard let row = try CheckedRow.fetchOne(database, sql: sql, arguments: [uid]), let kind = RecordKind(code: try row[0]) else { return nil }
        let blob: Data = try row[1]
        let data: Data? = try row[2]
        var parser = JSONParser()
        let state = try RecordRow.state(kind: kind, blob: [UInt8](blob), data: data.map { [UInt8]($0) }, parser: &parser)
        let lost = try Remade.lostEntries(of: uid, in: database)
        let lines = state.stamps.map { name, stamp in
            Line(
                name: name, time: stamp.time, receipt: stamp.entry, isReceiptTime: stamp.arrival != 0, isLost: lost.contains(Int64(clamping: stamp.entry)))
        }
        return RecordStamps(uid: uid, kind: kind, isKnown: state.record != nil, lines: lines, large: state.large)
    }
}
