/// How bad a finding is, in the vendor's own judgement; the raw value is `severity_id` of a record (OCSF 1.8, `severity_id`).
package enum Severity: UInt8, Sendable, CaseIterable {
    case unknown, info, low, medium, high, critical

    /// The word in records and configuration.
    package var word: String {
        switch self {
        case .unknown: "unknown"
        case .info: "info"
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .critical: "critical"
        }
    }

    package init?(word: String) {
        switch word {
        case "unknown": self = .unknown
        case "info": self = .info
        case "low": self = .low
        case "medium": self = .medium
        case "high": self = .high
        case "critical": self = .critical
        default: return nil
        }
    }
}
