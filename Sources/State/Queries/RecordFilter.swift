import FindingModel
import Foundation
import GRDB

/// Which records to show.
package struct RecordFilter: Sendable {
    package var kind: RecordKind
    /// Only findings of one of these; empty for all.
    package var findingStatuses: [FindingStatus] = []
    /// Only scans of one of these; empty for all.
    package var scanStatuses: [ScanStatus] = []
    /// Only findings at least as bad, and those of unknown severity.
    package var minSeverity: Severity?
    /// The source whose event touched the record last.
    package var source: String?
    /// Only records that were first spoken of before this one, for the next page.
    package var before: String?
    package var limit = 50

    package init(_ kind: RecordKind) { self.kind = kind }

    func fetch(_ database: Database) throws -> [RecordSummary] {
        var conditions = ["r.kind = ?", "r.known = 1"]
        var arguments: StatementArguments = [kind.code]
        if let source {
            conditions.append("s.name = ?")
            arguments += [source]
        }
        if let minSeverity {
            conditions.append("(r.severity >= ? OR r.severity = 0)")
            arguments += [Int64(minSeverity.rawValue)]
        }
        if let before {
            conditions.append("r.id < (SELECT id FROM records WHERE uid = ?)")
            arguments += [before]
        }
        let codes = kind == .scan ? scanStatuses.map { ScanSlots.slot(of: $0) } : findingStatuses.map { FindingSlots.slot(of: $0) }
        if !codes.isEmpty { conditions.append("r.status IN (\(codes.map { "\($0)" }.joined(separator: ", ")))") }
        arguments += [limit]
        let sql = """
            SELECT \(RecordSummary.columns) FROM \(RecordSummary.tables) WHERE \(conditions.joined(separator: " AND ")) ORDER BY r.id DESC LIMIT ?
            """
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { try RecordSummary($0) }
    }
}

/// A record as it stands in state.db.
package struct RecordSummary: Sendable, Equatable {
    static let columns = "r.uid, r.kind, s.name, r.received, coalesce(r.data, t.data)"
    static let tables = "records r LEFT JOIN sources s ON s.id = r.source LEFT JOIN changes t ON t.sequence = r.told"

    package let uid: String
    package let kind: RecordKind
    /// The source whose event touched it last; empty for the gateway itself.
    package let source: String
    /// When that event was received.
    package let receivedTime: Timestamp
    /// The record as canonical JSON.
    package internal(set) var data: RawJSON

    init(_ row: Row) throws(StateError) {
        guard let kind = RecordKind(code: row[1]) else {
            throw StateError(.corrupt, "state.db: a record is of no known kind: move the file away, and it is made again from the journal")
        }
        let bytes: Data = row[4]
        uid = row[0]
        self.kind = kind
        source = (row[2] as String?) ?? ""
        receivedTime = Timestamp(milliseconds: row[3])
        data = RawJSON(bytes: [UInt8](bytes))
    }
}
