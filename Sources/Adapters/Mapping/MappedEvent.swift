import FindingModel

/// What a vendor meant by one receipt.
package struct MappedEvent: Equatable, Sendable {
    /// The vendor's id of the event; nothing when it sends none.
    package var key: String?
    /// As the adapter writes it where it knows the kind, else as the vendor wrote it, 64 bytes of it at most; empty when the event names none.
    package var kind: String
    /// The kind's position among those that the adapter maps, in the order written; their number for any other kind.
    package var kindRank: Int
    /// When it happened; nothing where the event does not say so readably, then the time of receipt counts.
    package var time: Timestamp?
    /// The last millisecond that the event's time can stand for, which orders events: 10:30 lasts until 10:30:59.999.
    package var latestTime: Timestamp?
    /// Whether the adapter ignores the kind: kept and counted, without a record.
    package var ignored: Bool
    /// Scans, then findings, then notices.
    package var records: [MappedRecord]
    package var drift: [Drift]

    package init(
        key: String?, kind: String, kindRank: Int, time: Timestamp?, latestTime: Timestamp?, ignored: Bool, records: [MappedRecord], drift: [Drift]
    ) {
        self.key = key
        self.kind = kind
        self.kindRank = kindRank
        self.time = time
        self.latestTime = latestTime
        self.ignored = ignored
        self.records = records
        self.drift = drift
    }
}

/// A record as one event tells it, with the field groups that the event really carried.
package enum MappedRecord: Equatable, Sendable {
    case finding(Finding, says: FindingFields)
    case scan(Scan, says: ScanFields)
    case notice(Notice)

    package var record: Record {
        switch self {
        case .finding(let finding, _): .finding(finding)
        case .scan(let scan, _): .scan(scan)
        case .notice(let notice): .notice(notice)
        }
    }
}
