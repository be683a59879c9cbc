import FindingModel

/// Where a finding's stamps stand in its `StampSet`: status classes, then field groups, then the finding as a whole.
///
/// The numbers are kept in state.db.
package enum FindingSlots {
    package static let statuses = 0..<8
    /// The newest event of any kind, a scan that names the finding included.
    package static let newest = 27
    /// The newest finished scan that names the finding open.
    package static let listed = 28
    package static let count = 29
    /// What state.db held before there was `listed`.
    static let countBefore3 = 28

    /// The statuses by which a finding's own is decided: a word that nobody knows says nothing about it.
    static let known = statuses.filter { $0 != slot(of: .unknown) }
    static let closing = [FindingStatus.fixed, .accepted, .falsePositive, .ignored].map { slot(of: $0) }
    /// What says that a finding is not fixed.
    static let notFixed = known.filter { $0 != slot(of: .fixed) } + [listed]

    /// How far on a status is: of words of one moment the furthest counts.
    static func further(_ status: FindingStatus) -> UInt8 {
        switch status {
        case .unknown, .open: 0
        case .inProgress: 1
        case .ignored: 2
        case .falsePositive: 3
        case .accepted: 4
        case .fixed: 5
        case .reopened: 6
        }
    }

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
        case listed: "listed open"
        default: groups.first { self.slot(of: $0.fields) == slot }?.name ?? "unknown"
        }
    }

    private static let groups: [(fields: FindingFields, name: String)] = [
        (.status, "vendor_status"), (.severity, "severity"), (.title, "title"), (.desc, "desc"), (.remediation, "remediation"), (.scanner, "scanner"),
        (.rule, "rule"),
        (.vulnerabilities, "vulnerabilities"), (.resources, "resources"), (.evidence, "evidence"), (.occurrenceCount, "occurrence_count"),
        (.scanUID, "scan_uid"), (.tickets, "tickets"), (.labels, "labels"), (.sourceUID, "source_uid"), (.unmapped, "unmapped"),
    ]
}
