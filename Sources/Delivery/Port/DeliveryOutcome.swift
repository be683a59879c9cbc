/// How one attempt to hand a batch over ended.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The sink has every change; `status` is its answer where it gives one, `id` its own name for what it got.
    case delivered(status: Int?, id: String?)
    /// The sink answered for each change by itself, in the batch's order.
    ///
    /// When it asks for every one of them again, that counts as a failure of the sink.
    case items([ItemOutcome], status: Int?, id: String?)
    /// The attempt failed as a whole: network, timeout, 408, 425, 429, 5xx. The same changes come again after a while, however long it lasts.
    case retry(DeliveryFailure)
    /// Nothing will be taken before a person has done something: 401, 403, 404 or 410 of the endpoint, TLS, a redirect, a wrong index.
    case pause(DeliveryFailure)
    /// It was too much at once: the halves come next; a single change is then one that can never be taken.
    case split(DeliveryFailure)
    /// The sink refuses what it got, and does not say which change is the reason: the halves come next; a single change becomes a dead letter.
    case reject(DeliveryFailure)
}

extension DeliveryOutcome {
    /// Why not every change was taken; nothing when all were.
    package var failure: DeliveryFailure? {
        switch self {
        case .delivered: nil
        case .retry(let failure), .pause(let failure), .split(let failure), .reject(let failure): failure
        case .items(let items, _, _):
            items.lazy.compactMap { item -> DeliveryFailure? in
                switch item {
                case .delivered, .superseded: nil
                case .retry(let failure), .reject(let failure): failure
                }
            }.first
        }
    }

    /// Whether any change was taken.
    var hasDelivered: Bool {
        switch self {
        case .delivered: true
        case .items(let items, _, _): items.contains(.delivered)
        case .retry, .pause, .split, .reject: false
        }
    }

    /// The case's name, for people; `delivered` when nothing went wrong.
    package var word: String {
        switch self {
        case .delivered: "delivered"
        case .items: failure == nil ? "delivered" : "items"
        case .retry: "retry"
        case .pause: "pause"
        case .split: "split"
        case .reject: "reject"
        }
    }

    /// The answer's status and the sink's own id, where something was taken.
    package var receipt: (status: Int?, id: String?) {
        switch self {
        case .delivered(let status, let id), .items(_, let status, let id): (status, id)
        case .retry, .pause, .split, .reject: (nil, nil)
        }
    }
}

/// How the attempt ended for one change of a batch.
package enum ItemOutcome: Hashable, Sendable {
    /// The sink has it, also when it says that it had it already.
    case delivered
    /// Nothing had to be told, because the sink knows that or something newer already.
    case superseded
    /// It must be tried again although others passed: for at least 72 h, then it becomes a dead letter.
    case retry(DeliveryFailure)
    /// It can never be taken: a dead letter, with the failure's reason as the sink's words.
    case reject(DeliveryFailure)
}

/// Why an attempt failed.
package struct DeliveryFailure: Hashable, Sendable {
    /// One clause for people, the sink's own words included; without secrets, control characters or line ends, about 4 KiB at most.
    package let reason: String
    /// The answer's status, where there was an answer.
    package let status: Int?
    /// How long the sink asks to be left alone.
    package let retryAfter: Duration?
    /// Whether the sink may have taken the batch all the same.
    package let mayHaveArrived: Bool

    package init(_ reason: String, status: Int? = nil, retryAfter: Duration? = nil, mayHaveArrived: Bool = false) {
        self.reason = reason
        self.status = status
        self.retryAfter = retryAfter
        self.mayHaveArrived = mayHaveArrived
    }
}
