import FindingModel

/// Which change, if any, a record's step from one form to the next makes; see the table of change types in the design.
package enum ChangeType {
    /// Points of progress after which a scan's change tells it again.
    package static let progressStep: Int64 = 10
    package static let findingUpdated = "finding.updated"

    /// Every type but those of notices, which are `notice.` and a kind of the vendor's or the gateway's making.
    package static let words: [String] =
        FindingStatus.allCases.filter { $0 != .open && $0 != .unknown }.map { "finding.\($0.word)" } + ["finding.opened", "finding.updated"]
        + ScanStatus.allCases.filter { $0 != .unknown }.map { "scan.\($0.word)" } + ["scan.updated"]

    /// The type of a finding's change; `before` is nothing when this is the first word about it.
    package static func of(_ before: Finding?, _ after: Finding) -> String? {
        guard let before else { return first(after.status) }
        return step(from: before, to: after)
    }

    /// The same for findings that states hold.
    static func of(_ before: Boxed<Finding>?, _ after: Boxed<Finding>) -> String? {
        guard let before else { return first(after.value.status) }
        return step(from: before.value, to: after.value)
    }

    private static func first(_ status: FindingStatus) -> String { type(of: status == .unknown ? .open : status) }

    private static func step(from before: Finding, to after: Finding) -> String? {
        if before.status != after.status, after.status != .unknown { return type(of: after.status) }
        return isUpdated(from: before, to: after) ? findingUpdated : nil
    }

    /// Whether anything differs that is told. A late word can move when a finding became fixed, and why it stands as it does, and leave its status.
    private static func isUpdated(from before: Finding, to after: Finding) -> Bool {
        before.severity != after.severity || before.title != after.title || before.resources != after.resources
            || before.vulnerabilities != after.vulnerabilities || before.tickets != after.tickets || before.labels != after.labels
            || before.fixedTime != after.fixedTime || before.statusDetail != after.statusDetail
    }

    /// The type of a scan's change; `toldProgress` is what the newest change told.
    package static func of(_ before: Scan?, _ after: Scan, toldProgress: Int64?) -> String? {
        guard let before else { return after.status == .unknown ? "scan.updated" : "scan.\(after.status.word)" }
        if before.status != after.status, after.status != .unknown { return "scan.\(after.status.word)" }
        if hasNews(toldProgress, after.progress) { return "scan.updated" }
        var quiet = before
        quiet.status = after.status
        quiet.progress = after.progress
        quiet.raw = after.raw
        quiet.unmapped = after.unmapped
        return quiet == after ? nil : "scan.updated"
    }

    /// The type of a notice's change.
    package static func of(_ before: Notice?, _ after: Notice) -> String? {
        guard let before else { return "notice.\(after.kind)" }
        var quiet = before
        quiet.raw = after.raw
        return quiet == after ? nil : "notice.\(after.kind)"
    }

    private static func type(of status: FindingStatus) -> String {
        status == .open ? "finding.opened" : "finding.\(status.word)"
    }

    private static func hasNews(_ told: Int64?, _ progress: Int64?) -> Bool {
        guard let progress else { return false }
        let (step, overflow) = progress.subtractingReportingOverflow(told ?? 0)
        return overflow || step.magnitude >= UInt64(progressStep)
    }
}
