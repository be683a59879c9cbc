import FindingModel
import Synchronization

/// Brings one record's ticket to what the record says, step by step; after each step the ledger knows.
struct TicketTask {
    private let desk: TicketSink
    private var link: TicketLink?
    /// The link to another system's ticket, while this one has none: it is kept until there is one.
    private var elsewhere: TicketLink?
    private let content: TicketContent
    private let sequence: UInt64
    /// What the ticket is to say.
    private let shown: TicketLink.Shown
    /// What was done for it last.
    private var work = SinkWork.nothing
    /// More steps than any record's ticket needs.
    private static let stepsMax = 8

    init(_ desk: TicketSink, link: TicketLink?, content: TicketContent, sequence: UInt64) {
        self.desk = desk
        self.link = link
        self.content = content
        self.sequence = sequence
        shown = TicketLink.Shown(content.finding)
    }

    mutating func run() async throws(LedgerError) -> TicketSink.End {
        if let old = link, let reference = old.reference {
            if desk.isElsewhere(old) {
                if let end = try await moveOver(old) { return end }
            } else if old.state == .overflow || old.state == .intent {
                // That came about while another system was spoken to.
                link?.state = .linked
                elsewhere = old
                if let end = try await refresh(reference) { return end }
            }
        }
        for _ in 0..<Self.stepsMax {
            let now = desk.clock.now
            let made = link == nil ? try await desk.ledger.ticketsMade(by: desk.name, since: now.advanced(byMilliseconds: -3_600_000)) : 0
            let step = TicketPlan.next(link, content.finding, rules: desk.rules, madeWithinHour: made, at: now)
            if let end = try await take(step, at: now) { return end }
        }
        return .item(.retry(DeliveryFailure("the ticket does not come to rest")))
    }

    /// Finds out which ticket the system that is spoken to now has for the finding, when the one that the ledger knows is another's.
    private mutating func moveOver(_ old: TicketLink) async throws(LedgerError) -> TicketSink.End? {
        work = .update
        let now = desk.clock.now
        switch await desk.system.find(mark: old.mark) {
        case .done(let reference?):
            link?.state = .linked
            link?.reference = reference
            elsewhere = old
            return try await refresh(reference)
        case .done(nil), .gone:
            // The same system may have another name by now, and its search not know the newest ticket yet.
            let settled = (old.created ?? old.intended).advanced(byMilliseconds: desk.rules.searchSettle.wholeMilliseconds)
            if now < settled, now >= old.intended {
                return .item(.retry(Self.unknown(for: .milliseconds(settled.milliseconds - now.milliseconds))))
            }
            if old.state != .overflow { (elsewhere, link) = (old, nil) }
            work = .nothing
            return nil
        case .retry(let failure): return .stop(.retry(failure.at(work)))
        case .pause(let failure), .reject(let failure): return .stop(.pause(failure.at(work)))
        }
    }

    /// Has a ticket say what the finding is now, whatever it says.
    private mutating func refresh(_ reference: TicketReference) async throws(LedgerError) -> TicketSink.End? {
        let (system, content) = (desk.system, content)
        var answers: [() async -> TicketAnswer<Void>] = [{ await system.update(reference, to: content) }]
        if shown.status.isOpen {
            answers.append { await system.reopen(reference) }
        } else {
            if shown.status == .fixed, case .transition(let name) = desk.rules.onFixed { answers.append { await system.transition(reference, to: name) } }
            answers.append { await system.comment(.closed(content), on: reference) }
        }
        if let end = try await ask(answers) { return end }
        guard link?.state == .linked, link?.reference == reference else {
            try await forget()
            return .item(.retry(DeliveryFailure("the ticket \(reference.key) was moved meanwhile", work: work)))
        }
        elsewhere = nil
        link?.shown = shown
        try await save()
        return nil
    }

    /// Takes a step; nothing when the next one is to be decided.
    private mutating func take(_ step: TicketPlan.Step, at now: Timestamp) async throws(LedgerError) -> TicketSink.End? {
        switch step {
        case .nothing:
            guard var link else { return .item(.taken(work)) }
            link.applied = sequence
            link.appliedChange = content.changeID
            try await desk.ledger.put([link], sink: desk.name)
            return .item(.taken(work))
        case .wait(let until): return .item(.retry(Self.unknown(for: .milliseconds(until.milliseconds - now.milliseconds))))
        case .find: return try await find()
        case .create: return try await create()
        case .overflow:
            var new = link ?? elsewhere ?? TicketLink(uid: content.finding.uid, mark: content.mark, state: .overflow, intended: now)
            new.state = .overflow
            new.shown = shown
            new.applied = sequence
            new.appliedChange = content.changeID
            return .overflow(new)
        case .gone:
            let key = link?.reference?.key ?? content.mark
            link?.shown = shown
            try await save()
            return .item(.reject(DeliveryFailure("the ticket \(key) was deleted")))
        case .severity, .resources, .close, .reopen:
            work = if case .close = step { .close } else { .update }
            guard let reference = link?.reference else { return .item(.reject(DeliveryFailure("the ledger does not say which ticket it is"))) }
            return try await change(step, reference)
        }
    }

    private mutating func find() async throws(LedgerError) -> TicketSink.End? {
        work = .create
        switch await desk.system.find(mark: content.mark) {
        case .done(let reference?):
            let intended = link?.intended
            link?.state = .linked
            link?.reference = reference
            link?.created = intended
            try await save()
            return nil
        case .done(nil), .gone: return try await create()
        case .retry(let failure): return .stop(.retry(failure.at(work)))
        // A search that is refused says nothing of the finding.
        case .pause(let failure), .reject(let failure): return .stop(.pause(failure.at(work)))
        }
    }

    private mutating func create() async throws(LedgerError) -> TicketSink.End? {
        work = .create
        if desk.isInDoubt.withLock({ $0 }) {
            switch await desk.system.find(mark: content.mark) {
            case .retry(let failure): return .stop(.retry(failure.at(work)))
            case .pause(let failure): return .stop(.pause(failure.at(work)))
            case .done, .reject, .gone: break
            }
        }
        var intent = TicketLink(uid: content.finding.uid, mark: content.mark, state: .intent, intended: desk.clock.now)
        intent.shown = shown
        intent.reference = elsewhere?.reference
        link = intent
        try await save()
        let answer = await desk.system.create(content)
        desk.isInDoubt.withLock { $0 = if case .retry(let failure) = answer { failure.mayHaveArrived } else { false } }
        switch answer {
        case .done(let reference):
            link?.state = .linked
            link?.reference = reference
            link?.created = desk.clock.now
            try await save()
            return nil
        case .retry(let failure):
            if failure.mayHaveArrived {
                let wait = DeliveryFailure(
                    failure.reason, status: failure.status, retryAfter: desk.rules.searchSettle, mayHaveArrived: true, isOfSink: failure.isOfSink, work: work)
                return .item(.retry(wait))
            }
            try await forget()
            return .stop(.retry(failure.at(work)))
        case .pause(let failure):
            try await forget()
            return .stop(.pause(failure.at(work)))
        case .reject(let failure), .gone(let failure):
            try await forget()
            return .item(.reject(failure))
        }
    }

    /// Tells an existing ticket what is new.
    private mutating func change(_ step: TicketPlan.Step, _ reference: TicketReference) async throws(LedgerError) -> TicketSink.End? {
        var answers: [() async -> TicketAnswer<Void>] = []
        let (system, content) = (desk.system, content)
        var new = link?.shown ?? shown
        switch step {
        case .severity(let old):
            new.severity = shown.severity
            answers = [
                { await system.update(reference, to: content) },
                { await system.comment(.severity(from: old, to: content.finding.severity, content), on: reference) },
            ]
        case .resources:
            new.resources = shown.resources
            answers = [{ await system.update(reference, to: content) }, { await system.comment(.resources(content), on: reference) }]
        case .close(let transition):
            new.status = shown.status
            if let transition { answers.append({ await system.transition(reference, to: transition) }) }
            answers.append({ await system.comment(.closed(content), on: reference) })
        case .reopen:
            new.status = shown.status
            answers = [{ await system.reopen(reference) }, { await system.comment(.reopened(content), on: reference) }]
        case .nothing, .wait, .find, .create, .overflow, .gone: break
        }
        if let end = try await ask(answers) { return end }
        guard link?.state == .linked, link?.reference == reference else { return nil }
        link?.shown = new
        try await save()
        return nil
    }

    /// Asks for one thing after another until one fails.
    private mutating func ask(_ answers: [() async -> TicketAnswer<Void>]) async throws(LedgerError) -> TicketSink.End? {
        for answer in answers {
            switch await answer() {
            case .done: continue
            case .retry(let failure): return .stop(.retry(failure.at(work)))
            case .pause(let failure): return .stop(.pause(failure.at(work)))
            case .reject(let failure): return .item(.reject(failure))
            case .gone(let failure): return try await missing(failure.at(work))
            }
        }
        return nil
    }

    /// The ticket is not where it was: it was moved, or deleted, or somebody in between says so.
    private mutating func missing(_ failure: DeliveryFailure) async throws(LedgerError) -> TicketSink.End? {
        guard let link else { return .item(.reject(failure)) }
        switch await desk.locate(link, failure) {
        case .moved(let reference):
            self.link?.reference = reference
            try await save()
            return nil
        case .gone:
            self.link?.state = .gone
            self.link?.shown = shown
            try await save()
            return .item(.reject(failure))
        case .unknown(let outcome): return .stop(outcome)
        }
    }

    private func save() async throws(LedgerError) {
        if let link { try await desk.ledger.put([link], sink: desk.name) }
    }

    /// No ticket was made; what the ledger knew of another system's it knows still.
    private mutating func forget() async throws(LedgerError) {
        link = nil
        guard let elsewhere else { return try await desk.ledger.removeTicket(of: content.finding.uid, sink: desk.name) }
        try await desk.ledger.put([elsewhere], sink: desk.name)
    }

    /// - Parameter isOfSink: Whether nothing else can be told either meanwhile; nobody asked for this wait.
    static func unknown(for wait: Duration, isOfSink: Bool = false) -> DeliveryFailure {
        let reason = "whether a ticket was made is not known; its mark is looked for later"
        return DeliveryFailure(reason, retryAfter: wait, mayHaveArrived: true, isOfSink: isOfSink, work: .create)
    }
}
