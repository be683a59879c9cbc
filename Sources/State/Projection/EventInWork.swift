import Adapters
import FindingModel

/// What the records of one event share.
struct EventInWork {
    let entry: ProjectedEntry
    /// The source's number in state.db.
    let source: Int64
    let time: EventTime
    let rank: UInt32
    /// Takes the event's work apart; nothing for what is always small.
    var parts: EntryParts?
    /// What stayed of the event; nothing while its receipt's body is there.
    var husk: Husk.Form?
    /// What compares the erased words of the record in work.
    var words: Husk.Words?

    /// Gives the event's records one at a time, each with what it is taken in by, while `body` says that it goes on.
    func forEachRecord(of mapped: MappedEvent, _ body: (MappedRecord, EventInWork) throws -> Bool) rethrows {
        guard let husk else {
            for record in mapped.records where try !body(record, self) { return }
            return
        }
        var event = self
        for (record, words) in husk.records {
            event.words = words
            if try !body(record, event) { return }
        }
    }

    /// Does one unit of the event's work: what concerns one record.
    func unit(_ body: () throws -> Void) throws {
        if let parts { try parts.unit(body) } else { try body() }
    }

    func stamp(of record: MappedRecord) -> Stamp { stamp(hash: words?.hash ?? record.contentHash) }

    /// The event's key, which a husk keeps without its text.
    func key(of mapped: MappedEvent, _ scope: KeyScope) -> EventKey? {
        husk?.key ?? mapped.key.map { EventKey(scope: scope, kind: mapped.kind, key: $0) }
    }

    func stamp(hash: UInt64) -> Stamp { time.stamp(rank: rank, hash: hash, entry: UInt64(clamping: entry.number)) }

    /// When its receipt was accepted.
    var received: Timestamp { Timestamp(milliseconds: entry.received) }

    /// The stamp of what the lists of `scan` say, which ended when it says so, or else when the event happened.
    func listStamp(of scan: Scan, says: ScanFields, hash: UInt64) -> Stamp {
        time.replaced(by: says.contains(.endTime) ? scan.endTime : nil, received: received)
            .stamp(rank: rank, hash: hash, entry: UInt64(clamping: entry.number))
    }
}

extension MappedRecord {
    var uid: String {
        switch self {
        case .finding(let finding, _): finding.uid
        case .scan(let scan, _): scan.uid
        case .notice(let notice): notice.uid
        }
    }

    var kind: RecordKind {
        switch self {
        case .finding: .finding
        case .scan: .scan
        case .notice: .notice
        }
    }

    var contentHash: UInt64 {
        switch self {
        case .finding(let finding, let says): ContentHash.of(finding, says: says)
        case .scan(let scan, let says): ContentHash.of(scan, says: says)
        case .notice(let notice): ContentHash.of(notice)
        }
    }
}

extension RecordState {
    /// The newest stamp, if `stamp` is that of an event without a key that only repeats it.
    func repetition(of stamp: Stamp) -> Stamp? {
        let newest: Stamp? =
            switch self {
            case .finding(let state): state.known == nil ? nil : state.stamps[FindingSlots.newest]
            case .scan(let state): state.stamps[ScanSlots.newest]
            case .notice(let state): state.stamp
            }
        guard let newest, stamp.repeats(newest) else { return nil }
        return newest
    }
}
