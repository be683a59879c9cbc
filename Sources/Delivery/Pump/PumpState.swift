import FindingModel

/// What a pump knows and decides: position, what of it is on disk, outages, the last answer.
struct PumpState: Sendable {
    private(set) var state: SinkStatus.State = .starting
    private(set) var position: SinkPosition
    /// The cursor that the ledger holds.
    private(set) var savedCursor: UInt64
    /// Since when the position is ahead of the ledger's.
    private(set) var unsavedSince: Timestamp?
    private(set) var lastAnswer: SinkStatus.Answer?
    private(set) var lastDeliveredTime: Timestamp?
    private var retry = RetryState()

    /// What is wrong at present.
    var outage: RetryState.Outage? { retry.outage }

    /// How long a position that only passed filtered changes may be ahead of the ledger's.
    static let longestUnsavedMilliseconds: Int64 = 2000

    init(sink: String) {
        position = SinkPosition(name: sink, start: 0)
        savedCursor = 0
    }

    mutating func begin(at position: SinkPosition) {
        self.position = position
        savedCursor = position.cursor
        state = .idle
    }

    mutating func becomeIdle() { state = .idle }

    mutating func beginDelivery() { state = .delivering }

    mutating func stop() { state = .stopped }

    /// The sink took a batch; returns the outage that this ends.
    mutating func delivered(_ batch: Batch, status: Int?, at now: Timestamp) -> RetryState.Outage? {
        lastAnswer = SinkStatus.Answer(time: now, status: status, text: "delivered")
        lastDeliveredTime = now
        pass(batch, at: now)
        return retry.succeed()
    }

    /// A batch without changes was passed over.
    mutating func pass(_ batch: Batch, at now: Timestamp) {
        position.advance(past: batch)
        if unsavedSince == nil { unsavedSince = now }
    }

    /// The sink, or a file of the gateway, failed; the wait until the next attempt.
    mutating func failed(_ failure: DeliveryFailure, ofSink: Bool, at now: Timestamp, policy: RetryPolicy, fraction: Double) -> Duration {
        if ofSink { lastAnswer = SinkStatus.Answer(time: now, status: failure.status, text: failure.reason) }
        let wait = retry.fail(failure, at: now, policy: policy, fraction: fraction)
        if let outage = retry.outage { state = .retrying(outage) }
        return wait
    }

    /// What had failed works again; the outage that has ended.
    mutating func recovered() -> RetryState.Outage? { retry.succeed() }

    mutating func saved(_ position: SinkPosition) {
        savedCursor = position.cursor
        if savedCursor == self.position.cursor { unsavedSince = nil }
    }

    /// Whether the ledger should hear of the position now, although nothing was delivered.
    func mustSave(at now: Timestamp) -> Bool {
        guard let unsavedSince else { return false }
        return now.milliseconds - unsavedSince.milliseconds >= Self.longestUnsavedMilliseconds || now < unsavedSince
    }
}
