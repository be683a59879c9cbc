import FindingModel
import State

/// How one request of a replay ended.
struct ReplayEnd: Sendable {
    /// Without any item when nobody was asked.
    var outcome = DeliveryOutcome.items([], status: nil, id: nil)
    /// Changes of whose records the sink has something newer than what may be sent.
    var overtaken: Set<UInt64> = []
    /// Changes that were too much for this request.
    var left: Set<UInt64> = []
    /// The ids of the changes that were sent in the place of others, by the sequences of those.
    var states: [UInt64: String] = [:]

    init(_ outcome: DeliveryOutcome) { self.outcome = outcome }
    private init() {}

    /// Hands the changes over, or what their records say now where `states` says that the sink is to get that.
    static func delivering(_ changes: [Change], to sink: any EventSink, _ states: RecordStates?) async -> ReplayEnd {
        guard let states else { return ReplayEnd(await sink.deliver(changes)) }
        do {
            let present = try await states.present(changes)
            var end = ReplayEnd()
            (end.overtaken, end.left) = (present.overtaken, present.left)
            for (hint, change) in present.changes { end.states[hint] = change.id }
            if !present.changes.isEmpty { end.outcome = await sink.deliver(present.changes.map(\.change)) }
            return end
        } catch {
            return ReplayEnd(.retry(DeliveryFailure("the changes cannot be read: \(error)", isOfSink: true)))
        }
    }
}
