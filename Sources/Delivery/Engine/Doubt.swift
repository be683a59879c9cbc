import FindingModel

/// What a machine has to find out when requests fail: whether the sink is the reason, or one of the changes that it was given.
///
/// A batch that fails twice is halved, down to one change, or taken apart at once where each try takes long (`Slowness`); a change that failed alone is
/// followed at once by some of other records, or after the wait by one where the sink asked for patience (`Busyness`). As soon as one of those is taken, what
/// failed alone is the reason itself; when none is, the sink fails.
struct Doubt: Sendable {
    /// A change of the window that failed alone since something was taken.
    struct Suspect: Sendable {
        var item: OpenItem
        var failure: DeliveryFailure
        var isRefusal: Bool
        /// How long it had; nothing when it had as long as any.
        var time: Duration?
    }

    /// A failure whose reason is not known yet.
    struct Question: Sendable {
        var failure: DeliveryFailure
        var isRefusal: Bool
        /// How many changes of other records may still be tried at once.
        var others: Int
    }

    var suspects: [UInt64: Suspect] = [:]
    var question: Question?
    /// Changes of other records tried since something was taken.
    var asked = 0
    /// Whether it was found out that the sink fails.
    var isDecided = false
    /// How many requests must still fail otherwise in a row, since the sink asked for patience or was not there, before it may be a change's own again.
    private var patience = 0
    /// More than an attempt and the change that follows it: the next one must fail too.
    private static let failuresAfterPatience = 3
    var busy = Busyness()
    var slowness = Slowness()
    /// Rows that were tried since something was taken, while the sink fails.
    var rows: Set<UInt64> = []
    /// When what was not tried yet may be.
    var wakes = Wakes()
    /// The window's batch that failed last: its first sequence and how many.
    private var batch: (first: UInt64, count: Int)?
    /// The last change of a batch that failed twice: up to there what fails is halved at once.
    private var halvedThrough: UInt64 = 0
    /// The last change that was ever in a batch that failed.
    var failedThrough: UInt64 = 0

    /// Whether the batch must be halved, because it, or one that it is a part of, has failed twice.
    mutating func isHalved(first: UInt64, last: UInt64, count: Int) -> Bool {
        if first <= halvedThrough { return true }
        guard let batch, batch == (first, count) else {
            batch = (first, count)
            return false
        }
        halvedThrough = last
        return true
    }

    /// From now on what fails up to there is halved at once.
    mutating func halve(through last: UInt64) { halvedThrough = max(halvedThrough, last) }

    /// Whether the sink asked for patience lately, or was not there.
    var isOfSink: Bool { patience > 0 }

    /// A request failed for what may be a change's own.
    mutating func noteOwn() { patience = max(0, patience - 1) }

    /// The sink asked for patience, or was not there: what failed before that may have failed for the same reason.
    mutating func noteOfSink() { (batch, patience) = (nil, Self.failuresAfterPatience) }

    /// What failed alone may have failed with the whole sink.
    mutating func forgetTries() {
        for (sequence, suspect) in suspects where suspect.item.tries > 1 { suspects[sequence]?.item.tries = 1 }
    }

    /// Takes in that the sink works; returns what failed alone.
    mutating func settle() -> [Suspect] {
        defer {
            (suspects, question, asked, batch) = ([:], nil, 0, nil)
            (isDecided, patience, rows, wakes) = (false, 0, [], Wakes())
            busy.settle()
            slowness.settle()
        }
        return suspects.values.sorted { $0.item.sequence < $1.item.sequence }
    }
}

/// When a sink that fails is asked about changes that were not tried yet, so that what is good leaves soon although others are at fault, and a sink that is
/// down is not asked without end.
struct Wakes: Sendable {
    /// When the last wake began, and whether it goes on, as long as there is something to try.
    private var begun: Timestamp?
    private(set) var isAwake = false
    /// When the last change was tried.
    private var last: Timestamp?
    /// How many were, less one for each interval since.
    private var spent = 0
    private var counted: Timestamp?

    /// Nothing is left to try.
    mutating func sleep() { isAwake = false }

    /// Whether one may be tried now: then it counts as tried.
    mutating func takes(at now: Timestamp, policy: DeliveryPolicy) -> Bool {
        // A clock that was set back stretches no wait.
        if let last, now < last { self = Wakes() }
        giveBack(at: now, policy)
        guard next(policy: policy) <= now else { return false }
        if !isAwake { (begun, isAwake) = (now, true) }
        if spent == 0 { counted = now }
        (last, spent) = (now, spent + 1)
        if spent >= policy.newAtOnce { isAwake = false }
        return true
    }

    /// When the next may be tried.
    func next(policy: DeliveryPolicy) -> Timestamp {
        guard let begun, let last, let counted else { return Timestamp(milliseconds: 0) }
        if isAwake { return last.advanced(byMilliseconds: policy.newSpacing.wholeMilliseconds) }
        let interval = policy.newWakes.wholeMilliseconds
        let free = begun.advanced(byMilliseconds: interval)
        return spent < policy.newAtOnce ? free : max(free, counted.advanced(byMilliseconds: interval))
    }

    private mutating func giveBack(at now: Timestamp, _ policy: DeliveryPolicy) {
        guard let counted else { return }
        let interval = max(1, policy.newWakes.wholeMilliseconds)
        let count = (now.milliseconds - counted.milliseconds) / interval
        guard count > 0 else { return }
        spent = max(0, spent - Int(clamping: count))
        self.counted = counted.advanced(byMilliseconds: count * interval)
    }
}
