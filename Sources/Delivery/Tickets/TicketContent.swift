import FindingModel

/// What a ticket is made from: the record as it is now. The system's folder turns it into fields, by its configuration's templates.
package struct TicketContent: Equatable, Sendable {
    /// `weir-` and the record's uid: letters, digits, `-` and `_`, at most 48 bytes; the same for ever.
    package let mark: String
    package let finding: Finding
    /// The id of the change that the record's state is that of.
    package let changeID: String

    package init(mark: String, finding: Finding, changeID: String) {
        self.mark = mark
        self.finding = finding
        self.changeID = changeID
    }
}

/// What a comment says.
package enum TicketNote: Equatable, Sendable {
    /// The severity is another one.
    case severity(from: Severity, to: Severity, TicketContent)
    /// Other resources are affected.
    case resources(TicketContent)
    /// The scanner says that it is fixed, or a person that it is accepted, ignored or no finding at all; the record's status says which.
    case closed(TicketContent)
    /// It is open again.
    case reopened(TicketContent)

    package var content: TicketContent {
        switch self {
        case .severity(_, _, let content), .resources(let content), .closed(let content), .reopened(let content): content
        }
    }
}

/// The table of the ticket that stands for the findings beyond `max-new`.
package struct TicketTable: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package let uid: String
        package let title: String
        package let severity: Severity
        package let status: FindingStatus
        /// The first resource's name; empty without one.
        package let resource: String

        package init(uid: String, title: String, severity: Severity, status: FindingStatus, resource: String) {
            self.uid = uid
            self.title = title
            self.severity = severity
            self.status = status
            self.resource = resource
        }
    }

    /// As in `TicketContent`: `weir-overflow-` and a number.
    package let mark: String
    /// The worst first, at most 200.
    package let rows: [Row]
    /// Findings that the ticket stands for, those beyond `rows` included.
    package let count: Int

    package init(mark: String, rows: [Row], count: Int) {
        self.mark = mark
        self.rows = rows
        self.count = count
    }
}

/// What the configuration says about tickets of every system.
package struct TicketRules: Hashable, Sendable {
    package enum OnFixed: Hashable, Sendable {
        case comment
        case transition(String)
    }

    /// Tickets made within an hour at most; beyond it one parent ticket stands for the findings. `max-new:`
    package var newPerHour = 50
    /// How long the system's search may not know a ticket that was just made. `search-settle:`
    package var searchSettle: Duration = .seconds(300)
    /// `on-fixed:`
    package var onFixed = OnFixed.comment

    package init() {}
}
