import FindingModel

/// What a machine knows of a sink that answers that it is busy: it is left alone for as long as it asks, and the request after each wait is one of another
/// record, because a sink may be busy for ever for one change and for nothing else.
///
/// A batch comes again as it is once, so that a receiver can tell. When it is put off a second time single changes follow, in turn one that was not tried yet
/// and one that was. A batch for which the sink is busy although it took another change since is at fault itself, and is taken apart;
/// a change that is, is followed at once by one of another record, and when that is taken it goes on alone.
struct Busyness: Sendable {
    /// Whether the sink's last answer was that it is busy.
    private(set) var isSaid = false
    /// Whether it is asked with one change at a time, although none has failed alone.
    private(set) var isSingly = false
    /// Whether the next change is one that was tried already.
    private var asksAgain = false
    /// The window's batch that was put off last: its first sequence and how many.
    private var batch: (first: UInt64, count: Int)?
    /// The last change of a batch that was put off twice in a row; and of one since which another was taken.
    private var doubtedThrough: UInt64 = 0
    private var foundThrough: UInt64 = 0
    /// Up to this change the window's go one by one.
    private(set) var aloneThrough: UInt64 = 0
    /// When a change that was not tried yet may be tried although the wait goes on; nothing when the sink asked for the wait.
    private(set) var wakes: Timestamp?
    private var wakesMade = 0
    /// The last request that had begun when the sink asked for a wait: what it says to those before ends none.
    private var begun = 0
    /// Whether the parts of a batch that is at fault go out, without a wait between them.
    private(set) var isTakingApart = false
    /// Changes of the window for which the sink was busy, before it took another: perhaps it was for any. Once more, and they are at fault.
    private var once: [UInt64: OpenItem] = [:]

    /// Whether changes go one at a time.
    func probes(isPaused: Bool, hasSuspects: Bool) -> Bool { isSaid && (isSingly || isPaused || hasSuspects) }

    /// Whether the sink asked for a wait after the request `id` had begun.
    func outlasts(_ id: Int) -> Bool { isSaid && id <= begun }

    mutating func note(_ failure: DeliveryFailure, lastRequest: Int) {
        isSaid = failure.isBusy
        if !isSaid { batch = nil }
        if isSaid, failure.asksForWait { begun = lastRequest }
    }

    /// From now on one change at a time.
    mutating func goSingly() { isSingly = true }

    /// Whether the batch must be taken apart, because the sink took something else since it put off one that held it.
    mutating func isAtFault(first: UInt64, last: UInt64, count: Int) -> Bool {
        if first <= foundThrough { return true }
        guard let batch, batch == (first, count) else {
            batch = (first, count)
            return false
        }
        doubtedThrough = max(doubtedThrough, last)
        goSingly()
        return false
    }

    /// Whether the sink was busy for one of these alone, before it took another.
    func knows(_ items: [OpenItem]) -> Bool { !once.isEmpty && items.contains { once[$0.sequence] != nil } }

    func known(_ sequence: UInt64) -> OpenItem? { once[sequence] }

    /// Remembers changes that are ready again, in the place of those that are not of the window any more.
    mutating func remember(_ items: [OpenItem], in window: DeliveryWindow) {
        once = once.filter { window.contains($0.key) }
        for item in items { once[item.sequence] = item }
    }

    mutating func takeApart(_ isTakingApart: Bool) { self.isTakingApart = isTakingApart }

    mutating func goAlone(through last: UInt64) { aloneThrough = max(aloneThrough, last) }

    /// Whether this turn is that of a change that was tried already.
    mutating func takeTurn() -> Bool {
        defer { asksAgain.toggle() }
        return asksAgain
    }

    /// Notes when what was not tried yet may be, if the sink did not say how long it is to be left alone: always when nothing else was left to try, else a
    /// number of times.
    mutating func noteWake(after failure: DeliveryFailure, isAlone: Bool, at now: Timestamp, policy: DeliveryPolicy) {
        guard failure.isBusy, !failure.asksForWait, isAlone || wakesMade < policy.busyWakes else {
            wakes = nil
            return
        }
        if !isAlone { wakesMade += 1 }
        wakes = now.advanced(byMilliseconds: policy.newWakes.wholeMilliseconds)
    }

    /// The sink took something.
    mutating func settle() {
        foundThrough = max(foundThrough, doubtedThrough)
        (isSaid, isSingly, asksAgain, isTakingApart) = (false, false, false, false)
        (batch, wakes, wakesMade) = (nil, nil, 0)
    }
}
