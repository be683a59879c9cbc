import FindingModel
import Foundation
import GRDB

/// Which records to show, and in which order.
package struct RecordFilter: Sendable {
    /// The orders that are read along a key, so that a page costs the same wherever it begins.
    package enum Order: String, Sendable, CaseIterable {
        /// Those first that became known last.
        case new
        /// Those first that became known first.
        case old
        /// The worst first, among equals as `new`; unknown severities come last.
        case severity
        /// Those first that were seen last, scans by their end or else their start.
        case seen

        /// Whether a record may move in it, so that its id alone says no place.
        package var needsMark: Bool { self == .severity || self == .seen }
    }

    package var kind: RecordKind
    /// Only findings of one of these; empty for all.
    package var findingStatuses: [FindingStatus] = []
    /// Only scans of one of these; empty for all.
    package var scanStatuses: [ScanStatus] = []
    /// Only findings at least as bad, and those of unknown severity.
    package var minSeverity: Severity?
    /// The source whose event touched the record last.
    package var source: String?
    /// Only records whose last event came from here on.
    package var since: ReceiptBound?
    /// Only records whose last event came before this end.
    package var until: ReceiptBound?
    /// What must stand in the record.
    package var words = RecordWords()
    package var order = Order.new
    /// Where to go on: what a page before gave as `next`; in an order in which no record moves, a uid alone will do.
    package var after: ListPlace?
    package var limit = 50

    package init(_ kind: RecordKind) { self.kind = kind }

    /// Whether a record may be passed over after its key was read.
    var passesOver: Bool { source != nil || since != nil || until != nil || !words.isEmpty }
}

/// Some records of a list.
package struct RecordPage: Sendable {
    package var rows: [RecordSummary] = []
    /// What to give as `after` for the records behind these; nothing at the list's end.
    package var next: ListPlace?
    /// How many of the rows hold a text that was cut.
    package var cut = 0
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

    init(_ row: CheckedRow) throws {
        guard let kind = RecordKind(code: try row[1]) else {
            throw StateError(.corrupt, "state.db: a record is of no known kind: move the file away, and it is made again from the journal")
        }
        let bytes: Data = try row[4]
        try self.init(
            uid: row[0], kind: kind, source: (row[2] as String?) ?? "", receivedTime: Timestamp(milliseconds: row[3]), data: RawJSON(bytes: [UInt8](bytes)))
    }

    init(uid: String, kind: RecordKind, source: String, receivedTime: Timestamp, data: RawJSON) {
        self.uid = uid
        self.kind = kind
        self.source = source
        self.receivedTime = receivedTime
        self.data = data
    }
}
