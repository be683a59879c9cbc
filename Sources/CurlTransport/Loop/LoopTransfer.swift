internal import CCurl

/// One exchange under way; belongs to the loop thread, where the library calls it back.
protocol LoopTransfer: AnyObject {
    var easy: EasyHandle { get }
    /// Whether the peer may have got what it was to get.
    var mayHaveArrived: Bool { get }

    /// Tells the caller how it ended, now that the library is done with `code`.
    func end(_ code: CURLcode)

    /// Tells the caller that it is given up.
    func fail(_ error: TransportError)
}

/// Where a caller waits for the end of its exchange.
typealias Reply<Answer: Sendable> = CheckedContinuation<Result<Answer, TransportError>, Never>
