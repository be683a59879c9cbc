import FindingModel

/// What one run of a pump knows beside the machine's decisions: how far the changes were read, and what of the position is on disk.
struct PumpRun: Sendable {
    var machine: SinkMachine
    /// How often the ledger has written the sink's position.
    var revision: Int64
    /// Which making of the row of changes the position was found in.
    let epoch: UInt64
    /// Whether everything there was has been read.
    var isAtEnd = false
    /// Pages read since the last request of the window.
    var pages = 0
    /// When the window's last request was taken.
    var lastBatch: Timestamp?
    /// Since when the position is ahead of the ledger's, although nothing was delivered.
    var aheadSince: Timestamp?
    /// The replay that goes on while nothing else is to be done.
    var replay: ReplayMachine?
    /// Whether the ledger may hold one that was not begun.
    var mayHaveReplay = true
    /// What people asked for and was not done yet.
    var commands: [PumpCommand] = []
    /// Who is told, once it is written down, for how many changes a wish was done.
    var replies: [(reply: CheckedContinuation<Int, Never>, count: Int)] = []

    /// How long a position that only passed filtered changes may be ahead of the ledger's.
    static let longestAheadMilliseconds: Int64 = 2000
    /// Pages looked through for a request before it goes out unfilled.
    static let pagesPerRequestMax = 16

    init(machine: SinkMachine, revision: Int64, epoch: UInt64) {
        self.machine = machine
        self.revision = revision
        self.epoch = epoch
    }

    /// Where to read on for the next request; nothing when enough was read, or there is no more.
    var readAfter: UInt64? { machine.wantsChanges && !isAtEnd && pages < Self.pagesPerRequestMax ? machine.readThrough : nil }

    /// After which change the next one is waited for; nothing when none is wanted now.
    var awaitsAfter: UInt64? { machine.wantsChanges && isAtEnd ? machine.readThrough : nil }

    /// Takes in what was read; `isLast` says that there is no more for now.
    mutating func admit(_ page: [Change], takes: [Bool], isLast: Bool) {
        machine.admit(page, takes: takes)
        isAtEnd = isLast
        pages += 1
    }

    /// The next request to begin at `now`.
    mutating func next(at now: Timestamp, gatherMilliseconds: Int64) -> DeliveryRequest? {
        guard let request = machine.next(at: now, whole: isWhole(at: now, gatherMilliseconds: gatherMilliseconds)) else {
            if !machine.hasReady { pages = 0 }
            return nil
        }
        if case .window = request.content { pages = 0 }
        return request
    }

    /// Takes in how a request ended.
    mutating func end(_ id: Int, _ end: RequestRun.End, at now: Timestamp, fraction: Double) {
        // What is tried again from a row, or fails, does not have new changes gather anew.
        if machine.isOfWindow(id), end.outcome.hasDelivered { lastBatch = now }
        machine.end(id, end.outcome, overtaken: end.overtaken, expired: end.expired, left: end.left, at: now, fraction: fraction)
    }

    /// A wait is over; `hasChanges` says that more may be there to read.
    mutating func waited(hasChanges: Bool) {
        if hasChanges { isAtEnd = false }
        if pages >= Self.pagesPerRequestMax { pages = 0 }
    }

    /// Whether what has gathered must go out now.
    func isWhole(at now: Timestamp, gatherMilliseconds: Int64) -> Bool {
        pages >= Self.pagesPerRequestMax || isAtEnd && gatherEnd(at: now, gatherMilliseconds: gatherMilliseconds) == nil
    }

    /// Until when changes gather for the next request; nothing when they need not. A clock that was set back does not stretch the wait.
    func gatherEnd(at now: Timestamp, gatherMilliseconds: Int64) -> Timestamp? {
        guard let lastBatch, gatherMilliseconds > 0 else { return nil }
        let end = lastBatch.advanced(byMilliseconds: gatherMilliseconds)
        return (1...gatherMilliseconds).contains(end.milliseconds - now.milliseconds) ? end : nil
    }

    /// Whether the ledger must hear of the position before anything else begins.
    mutating func mustWrite(at now: Timestamp) -> Bool {
        guard machine.isAhead else {
            aheadSince = nil
            return machine.mustWrite
        }
        let since = aheadSince ?? now
        aheadSince = since
        return machine.mustWrite || now.milliseconds - since.milliseconds >= Self.longestAheadMilliseconds || now < since
    }

    /// When something is to be done although nothing happens.
    mutating func wake(at now: Timestamp, gatherMilliseconds: Int64) -> Timestamp? {
        let gather = isAtEnd && machine.hasReady && machine.health.isHealthy ? gatherEnd(at: now, gatherMilliseconds: gatherMilliseconds) : nil
        return [machine.wake, gather, aheadSince?.advanced(byMilliseconds: Self.longestAheadMilliseconds)].compactMap { $0 }.min()
    }
}
