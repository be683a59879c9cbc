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
    /// Nothing will be taken before a person has done something: 401, 403, 404 or 410, TLS, a redirect, a wrong index.
    ///
    /// As with `retry`, only one change may be the reason unless the failure is `isOfSink`: the engine finds that out by asking with others.
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
                case .taken, .superseded, .untried: nil
                case .retry(let failure), .failed(let failure, _), .reject(let failure): failure
                }
            }.first
        }
    }

    /// Whether any change was taken.
    var hasDelivered: Bool {
        switch self {
        case .delivered: true
        case .items(let items, _, _): items.contains { $0.isTaken }
        case .retry, .pause, .split, .reject: false
        }
    }

    /// What was done at the sink for changes that it took: nothing when nobody was asked, so that it says nothing about the sink.
    var works: Set<SinkWork> {
        switch self {
        case .delivered: [.event]
        case .items(let items, _, _): Set(items.compactMap { if case .taken(let work) = $0, $0.isEvidence { work } else { nil } })
        case .retry, .pause, .split, .reject: []
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

/// What was done at the sink for a change: a right that is missing, or a new mandatory field, may concern one of these and not the others.
package enum SinkWork: Hashable, Sendable {
    /// An event was handed over.
    case event
    /// A ticket was made.
    case create
    /// Something about an existing ticket was told.
    case update
    /// A ticket was told that it is over.
    case close
    /// Nothing had to be told, and nothing was asked.
    case nothing

    /// What the sink has shown to take when it took a test: an event, or a ticket that was made.
    static let ofTests: Set<SinkWork> = [.event, .create]
}

/// How the attempt ended for one change of a batch.
package enum ItemOutcome: Hashable, Sendable {
    /// The sink has it, also when it says that it had it already.
    case taken(SinkWork)
    /// Nothing had to be told, because the sink knows that or something newer already.
    case superseded
    /// It must be tried again although others passed: for at least 72 h, then it becomes a dead letter.
    case retry(DeliveryFailure)
    /// A request that held this change alone failed as a whole, as `DeliveryOutcome.pause` (then it is a refusal) or `.retry` says it.
    case failed(DeliveryFailure, isRefusal: Bool)
    /// It can never be taken: a dead letter, with the failure's reason as the sink's words.
    case reject(DeliveryFailure)
    /// It was not handed over, because one before it failed.
    case untried

    package static let delivered = ItemOutcome.taken(.event)

    package var isTaken: Bool {
        if case .taken = self { true } else { false }
    }

    /// Whether it says that the sink works.
    var isEvidence: Bool {
        if case .taken(let work) = self { work != .nothing } else { false }
    }
}

/// Why an attempt failed.
package struct DeliveryFailure: Hashable, Sendable {
    /// One clause for people, the words of the sink's answer included; without secrets, control characters or line ends, about 4 KiB at most.
    package let reason: String
    /// The answer's status, where there was an answer.
    package let status: Int?
    /// How long the sink asks to be left alone.
    package let retryAfter: Duration?
    /// Whether the sink may have taken the batch all the same.
    package let mayHaveArrived: Bool
    /// Whether the sink asked for patience, or could not be reached at all.
    package let isOfSink: Bool
    /// What was tried.
    package let work: SinkWork

    /// - Parameter isOfSink: without it 429, 503 and a `retryAfter` say so.
    package init(
        _ reason: String, status: Int? = nil, retryAfter: Duration? = nil, mayHaveArrived: Bool = false, isOfSink: Bool? = nil, work: SinkWork = .event
    ) {
        self.reason = reason
        self.status = status
        self.retryAfter = retryAfter
        self.mayHaveArrived = mayHaveArrived
        self.isOfSink = isOfSink ?? (status == 429 || status == 503 || (retryAfter ?? .zero) > .zero)
        self.work = work
    }

    /// Whether an answer asked for patience: that may be about the sink, or only about what it was given.
    var isBusy: Bool { isOfSink && status != nil }

    /// Whether the sink said how long it is to be left alone.
    var asksForWait: Bool { (retryAfter ?? .zero) > .zero }

    /// What of it may be told for ever: without an answer, nobody but this program and its libraries speaks in `reason`.
    package var told: String { status.map { "answered \($0)" } ?? reason }

    /// The same without the sink's words.
    var withoutWords: DeliveryFailure {
        DeliveryFailure(told, status: status, retryAfter: retryAfter, mayHaveArrived: mayHaveArrived, isOfSink: isOfSink, work: work)
    }

    /// The same about a request that the sink certainly did not act upon.
    package var hasNotArrived: DeliveryFailure {
        DeliveryFailure(reason, status: status, retryAfter: retryAfter, mayHaveArrived: false, isOfSink: isOfSink, work: work)
    }

    /// The same, of an attempt at `work`.
    package func at(_ work: SinkWork) -> DeliveryFailure {
        DeliveryFailure(reason, status: status, retryAfter: retryAfter, mayHaveArrived: mayHaveArrived, isOfSink: isOfSink, work: work)
    }
}
