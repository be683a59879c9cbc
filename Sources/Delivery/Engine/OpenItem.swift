import FindingModel

/// A change that the cursor has passed although it is not done with: one row of the ledger.
package struct OpenItem: Hashable, Sendable {
    package enum State: Int, Sendable {
        /// The sink put it off while it took others.
        case retrying = 1
        /// An earlier change of its record is not done with.
        case held = 2
        /// Pending again: what it waited for is over, or a person asked for it.
        case again = 3
        /// The sink can never take it, until a person says otherwise.
        case dead = 4

        package var word: String {
            switch self {
            case .retrying: "retrying"
            case .held: "held"
            case .again: "pending"
            case .dead: "dead"
            }
        }
    }

    package var sequence: UInt64
    package let changeID: String
    /// The record's uid.
    package let uid: String
    /// The change's type.
    package let type: String
    package internal(set) var state: State
    /// Attempts that the sink answered for this change alone.
    package internal(set) var attempts: Int
    /// When the row was made.
    package let since: Timestamp
    /// When it is due.
    package internal(set) var next: Timestamp
    /// Milliseconds that it was put off while the sink took others.
    package internal(set) var waited: Int64
    /// How often a request with nothing else in it failed, each time with another change taken since the time before.
    package internal(set) var tries = 0
    /// When that happened first.
    package internal(set) var failed: Timestamp?

    init(_ change: Change, state: State, at now: Timestamp) {
        self.init(
            sequence: change.sequence, changeID: change.id, uid: change.subject, type: change.type, state: state, attempts: 0, since: now, next: now, waited: 0)
    }

    package init(
        sequence: UInt64, changeID: String, uid: String, type: String, state: State, attempts: Int, since: Timestamp, next: Timestamp, waited: Int64
    ) {
        self.sequence = sequence
        self.changeID = changeID
        self.uid = uid
        self.type = type
        self.state = state
        self.attempts = attempts
        self.since = since
        self.next = next
        self.waited = waited
    }

    /// Takes in that the sink put the change off, or refuses it for good when its patience is at an end.
    ///
    /// - Parameter isWitnessed: Whether the sink has taken another change of the same work since this one was tried before: without that, nothing
    ///   says that this change is the reason.
    mutating func putOff(_ failure: DeliveryFailure, isWitnessed: Bool, at now: Timestamp, policy: DeliveryPolicy, fraction: Double) {
        attempts &+= 1
        guard waited < policy.patience.wholeMilliseconds else {
            state = .dead
            return
        }
        var wait = policy.item.calmWait(failures: attempts, fraction: fraction, retryAfter: failure.retryAfter).wholeMilliseconds
        // What is always busy for this change asks for the same wait again and again.
        if failure.isBusy { wait = max(wait, policy.item.calmWait(failures: attempts, fraction: fraction, retryAfter: nil).wholeMilliseconds) }
        state = .retrying
        if isWitnessed { waited += wait }
        next = now.advanced(byMilliseconds: wait)
    }

    /// Is due at `now`; what it has not waited for yet does not count as patience.
    mutating func hurry(at now: Timestamp) {
        waited = max(0, waited - max(0, next.milliseconds - now.milliseconds))
        next = now
    }

    /// Counts a request that held nothing else and failed.
    mutating func countTry(isWitnessed: Bool, at now: Timestamp) {
        if tries == 0 || isWitnessed { tries &+= 1 }
        failed = failed ?? now
    }

    /// Whether it was refused often enough, for long enough, while hardly anything else was: the change is the reason and not the sink.
    func isBeyondHope(_ others: RequestTally.Share, at now: Timestamp, policy: DeliveryPolicy) -> Bool {
        guard tries >= policy.refusalTries, let failed else { return false }
        guard now.milliseconds - failed.milliseconds >= policy.refusalSpan.wholeMilliseconds else { return false }
        // One in twenty can only be seen among twenty.
        return others.all >= policy.refusalShare && others.failed * policy.refusalShare < others.all
    }
}
