import Delivery
import FindingModel
import Synchronization

/// A system of tickets in memory that does as its script says, and whose search lags behind.
final class ScriptedTickets: TicketSystem {
    struct Ticket: Sendable {
        var key: String
        let mark: String
        var isOpen = true
        var notes: [String] = []
        var updates = 0
        var table: TicketTable?
        /// When the search begins to know it, in milliseconds of the clock.
        var searchable: Int64
        var isDeleted = false
    }

    enum Fault: Sendable {
        /// Nothing is done, and the answer says so.
        case refuse(DeliveryFailure, isPause: Bool = false)
        case reject(DeliveryFailure)
        /// It is done, and the answer is lost.
        case losesAnswer
        /// It is not done, and nobody can tell.
        case losesRequest
    }

    let name = "tickets"
    let type = "scripted"
    let site: String
    private let clock: any DeliveryClock
    private let lag: Int64
    private let script: @Sendable (String, Int) async -> Fault?
    private let state = Mutex<(tickets: [Ticket], calls: [String])>(([], []))

    /// `script` gets what is asked for and how many calls came before.
    init(
        clock: any DeliveryClock, lag: Duration = .seconds(60), site: String = "https://tickets.example/",
        script: @escaping @Sendable (String, Int) async -> Fault? = { _, _ in nil }
    ) {
        self.site = site
        self.clock = clock
        self.lag = lag.wholeMilliseconds
        self.script = script
    }

    var tickets: [Ticket] { state.withLock { $0.tickets } }
    var calls: [String] { state.withLock { $0.calls } }

    func delete(_ key: String) {
        state.withLock { state in
            for index in state.tickets.indices where state.tickets[index].key == key { state.tickets[index].isDeleted = true }
        }
    }

    func move(_ key: String, to new: String) {
        state.withLock { state in
            for index in state.tickets.indices where state.tickets[index].key == key { state.tickets[index].key = new }
        }
    }

    private func call<Value: Sendable>(_ what: String, _ body: @Sendable (inout [Ticket]) -> TicketAnswer<Value>) async -> TicketAnswer<Value> {
        let before = state.withLock { state in
            state.calls.append(what)
            return state.calls.count - 1
        }
        switch await script(what, before) {
        case .refuse(let failure, let isPause)?: return isPause ? .pause(failure) : .retry(failure)
        case .reject(let failure)?: return .reject(failure)
        case .losesAnswer?:
            _ = state.withLock { body(&$0.tickets) }
            return .retry(DeliveryFailure("the answer was cut off", mayHaveArrived: true))
        case .losesRequest?: return .retry(DeliveryFailure("the connection was reset", mayHaveArrived: true))
        case nil: return state.withLock { body(&$0.tickets) }
        }
    }

    private func change(_ what: String, _ ticket: TicketReference, _ body: @escaping @Sendable (inout Ticket) -> Void) async -> TicketAnswer<Void> {
        await call(what) { tickets in
            guard let index = tickets.firstIndex(where: { $0.key == ticket.id && !$0.isDeleted }) else {
                return .gone(DeliveryFailure("answered 404: issue does not exist", status: 404))
            }
            body(&tickets[index])
            return .done(())
        }
    }

    func find(mark: String) async -> TicketAnswer<TicketReference?> {
        let now = clock.now.milliseconds, site = site
        return await call("find") { tickets in
            .done(
                tickets.first { $0.mark == mark && $0.searchable <= now && !$0.isDeleted }.map { ticket in
                    TicketReference(id: ticket.key, key: ticket.key, url: site + ticket.key)
                })
        }
    }

    private func make(_ what: String, _ mark: String, _ table: TicketTable?) async -> TicketAnswer<TicketReference> {
        let searchable = clock.now.milliseconds + lag, site = site
        return await call(what) { tickets in
            let key = "T-\(tickets.count + 1)"
            tickets.append(Ticket(key: key, mark: mark, table: table, searchable: searchable))
            return .done(TicketReference(id: key, key: key, url: site + key))
        }
    }

    func create(_ content: TicketContent) async -> TicketAnswer<TicketReference> { await make("create", content.mark, nil) }

    func createParent(_ table: TicketTable) async -> TicketAnswer<TicketReference> { await make("createParent", table.mark, table) }

    func updateParent(_ ticket: TicketReference, to table: TicketTable) async -> TicketAnswer<Void> {
        await change("updateParent", ticket) { $0.table = table }
    }

    func update(_ ticket: TicketReference, to content: TicketContent) async -> TicketAnswer<Void> { await change("update", ticket) { $0.updates += 1 } }

    func comment(_ note: TicketNote, on ticket: TicketReference) async -> TicketAnswer<Void> {
        let text =
            switch note {
            case .severity(let from, let to, _): "\(from.word)→\(to.word)"
            case .resources: "resources"
            case .closed(let content): content.finding.status.word
            case .reopened: "reopened"
            }
        return await change("comment", ticket) { $0.notes.append(text) }
    }

    func transition(_ ticket: TicketReference, to name: String) async -> TicketAnswer<Void> { await change("transition", ticket) { $0.isOpen = false } }

    func reopen(_ ticket: TicketReference) async -> TicketAnswer<Void> { await change("reopen", ticket) { $0.isOpen = true } }

    /// Takes over the tickets of another system, under its own keys.
    func takeOver(_ others: [Ticket]) {
        state.withLock { state in
            for other in others {
                var ticket = other
                ticket.key = "M-\(state.tickets.count + 1)"
                state.tickets.append(ticket)
            }
        }
    }

    func close() async {}
}
