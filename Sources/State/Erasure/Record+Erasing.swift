import FindingModel

/// What stands where words were erased that must not be missing.
package enum ErasedText {
    package static let text = "(erased)"
}

extension Finding {
    /// Empties `groups` of a vendor's words; severity, status, times and counts stay.
    mutating func erase(_ groups: FindingFields) {
        if groups.contains(.status) { vendorStatus = nil }
        if groups.contains(.severity) { vendorSeverity = nil }
        if groups.contains(.title) { title = ErasedText.text }
        if groups.contains(.desc) { desc = nil }
        if groups.contains(.remediation) { remediation = nil }
        if groups.contains(.scanner) { scanner.erase() }
        if groups.contains(.rule) { rule = nil }
        if groups.contains(.vulnerabilities) { vulnerabilities = [] }
        if groups.contains(.resources) { resources = [] }
        if groups.contains(.evidence) { evidence = [] }
        if groups.contains(.tickets) { tickets = [] }
        if groups.contains(.labels) { labels = [] }
        if groups.contains(.sourceUID) { sourceUID = nil }
        if groups.contains(.unmapped) { unmapped = nil }
        if !groups.isDisjoint(with: [.rule, .vulnerabilities, .resources]) { fingerprints = Fingerprints(instance: fingerprints.instance) }
    }

    /// Takes over what `other` says in a group of words that is compared.
    mutating func take(_ group: FindingFields, of other: Finding) {
        switch group {
        case .title: title = other.title
        case .rule: rule = other.rule
        case .vulnerabilities: vulnerabilities = other.vulnerabilities
        case .resources: resources = other.resources
        case .labels: labels = other.labels
        default: tickets = other.tickets
        }
    }
}

extension Scan {
    /// Empties `groups` of a vendor's words; status, times, counts and the findings it names stay.
    mutating func erase(_ groups: ScanFields) {
        if groups.contains(.name) { name = nil }
        if groups.contains(.type) { type = nil }
        if groups.contains(.scope) { scope = nil }
        if groups.contains(.errors) { errors = [] }
        if groups.contains(.srcURL) { srcURL = nil }
        if groups.contains(.scanner) { scanner.erase() }
        if groups.contains(.unmapped) { unmapped = nil }
    }

    /// Takes over what `other` says in a group of words that is compared.
    mutating func take(_ group: ScanFields, of other: Scan) {
        switch group {
        case .name: name = other.name
        case .type: type = other.type
        case .scope: scope = other.scope
        case .errors: errors = other.errors
        case .srcURL: srcURL = other.srcURL
        default: scanner = other.scanner
        }
    }
}

extension Notice {
    mutating func erase() {
        summary = ErasedText.text
        resource = nil
        unmapped = nil
    }
}

extension Scanner {
    /// The maker is the adapter's word, the rest may be the vendor's.
    fileprivate mutating func erase() { self = Scanner(vendorName: vendorName, name: ErasedText.text) }
}

extension Record {
    /// Empties the groups of words that `groups` has as bits.
    mutating func erase(_ groups: UInt32) {
        switch self {
        case .finding(var finding):
            finding.erase(FindingFields(rawValue: groups))
            self = .finding(finding)
        case .scan(var scan):
            scan.erase(ScanFields(rawValue: groups))
            self = .scan(scan)
        case .notice(var notice):
            if groups != 0 { notice.erase() }
            self = .notice(notice)
        }
    }
}
