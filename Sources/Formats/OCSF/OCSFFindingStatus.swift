import FindingModel

/// Where a finding stands, in OCSF's words; `status_detail` beside them is always ours.
struct OCSFFindingStatus: Equatable {
    let status: OCSFWord
    /// Of the profile `incident`.
    let verdict: OCSFWord?

    init(_ status: FindingStatus) {
        switch status {
        case .open, .reopened: self.init(OCSFWord(id: 1, caption: "New"))
        case .inProgress: self.init(OCSFWord(id: 2, caption: "In Progress"))
        case .fixed: self.init(OCSFWord(id: 4, caption: "Resolved"))
        case .accepted: self.init(OCSFWord(id: 3, caption: "Suppressed"))
        case .falsePositive: self.init(OCSFWord(id: 3, caption: "Suppressed"), OCSFWord(id: 1, caption: "False Positive"))
        case .ignored: self.init(OCSFWord(id: 3, caption: "Suppressed"), OCSFWord(id: 3, caption: "Disregard"))
        case .unknown: self.init(OCSFWord(id: 0, caption: "Unknown"))
        }
    }

    private init(_ status: OCSFWord, _ verdict: OCSFWord? = nil) {
        self.status = status
        self.verdict = verdict
    }

    /// What a change's type does to the finding.
    static func activity(of type: String) -> OCSFWord {
        switch type {
        case "finding.opened": OCSFWord(id: 1, caption: "Create")
        case "finding.fixed", "finding.false_positive", "finding.ignored": OCSFWord(id: 3, caption: "Close")
        default: OCSFWord(id: 2, caption: "Update")
        }
    }
}
