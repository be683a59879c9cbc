import FindingModel
import State

/// One call of a sink, from the request that a machine wants to the outcome that it gets.
struct RequestRun: Sendable {
    struct End: Sendable {
        /// Without any item when nobody was asked.
        var outcome = DeliveryOutcome.items([], status: nil, id: nil)
        /// Those of whose records the sink has a newer state already.
        var overtaken: Set<UInt64> = []
        /// Open items whose changes are no longer kept.
        var expired: [UInt64] = []
        /// Open items that were too much for this call.
        var left: [UInt64] = []
    }

    let sink: any EventSink
    let feed: any ChangeFeed
    /// What a sink that keeps one state of each record has.
    var states: RecordStates?

    func run(_ request: DeliveryRequest) async -> End {
        do {
            return try await ExchangeTime.$limit.withValue(request.time) {
                switch request.content {
                case .window(let changes): try await run(changes)
                case .open(let items): try await run(items)
                }
            }
        } catch {
            return End(outcome: .retry(DeliveryFailure("the changes cannot be read: \(error)", isOfSink: true)))
        }
    }

    private func run(_ changes: [Change]) async throws -> End {
        var end = End()
        if let states { end.overtaken = try await states.overtaken(changes.map { .init($0) }) }
        let rest = changes.filter { !end.overtaken.contains($0.sequence) }
        if !rest.isEmpty { end.outcome = await sink.deliver(rest) }
        return end
    }

    private func run(_ items: [OpenItem]) async throws -> End {
        var end = End()
        var changes: [Change] = []
        var bytes = 0
        if let states { end.overtaken = try await states.overtaken(items.map { .init($0) }) }
        for item in items where !end.overtaken.contains(item.sequence) {
            if bytes >= sink.limits.bytes {
                end.left.append(item.sequence)
                continue
            }
            guard let change = try await change(called: item.changeID, at: item.sequence, of: item.uid) else {
                end.expired.append(item.sequence)
                continue
            }
            // It was erased a moment ago: the pump is about to give it up.
            if change.isErased {
                end.left.append(item.sequence)
                continue
            }
            bytes += change.approximateBytes
            if changes.isEmpty || bytes <= sink.limits.bytes { changes.append(change) } else { end.left.append(item.sequence) }
        }
        if !changes.isEmpty { end.outcome = await sink.deliver(changes) }
        return end
    }

    /// The change by its id: where another one has its number by now, it may stand elsewhere, but never as one of another record.
    func change(called id: String, at number: UInt64, of uid: String? = nil) async throws -> Change? {
        if let change = try await change(at: number), change.id == id { return change }
        guard case .at(let sequence) = try await feed.place(of: id), var change = try await change(at: sequence), uid == nil || change.subject == uid
        else { return nil }
        change.sequence = number
        return change
    }

    private func change(at sequence: UInt64) async throws -> Change? {
        let page = try await feed.changes(after: sequence > 0 ? sequence - 1 : 0, limit: 1, maxBytes: 1)
        return page.first.flatMap { $0.sequence == sequence ? $0 : nil }
    }
}
