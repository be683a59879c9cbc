import Delivery

/// How a call of a ticket system failed: the cases of `TicketAnswer` without `done`, to be thrown.
enum TicketFailure: Error, Hashable {
    case retry(DeliveryFailure)
    case pause(DeliveryFailure)
    case reject(DeliveryFailure)
    case gone(DeliveryFailure)

    /// What the outcome of a request that took nothing means for one ticket; a success is an answer that was expected to be none.
    init(_ outcome: DeliveryOutcome) {
        switch outcome {
        case .retry(let failure): self = .retry(failure)
        case .pause(let failure): self = .pause(failure)
        // One ticket cannot be halved.
        case .split(let failure), .reject(let failure): self = .reject(failure)
        case .delivered(let status, _), .items(_, let status, _):
            self = .retry(DeliveryFailure("the answer was not understood", status: status, mayHaveArrived: true))
        }
    }

    var failure: DeliveryFailure {
        switch self {
        case .retry(let failure), .pause(let failure), .reject(let failure), .gone(let failure): failure
        }
    }

    func answer<Value>() -> TicketAnswer<Value> {
        switch self {
        case .retry(let failure): .retry(failure)
        case .pause(let failure): .pause(failure)
        case .reject(let failure): .reject(failure)
        case .gone(let failure): .gone(failure)
        }
    }
}
