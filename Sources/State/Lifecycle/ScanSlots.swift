import FindingModel

/// Where a scan's stamps stand in its `StampSet`: statuses, then field groups, then the scan as a whole.
///
/// The numbers are kept in state.db.
package enum ScanSlots {
    package static let statuses = 0..<7
    package static let newest = 21
    package static let count = 22

    /// The statuses by which a scan's own is decided: a word that nobody knows says nothing about it.
    static let known = statuses.filter { $0 != slot(of: .unknown) }

    /// How far on a status is: of words of one moment the furthest counts.
    static func further(_ status: ScanStatus) -> UInt8 {
        switch status {
        case .unknown, .scheduled: 0
        case .queued: 1
        case .started: 2
        case .cancelled: 3
        case .failed: 4
        case .completed: 5
        }
    }

    package static func slot(of status: ScanStatus) -> Int {
        switch status {
        case .scheduled: 0
        case .queued: 1
        case .started: 2
        case .completed: 3
        case .failed: 4
        case .cancelled: 5
        case .unknown: 6
        }
    }

    package static func status(at slot: Int) -> ScanStatus {
        switch slot {
        case 0: .scheduled
        case 1: .queued
        case 2: .started
        case 3: .completed
        case 4: .failed
        case 5: .cancelled
        default: .unknown
        }
    }

    /// The slot of one field group.
    package static func slot(of group: ScanFields) -> Int { statuses.upperBound + min(group.rawValue.trailingZeroBitCount, 13) }

    /// The word for a slot in answers to "why".
    package static func name(of slot: Int) -> String {
        switch slot {
        case statuses: "status \(status(at: slot).word)"
        case newest: "newest"
        default: groups.first { self.slot(of: $0.fields) == slot }?.name ?? "unknown"
        }
    }

    private static let groups: [(fields: ScanFields, name: String)] = [
        (.name, "name"), (.type, "type"), (.progress, "progress"), (.scope, "scope"), (.startTime, "start_time"), (.endTime, "end_time"),
        (.duration, "duration_ms"), (.totals, "totals"), (.findingUIDs, "finding_uids"), (.errors, "errors"), (.srcURL, "src_url"),
        (.unmapped, "unmapped"), (.scanner, "scanner"),
    ]
}
