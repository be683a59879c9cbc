/// How one attempt to hand a batch over ended.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The sink has it; `status` is its answer where it gives one, `id` its own name for what it got.
    case delivered(status: Int?, id: String?)
    /// The attempt failed as a whole; the same batch will be tried again.
    case retry(DeliveryFailure)
}

/// Why an attempt failed.
package struct DeliveryFailure: Hashable, Sendable {
    /// One clause for people, without secrets or control characters.
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
