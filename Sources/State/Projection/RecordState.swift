import FindingModel

/// What is known of one record, of any kind, with its stamps.
package enum RecordState: Equatable, Sendable {
    case finding(FindingState)
    case scan(ScanState)
    case notice(NoticeState)

    package var kind: RecordKind {
        switch self {
        case .finding: .finding
        case .scan: .scan
        case .notice: .notice
        }
    }

    /// The record; nothing for a finding that only scans have named.
    package var record: Record? {
        switch self {
        case .finding(let state): state.finding.map(Record.finding)
        case .scan(let state): state.scan.map(Record.scan)
        case .notice(let state): state.notice.map(Record.notice)
        }
    }

    /// Whether there is a record.
    var isKnown: Bool {
        switch self {
        case .finding(let state): state.known != nil
        case .scan(let state): state.scan != nil
        case .notice(let state): state.notice != nil
        }
    }

    /// The record as canonical JSON; nothing for a finding that only scans have named.
    var json: [UInt8]? {
        if case .finding(let state) = self { state.known?.value.json.bytes } else { record?.json.bytes }
    }

    /// The newest time that a change of the record has told.
    var told: ToldTime {
        get {
            switch self {
            case .finding(let state): state.told
            case .scan(let state): state.told
            case .notice(let state): state.told
            }
        }
        set {
            switch self {
            case .finding(var state):
                state.told = newValue
                self = .finding(state)
            case .scan(var state):
                state.told = newValue
                self = .scan(state)
            case .notice(var state):
                state.told = newValue
                self = .notice(state)
            }
        }
    }

    /// What of the record stands in receipts.
    package var large: LargeParts {
        switch self {
        case .finding(let state): state.large
        case .scan(let state): LargeParts(unmapped: state.unmapped)
        case .notice(let state): LargeParts(unmapped: state.unmapped)
        }
    }

    /// The stamps in order of slots, with the slots' words.
    package var stamps: [(name: String, stamp: Stamp)] {
        switch self {
        case .finding(let state): state.stamps.occupied.map { (FindingSlots.name(of: $0.slot), $0.stamp) }
        case .scan(let state): state.stamps.occupied.map { (ScanSlots.name(of: $0.slot), $0.stamp) }
        case .notice(let state): state.stamp.map { [("newest", $0)] } ?? []
        }
    }

    /// An empty state of `kind`.
    static func empty(_ kind: RecordKind) -> RecordState {
        switch kind {
        case .finding: .finding(FindingState())
        case .scan: .scan(ScanState())
        case .notice: .notice(NoticeState())
        }
    }
}

extension RecordKind {
    /// The number that stands for the kind in state.db.
    var code: Int64 {
        switch self {
        case .finding: 1
        case .scan: 2
        case .notice: 3
        }
    }

    init?(code: Int64) {
        switch code {
        case 1: self = .finding
        case 2: self = .scan
        case 3: self = .notice
        default: return nil
        }
    }
}

extension RecordState {
    /// The number of the status by which queries filter: its slot among the stamps.
    var statusCode: Int64 {
        switch self {
        case .finding(let state): Int64(FindingSlots.slot(of: state.known?.value.status ?? .unknown))
        case .scan(let state): Int64(ScanSlots.slot(of: state.scan?.status ?? .unknown))
        case .notice: 0
        }
    }

    /// When it was last seen, as far as anything says so, in milliseconds: what its list's column shows, or else the newest word's time.
    var seenCode: Int64 {
        switch self {
        case .finding(let state): state.known?.value.lastSeenTime.milliseconds ?? 0
        case .scan(let state): (state.scan?.endTime ?? state.scan?.startTime ?? state.stamps[ScanSlots.newest]?.time)?.milliseconds ?? 0
        case .notice(let state): state.stamp?.time.milliseconds ?? 0
        }
    }

    /// `severity_id`, 0 where there is none.
    var severityCode: Int64 {
        if case .finding(let state) = self { Int64(state.known?.value.severity.rawValue ?? 0) } else { 0 }
    }
}
