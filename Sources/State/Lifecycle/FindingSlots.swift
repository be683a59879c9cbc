import FindingModel

/// Where a finding's stamps stand in its `StampSet`: status classes, then field groups, then the finding as a whole.
///
/// The numbers are kept in state.db.
package enum FindingSlots {
    package static let statuses = 0..<8
    /// The newest event of any kind, a scan that names the finding closed included.
    package static let newest = 27
    package static let count = 28

    package static func slot(of status: FindingStatus) -> Int {
        switch status {
        case .open: 0
        case .inProgress: 1
        case .fixed: 2
        case .accepted: 3
        case .falsePositive: 4
        case .ignored: 5
        case .unknown: 6
        case .reopened: 7
        }
    }

    package static func status(at slot: Int) -> FindingStatus {
        switch slot {
        case 0: .open
        case 1: .inProgress
        case 2: .fixed
        case 3: .accepted
        case 4: .falsePositive
        case 5: .ignored
        case 7: .reopened
        default: .unknown
        }
    }

    /// The slot of one field group.
    package static func slot(of group: FindingFields) -> Int { statuses.upperBound + min(group.rawValue.trailingZeroBitCount, 18) }

    /// The word for a slot in answers to "why".
    package static func name(of slot: Int) -> String {
        switch slot {
        case statuses: "status \(status(at: slot).word)"
        case newest: "newest"
        default: groups.first { self.slot(of: $0.fields) == slot }?.name ?? "unknown"
        }
    }

    private static let groups: [(fields: FindingFields, name: String)] = [
        (.severity, "severity"), (.title, "title"), (.desc, "desc"), (.remediation, "remediation"), (.scanner, "scanner"), (.rule, "rule"),
        (.vulnerabilities, "vulnerabilities"), (.resources, "resources"), (.evidence, "evidence"), (.occurrenceCount, "occurrence_count"),
        (.scanUID, "scan_uid"), (.tickets, "tickets"), (.labels, "labels"), (.sourceUID, "source_uid"), (.unmapped, "unmapped"),
        (.fixedTime, "fixed_time"),
    ]
}
