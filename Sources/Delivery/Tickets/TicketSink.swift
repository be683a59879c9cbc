import FindingModel
import State
import Synchronization

/// Speaks for a system of tickets: one ticket per finding record, which says what the record says now.
///
/// A change is taken as a hint that the record's present state is to be told. Before a ticket is made that is written down, and after an
/// answer was lost the mark is looked for, once the system's search can know it; so a crash or a lost answer at any moment makes no second ticket.
/// A comment whose answer was lost may stand there twice.
package final class TicketSink: EventSink {
    /// How one change ended, or why the others must not be tried.
    enum End: Sendable {
        case item(ItemOutcome)
        /// It goes into the table of the parent ticket, with the others of its batch.
        case overflow(TicketLink)
        case stop(DeliveryOutcome)
    }

    package let limits = SinkLimits(count: 20, bytes: 16 << 20)
    let system: any TicketSystem
    let rules: TicketRules
    let ledger: Ledger
    let clock: any DeliveryClock
    private let feed: any ChangeFeed
    /// Whether the last ticket that was to be made got no answer: then the system is asked something harmless first.
    let isInDoubt = Mutex(false)

    package init(_ system: any TicketSystem, rules: TicketRules, ledger: Ledger, feed: any ChangeFeed, clock: any DeliveryClock = SystemClock()) {
        self.system = system
        self.rules = rules
        self.ledger = ledger
        self.feed = feed
        self.clock = clock
    }

    package var name: String { system.name }
    package var type: String { system.type }
    package var keepsOneState: Bool { true }
    package var looksStatesUp: Bool { true }

    package func close() async { await system.close() }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        var outcomes: [ItemOutcome] = []
        var overflow: [(index: Int, link: TicketLink)] = []
        for change in batch {
            switch await settle(change) {
            case .item(let outcome): outcomes.append(outcome)
            case .overflow(let link):
                overflow.append((outcomes.count, link))
                outcomes.append(.taken(.update))
            case .stop(let outcome): return stop(outcome, after: outcomes, overflow.map(\.index), of: batch.count)
            }
        }
        if !overflow.isEmpty, let outcome = await OverflowTicket(self).tell(overflow.map(\.link)) {
            return stop(outcome, after: outcomes, overflow.map(\.index), of: batch.count)
        }
        return .items(outcomes, status: nil, id: nil)
    }

    /// What was done stays done, and what comes after the one that failed was not tried.
    private func stop(_ outcome: DeliveryOutcome, after outcomes: [ItemOutcome], _ undone: [Int], of count: Int) -> DeliveryOutcome {
        guard let failure = outcome.failure, count > 1 else { return outcome }
        let isRefusal = if case .pause = outcome { true } else { false }
        var all = outcomes
        for index in undone where all.indices.contains(index) { all[index] = .untried }
        // One of the table's findings stands for all of them.
        if all.count < count {
            all.append(.failed(failure, isRefusal: isRefusal))
        } else if let index = undone.first {
            all[index] = .failed(failure, isRefusal: isRefusal)
        }
        all += [ItemOutcome](repeating: .untried, count: count - all.count)
        return .items(all, status: failure.status, id: nil)
    }

    /// Makes a ticket that says that it is a test.
    package func test(at now: Timestamp) async -> DeliveryOutcome {
        let content = TicketContent(mark: "weir-test-\(now.milliseconds)", finding: .test(at: now), changeID: Change.testID(at: now))
        return switch await system.create(content) {
        case .done(let reference): .delivered(status: nil, id: reference.key)
        case .retry(let failure): .retry(failure)
        case .pause(let failure): .pause(failure)
        case .reject(let failure), .gone(let failure): .reject(failure)
        }
    }

    /// Where a ticket is that was not found.
    enum Place: Sendable {
        case moved(TicketReference)
        case gone
        case unknown(DeliveryOutcome)
    }

    /// Looks for the mark of a ticket that was not found, with `failure`: a moved one has another name by now, and only a search that finds nothing,
    /// once it must know the ticket, says that somebody deleted it.
    func locate(_ link: TicketLink, _ failure: DeliveryFailure) async -> Place {
        switch await system.find(mark: link.mark) {
        case .done(let found?): return found.id == link.reference?.id ? .unknown(.pause(failure)) : .moved(found)
        case .done(nil):
            let settled = (link.created ?? link.intended).advanced(byMilliseconds: rules.searchSettle.wholeMilliseconds)
            return settled <= clock.now ? .gone : .unknown(.pause(failure))
        case .retry(let failure): return .unknown(.retry(failure))
        case .pause(let failure), .reject(let failure), .gone(let failure): return .unknown(.pause(failure))
        }
    }

    /// Whether the ticket was made in another system than the one that is spoken to, which may have another one under its number: the sink's `url:` was
    /// changed since.
    func isElsewhere(_ link: TicketLink) -> Bool {
        guard let url = link.reference?.url else { return false }
        return !url.utf8.starts(with: system.site.utf8)
    }

    private func settle(_ change: Change) async -> End {
        // Tickets are about findings; of everything else there is nothing to tell.
        guard change.kind == .finding else { return .item(.superseded) }
        do {
            let link = try await ledger.ticket(of: change.subject, sink: name)
            if let link, !isElsewhere(link), link.hasApplied(change) { return .item(.superseded) }
            var newest = change
            if let present = try await feed.newestChange(of: change.subject), present.sequence > change.sequence { newest = present }
            guard case .finding(let finding) = try? Record(kind: .finding, parsing: newest.data) else {
                return .item(.reject(DeliveryFailure("the record cannot be read")))
            }
            let content = TicketContent(mark: "weir-\(change.subject)", finding: finding, changeID: newest.id)
            var task = TicketTask(self, link: link, content: content, sequence: newest.sequence)
            return try await task.run()
        } catch {
            return .stop(.retry(DeliveryFailure("the ledger or the changes cannot be used: \(error)", isOfSink: true)))
        }
    }
}
