import FindingModel

/// Decides what a record's ticket needs next; asked again after each step until it needs nothing.
enum TicketPlan {
    enum Step: Equatable {
        /// The ticket says what the record says.
        case nothing
        /// Whether a ticket was made is not known, and the search may not know it yet.
        case wait(until: Timestamp)
        /// Look for the mark.
        case find
        case create
        /// Too many tickets were made within the hour.
        case overflow
        case severity(from: Severity)
        case resources
        /// The record is not open any more; `transition` says where the ticket goes, nowhere without it.
        case close(transition: String?)
        case reopen
        /// The ticket that should say it is not there any more.
        case gone
    }

    /// - Parameter madeWithinHour: Tickets that the sink made within the last hour.
    static func next(
        _ link: TicketLink?, _ finding: Finding, rules: TicketRules, madeWithinHour: Int, at now: Timestamp
    ) -> Step {
        guard let link else {
            // Nobody has to be told of the end of what nobody was told of.
            guard finding.status.isOpen else { return .nothing }
            return madeWithinHour < rules.newPerHour ? .create : .overflow
        }
        let shown = TicketLink.Shown(finding)
        switch link.state {
        case .intent:
            let settled = link.intended.advanced(byMilliseconds: rules.searchSettle.wholeMilliseconds)
            // A clock that was set back must not stretch the wait.
            return now >= settled || now < link.intended ? .find : .wait(until: settled)
        case .overflow: return link.shown == shown ? .nothing : .overflow
        case .gone: return link.shown == shown ? .nothing : .gone
        case .linked: return next(link.shown ?? shown, shown, rules: rules)
        }
    }

    private static func next(_ old: TicketLink.Shown, _ new: TicketLink.Shown, rules: TicketRules) -> Step {
        if old.status.isOpen, !new.status.isOpen {
            if new.status == .fixed, case .transition(let name) = rules.onFixed { return .close(transition: name) }
            return .close(transition: nil)
        }
        if !old.status.isOpen, new.status.isOpen { return .reopen }
        if old.severity != new.severity { return .severity(from: old.severity) }
        if old.resources != new.resources { return .resources }
        return .nothing
    }
}

extension FindingStatus {
    /// Whether somebody still has to do something about it.
    var isOpen: Bool {
        switch self {
        case .open, .inProgress, .reopened, .unknown: true
        case .fixed, .accepted, .falsePositive, .ignored: false
        }
    }
}
