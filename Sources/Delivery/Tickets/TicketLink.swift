import FindingModel

/// What the ledger keeps about the ticket of one finding record at one sink.
package struct TicketLink: Hashable, Sendable {
    package enum State: Int, Sendable {
        /// A ticket was about to be made, and whether it was is not known yet.
        case intent = 1
        case linked = 2
        /// The finding stands in the table of the ticket for those beyond `max-new`.
        case overflow = 3
        /// Somebody deleted the ticket.
        case gone = 4
    }

    /// What the ticket says at present.
    package struct Shown: Hashable, Sendable {
        package var severity: Severity
        package var status: FindingStatus
        /// The resources' names, in the record's order.
        package var resources: [String]
        package var title: String

        init(_ finding: Finding) {
            severity = finding.severity
            status = finding.status
            title = finding.title
            resources = finding.resources.map { $0.name ?? $0.hostname ?? $0.ip ?? $0.url ?? $0.uid ?? "" }
        }

        init(severity: Severity, status: FindingStatus, resources: [String], title: String) {
            self.severity = severity
            self.status = status
            self.resources = resources
            self.title = title
        }
    }

    /// The record's uid; for the ticket of the findings beyond `max-new` its mark.
    package let uid: String
    package let mark: String
    package var state: State
    /// When the ticket was last about to be made.
    package var intended: Timestamp
    /// When it was made.
    package var created: Timestamp?
    package var reference: TicketReference?
    /// The last sequence whose state it has.
    package var applied: UInt64
    /// The id of the change at that sequence; nothing for what an older version wrote.
    package var appliedChange: String?
    package var shown: Shown?

    /// Whether the ticket has the state of `change` or of a later one; a number that stands for another change by now says nothing.
    func hasApplied(_ change: Change) -> Bool {
        applied > change.sequence || applied == change.sequence && (appliedChange ?? change.id) == change.id
    }

    init(uid: String, mark: String, state: State, intended: Timestamp) {
        self.init(uid: uid, mark: mark, state: state, intended: intended, created: nil, reference: nil, applied: 0, shown: nil)
    }

    init(
        uid: String, mark: String, state: State, intended: Timestamp, created: Timestamp?, reference: TicketReference?, applied: UInt64, shown: Shown?
    ) {
        self.uid = uid
        self.mark = mark
        self.state = state
        self.intended = intended
        self.created = created
        self.reference = reference
        self.applied = applied
        self.shown = shown
    }
}
