import FindingModel

/// The port to a system of tickets: what one call of its API does, and nothing else.
///
/// The engine (`TicketSink`) decides what is called when: it keeps one ticket per finding record, coalesces changes, remembers what was
/// applied, writes the intent down before a ticket is made, looks for the mark after an answer was lost, and guards against floods. So a
/// system keeps no state; a call makes one attempt and says how it ended. Each ends soon after its task is cancelled.
package protocol TicketSystem: Sink {
    /// What the `url` of each of its tickets begins with, by which they are told from those of another system.
    var site: String { get }
    /// The ticket that carries `mark`, if the system's search finds one.
    func find(mark: String) async -> TicketAnswer<TicketReference?>
    /// Makes a ticket that carries `content.mark` where `find` looks for it.
    ///
    /// A failure with `mayHaveArrived` means that the ticket may be there.
    func create(_ content: TicketContent) async -> TicketAnswer<TicketReference>
    /// Brings the ticket's fields to what they would be if it were made now, but for those that people edit (summary and description stay).
    func update(_ ticket: TicketReference, to content: TicketContent) async -> TicketAnswer<Void>
    /// Adds a comment.
    func comment(_ note: TicketNote, on ticket: TicketReference) async -> TicketAnswer<Void>
    /// Moves the ticket as `on-fixed: { transition: NAME }` says; `done` when it stands there already.
    func transition(_ ticket: TicketReference, to name: String) async -> TicketAnswer<Void>
    /// Opens a ticket again that was closed; `done` when it is open.
    func reopen(_ ticket: TicketReference) async -> TicketAnswer<Void>
    /// Makes the ticket that stands for all findings beyond `max-new`; it carries `table.mark`.
    func createParent(_ table: TicketTable) async -> TicketAnswer<TicketReference>
    /// Replaces the table in that ticket.
    func updateParent(_ ticket: TicketReference, to table: TicketTable) async -> TicketAnswer<Void>
}

/// How one call of a `TicketSystem` ended.
package enum TicketAnswer<Value: Sendable>: Sendable {
    case done(Value)
    /// The attempt failed: network, timeout, 408, 425, 429, 5xx.
    case retry(DeliveryFailure)
    /// Nothing will succeed before a person has done something: credentials, the project, TLS.
    case pause(DeliveryFailure)
    /// The system can never take this content.
    case reject(DeliveryFailure)
    /// The ticket is not there any more: somebody deleted it.
    case gone(DeliveryFailure)
}

/// Where a ticket is.
package struct TicketReference: Hashable, Sendable {
    /// What the API calls it: an issue's key, a `sys_id`.
    package let id: String
    /// What people call it: `SEC-12`, `INC0012345`.
    package let key: String
    /// Where people see it, or where the API has it if they have no page for it; nothing for what an older version did not know.
    package let url: String?

    package init(id: String, key: String, url: String?) {
        self.id = id
        self.key = key
        self.url = url
    }
}
