import FindingModel

/// What a machine has to find out when requests fail: whether the sink is the reason, or one of the changes that it was given.
///
/// A batch that fails twice is halved, down to one change; a change that failed alone is followed at once by some of other records. As soon as
/// one of those is taken, what failed alone is the reason itself; when none is, the sink fails.
struct Doubt: Sendable {
    /// A change of the window that failed alone since something was taken.
    struct Suspect: Sendable {
        var item: OpenItem
        var failure: DeliveryFailure
        var isRefusal: Bool
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
    /// When something failed first since something was taken.
    var since: Timestamp?
    /// Whether a change has come in since.
    var hasNew = false
    /// When such a change was last tried.
    private var lastNew: Timestamp?
    /// The window's batch that failed last: its first sequence and how many.
    private var batch: (first: UInt64, count: Int)?
    /// From how many on batches are being halved.
    private var halvedFrom: Int?
    /// The last change that was ever in a batch that failed.
    var failedThrough: UInt64 = 0

    /// Whether the batch must be halved, because it, or the one that it is a half of, has failed twice.
    mutating func isHalved(first: UInt64, count: Int) -> Bool {
        if halvedFrom != nil { return true }
        guard let batch, batch == (first, count) else {
            batch = (first, count)
            return false
        }
        halvedFrom = count
        return true
    }

    /// The sink asked for patience, or was not there: what failed before that may have failed for the same reason.
    mutating func forgetBatch() { batch = nil }

    /// Whether a change that came in since the failure may be tried now; `interval` is the least time between two such.
    mutating func takesNew(at now: Timestamp, interval: Duration) -> Bool {
        guard hasNew, nextNew(interval: interval).map({ $0 <= now || now < lastNew ?? now }) ?? true else { return false }
        hasNew = false
        lastNew = now
        return true
    }

    /// When the next one may be tried; nothing when none was.
    func nextNew(interval: Duration) -> Timestamp? { lastNew?.advanced(byMilliseconds: interval.wholeMilliseconds) }

    /// Takes in that `count` changes were taken together; returns what failed alone.
    mutating func settle(taken count: Int) -> [Suspect] {
        defer {
            (suspects, question, asked, since, hasNew, batch) = ([:], nil, 0, nil, false, nil)
        }
        if let from = halvedFrom, count >= from || !suspects.isEmpty { halvedFrom = nil }
        return suspects.values.sorted { $0.item.sequence < $1.item.sequence }
    }
}
