/// Where a finding stands.
package enum FindingStatus: String, Sendable, CaseIterable {
    case open, fixed, reopened, accepted, ignored, unknown
    case inProgress = "in_progress"
    case falsePositive = "false_positive"

    package var word: String { rawValue }
}

/// Where a scan stands.
package enum ScanStatus: String, Sendable, CaseIterable {
    case scheduled, queued, started, completed, failed, cancelled, unknown

    package var word: String { rawValue }
}
