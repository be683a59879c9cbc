import Delivery
import FindingModel
import Formats
import JSONDocument

/// A batch in a sink's format; a change whose record cannot be written is set aside, so that the others go on.
struct EncodedBatch {
    /// What can be sent, in the batch's order.
    private(set) var events: [(change: Change, event: EncodedEvent)] = []
    /// For each change of the batch: nothing when it is in `events`, else why it is not.
    private var setAside: [DeliveryFailure?] = []

    init(_ batch: [Change], _ encoder: EventEncoder) {
        self.init(batch) { change, parser throws(FormatError) in try encoder.encode(change, &parser) }
    }

    init(_ batch: [Change], _ encode: (Change, inout JSONParser) throws(FormatError) -> EncodedEvent) {
        var parser = JSONParser()
        for change in batch {
            do throws(FormatError) {
                events.append((change, try encode(change, &parser)))
                setAside.append(nil)
            } catch {
                setAside.append(DeliveryFailure(AnswerText.line(Array(error.message.utf8), limit: 400)))
            }
        }
    }

    /// The outcome of the whole batch, when `outcome` is that of `events`.
    func outcome(_ outcome: DeliveryOutcome) -> DeliveryOutcome {
        guard events.count < setAside.count else { return outcome }
        switch outcome {
        case .delivered(let status, let id): return .items(items([ItemOutcome](repeating: .delivered, count: events.count)), status: status, id: id)
        case .items(let sent, let status, let id): return .items(items(sent), status: status, id: id)
        case .retry, .pause, .split, .reject: return outcome
        }
    }

    private func items(_ sent: [ItemOutcome]) -> [ItemOutcome] {
        var rest = sent[...]
        return setAside.map { failure in failure.map { .reject($0) } ?? rest.popFirst() ?? .retry(DeliveryFailure("the answer has no word about this change")) }
    }
}
