import FindingModel

/// The ticket that stands for all findings beyond `max-new`: made once, its table replaced from then on.
struct OverflowTicket {
    private let desk: TicketSink
    private static let key = "overflow"
    /// Rows of the table; the others are counted.
    static let rowsMax = 200

    init(_ desk: TicketSink) { self.desk = desk }

    /// Tells it of `links`, which the ledger then knows; the failure when that did not succeed.
    func tell(_ links: [TicketLink]) async -> DeliveryOutcome? {
        do throws(LedgerError) {
            var all: [String: TicketLink] = [:]
            for link in try await desk.ledger.overflow(of: desk.name) + links { all[link.uid] = link }
            var parent = try await desk.ledger.ticket(of: Self.key, sink: desk.name)
            // A ticket that was deleted is followed by another; twice in one call is not tried.
            for _ in 0..<2 {
                if let outcome = try await tell(&parent, Array(all.values)) { return outcome }
                guard parent?.state == .gone else { break }
            }
            if let parent, parent.state == .gone { return .retry(DeliveryFailure("the ticket \(parent.reference?.key ?? "") was deleted")) }
            try await desk.ledger.put(links, sink: desk.name)
            return nil
        } catch {
            return .retry(DeliveryFailure("the ledger cannot be used: \(error)"))
        }
    }

    private func tell(_ parent: inout TicketLink?, _ links: [TicketLink]) async throws(LedgerError) -> DeliveryOutcome? {
        var elsewhere: TicketLink?
        if let link = parent, link.state == .intent || desk.isElsewhere(link) {
            if desk.isElsewhere(link) { elsewhere = link }
            let now = desk.clock.now
            let settled = (link.created ?? link.intended).advanced(byMilliseconds: desk.rules.searchSettle.wholeMilliseconds)
            guard now >= settled || now < link.intended else {
                return .retry(TicketTask.unknown(for: .milliseconds(settled.milliseconds - now.milliseconds), isOfSink: true))
            }
            switch await desk.system.find(mark: link.mark) {
            case .done(let reference?):
                parent?.state = .linked
                parent?.reference = reference
                try await save(parent)
            case .done(nil), .gone: parent = nil
            case .retry(let failure), .reject(let failure): return .retry(failure)
            case .pause(let failure): return .pause(failure)
            }
        }
        guard let link = parent, link.state == .linked, let reference = link.reference else {
            return try await create(&parent, links, for: elsewhere)
        }
        switch await desk.system.updateParent(reference, to: table(link.mark, links)) {
        case .done: return nil
        case .retry(let failure): return .retry(failure)
        case .pause(let failure): return .pause(failure)
        case .reject(let failure): return .reject(failure)
        case .gone(let failure):
            switch await desk.locate(link, failure) {
            case .moved(let reference): parent?.reference = reference
            case .gone: parent?.state = .gone
            case .unknown(let outcome): return outcome
            }
            try await save(parent)
            // A moved one is told where it is by now; one that is gone is followed by another.
            if let parent, parent.state == .linked, let reference = parent.reference, reference.id != link.reference?.id {
                return await told(reference, table(link.mark, links))
            }
            return nil
        }
    }

    private func told(_ reference: TicketReference, _ table: TicketTable) async -> DeliveryOutcome? {
        switch await desk.system.updateParent(reference, to: table) {
        case .done: nil
        case .retry(let failure): .retry(failure)
        case .pause(let failure), .gone(let failure): .pause(failure)
        case .reject(let failure): .reject(failure)
        }
    }

    /// - Parameter elsewhere: The one in another system, whose mark this one bears too: who comes back there finds it.
    private func create(_ parent: inout TicketLink?, _ links: [TicketLink], for elsewhere: TicketLink?) async throws(LedgerError) -> DeliveryOutcome? {
        let now = desk.clock.now
        // Else each of them has a mark of its own, so that one that was deleted is not found in place of its successor.
        var link = TicketLink(uid: Self.key, mark: elsewhere?.mark ?? "weir-overflow-\(now.milliseconds)", state: .intent, intended: now)
        try await save(link)
        switch await desk.system.createParent(table(link.mark, links)) {
        case .done(let reference):
            link.state = .linked
            link.reference = reference
            link.created = now
            parent = link
            try await save(link)
            return nil
        case .retry(let failure):
            if !failure.mayHaveArrived { try await forget(elsewhere) }
            return .retry(failure)
        case .pause(let failure):
            try await forget(elsewhere)
            return .pause(failure)
        case .reject(let failure), .gone(let failure):
            try await forget(elsewhere)
            return .reject(failure)
        }
    }

    /// No ticket was made; what the ledger knew of another system's it knows still.
    private func forget(_ elsewhere: TicketLink?) async throws(LedgerError) {
        guard let elsewhere else { return try await desk.ledger.removeTicket(of: Self.key, sink: desk.name) }
        try await save(elsewhere)
    }

    private func save(_ link: TicketLink?) async throws(LedgerError) {
        if let link { try await desk.ledger.put([link], sink: desk.name) }
    }

    private func table(_ mark: String, _ links: [TicketLink]) -> TicketTable {
        let rows = links.compactMap { link in
            link.shown.map { shown in
                TicketTable.Row(
                    uid: link.uid, title: shown.title, severity: shown.severity, status: shown.status, resource: shown.resources.first ?? "")
            }
        }
        let sorted = rows.sorted { first, second in
            if first.status.isOpen != second.status.isOpen { return first.status.isOpen }
            if first.severity != second.severity { return first.severity.rawValue > second.severity.rawValue }
            return first.uid < second.uid
        }
        return TicketTable(mark: mark, rows: Array(sorted.prefix(Self.rowsMax)), count: links.count)
    }
}
