/// The field groups of a finding that one event really carried; a group that it left out keeps its older value.
package struct FindingFields: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let status = FindingFields(rawValue: 1 << 0)
    package static let severity = FindingFields(rawValue: 1 << 1)
    package static let title = FindingFields(rawValue: 1 << 2)
    package static let desc = FindingFields(rawValue: 1 << 3)
    package static let remediation = FindingFields(rawValue: 1 << 4)
    package static let scanner = FindingFields(rawValue: 1 << 5)
    package static let rule = FindingFields(rawValue: 1 << 6)
    package static let vulnerabilities = FindingFields(rawValue: 1 << 7)
    package static let resources = FindingFields(rawValue: 1 << 8)
    package static let evidence = FindingFields(rawValue: 1 << 9)
    package static let firstSeen = FindingFields(rawValue: 1 << 10)
    package static let lastSeen = FindingFields(rawValue: 1 << 11)
    package static let occurrenceCount = FindingFields(rawValue: 1 << 12)
    package static let scanUID = FindingFields(rawValue: 1 << 13)
    package static let tickets = FindingFields(rawValue: 1 << 14)
    package static let labels = FindingFields(rawValue: 1 << 15)
    package static let sourceUID = FindingFields(rawValue: 1 << 16)
    package static let unmapped = FindingFields(rawValue: 1 << 17)
    package static let fixedTime = FindingFields(rawValue: 1 << 18)
}

/// The field groups of a scan that one event really carried.
package struct ScanFields: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let status = ScanFields(rawValue: 1 << 0)
    package static let name = ScanFields(rawValue: 1 << 1)
    package static let type = ScanFields(rawValue: 1 << 2)
    package static let progress = ScanFields(rawValue: 1 << 3)
    package static let scope = ScanFields(rawValue: 1 << 4)
    package static let startTime = ScanFields(rawValue: 1 << 5)
    package static let endTime = ScanFields(rawValue: 1 << 6)
    package static let duration = ScanFields(rawValue: 1 << 7)
    package static let totals = ScanFields(rawValue: 1 << 8)
    package static let findingUIDs = ScanFields(rawValue: 1 << 9)
    package static let errors = ScanFields(rawValue: 1 << 10)
    package static let srcURL = ScanFields(rawValue: 1 << 11)
    package static let unmapped = ScanFields(rawValue: 1 << 12)
    package static let scanner = ScanFields(rawValue: 1 << 13)
}
