/// How bad a finding is, in the vendor's own judgement; the raw value is `severity_id` of a record (OCSF 1.8, `severity_id`).
package enum Severity: UInt8, Sendable, CaseIterable {
    case unknown, info, low, medium, high, critical

    /// The word in records and configuration.
    package var word: String { "\(self)" }

    package init?(word: String) {
        guard let match = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = match
    }
}
