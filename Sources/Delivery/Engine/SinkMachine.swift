import FindingModel

/// Decides everything about the delivery to one sink: what is handed over when, and what an answer means (DESIGN section 9).
///
/// It knows no clock, disk or network: whoever drives it gives the changes, the time and a random fraction, makes the requests, and writes
/// down what `takeWrite` gives before it begins the next. What an answer means is in `SinkMachine+Answers`, and whose failure one is in
/// `SinkMachine+Doubt`.
struct SinkMachine: Sendable {
    /// Why a request was begun.
    enum Purpose: Sendable {
        case delivery
        /// Asks whether a sink that fails works again.
        case attempt
        /// Follows a change that failed alone.
        case other
        /// A change that came in while the sink fails: it tells something only when it is taken.
        case new
    }

    struct Running: Sendable {
        let request: DeliveryRequest
        let purpose: Purpose
        let begun: Timestamp
    }

    /// Bytes of changes that failed alone beyond which no more is read.
    private static let suspectBytesMax = 16 << 20

    let limits: SinkLimits
    let policy: DeliveryPolicy
    var position: SinkPosition
    var health = SinkHealth()
    var open: OpenItems
    var window: DeliveryWindow
    var requests: [Int: Running] = [:]
    private(set) var lastRequest = 0
    /// Changes in a request at present: halved when it was too much, as many as failed after a failure, doubled with each success.
    var batch: Int
    /// Open items in a request at present.
    var openBatch: Int
    var doubt = Doubt()
    var tally = RequestTally()
    /// What was taken, and when each open item was last tried alone.
    var witnesses = Witnesses()
    /// Whether it is noted which state the sink has of each record.
    private let notesTold: Bool
    /// The changes refused since the last success.
    var streak: [OpenItem] = []
    /// Deaths of those that nobody was told of yet: ten refusals in a row are none.
    var unsaid: [SinkEvent] = []
    /// Single changes that were put off since one was taken, the same one counted again.
    var putOffs = 0
    /// Open items that failed alone since something was taken.
    var failedRows: Set<UInt64> = []
    /// Whether open items that are due let the window go first, because the sink failed when it was given some: that may not be its fault.
    var yieldsRows = false
    /// Open items that may be refused without the sink being suspected: it took something after it had refused them, or a person asked.
    var proven: Set<UInt64> = []
    /// Whether the next attempt takes what failed of the window before an open item.
    private var triesWindow = false
    /// When it was last asked for a request.
    private var asked = Timestamp(milliseconds: 0)
    var write: LedgerWrite
    /// Rows that were tried while the sink fails, with what it said then: they are written down with whatever else is.
    var tried: [UInt64: LedgerWrite.Row] = [:]
    var events: [SinkEvent] = []
    var lastRefusal: DeliveryFailure?
    /// The last random fraction that an answer brought.
    var fraction = 0.5
    /// Since when there is no room for another row.
    var fullSince: Timestamp?

    /// Whether the ledger has rows of what is done above the cursor.
    private var hasDoneAbove: Bool
    /// Since when the ledger says that the sink fails.
    private var notedOutage: SinkHealth.Outage?
    private var notedIsPaused: Bool
    private var notedFailures: Int

    /// - Parameters:
    ///   - done: What an earlier run was done with above its cursor.
    ///   - condition: What an earlier run ended in.
    ///   - notesTold: Whether it is noted which state the sink has of each record.
    init(
        limits: SinkLimits, policy: DeliveryPolicy, position: SinkPosition, open: OpenItems, done: [DoneAbove] = [],
        condition: SinkHealth.Condition = .healthy, notesTold: Bool = false
    ) {
        self.limits = limits
        self.notesTold = notesTold
        self.policy = policy
        self.position = position
        self.open = open
        window = DeliveryWindow(after: position.cursor, done: done)
        hasDoneAbove = !done.isEmpty
        health = SinkHealth(condition)
        doubt.isDecided = !health.isHealthy
        (notedOutage, notedIsPaused, notedFailures) = (health.outage, health.isPaused, health.outage?.failures ?? 0)
        self.position.above = window.doneAbove
        write = LedgerWrite(position: self.position)
        batch = limits.count
        openBatch = limits.count
    }

    /// The last sequence that was read.
    var readThrough: UInt64 { window.readThrough }
    var hasRequests: Bool { !requests.isEmpty }
    /// Whether a change of the window could be handed over.
    var hasReady: Bool { window.ready > 0 || !doubt.suspects.isEmpty }
    /// Whether the request under way is one of the window, and not of open items.
    func isOfWindow(_ id: Int) -> Bool { if case .window = requests[id]?.request.content { true } else { false } }
    /// Nothing waits that could be handed over now or later.
    var isIdle: Bool { requests.isEmpty && window.isEmpty && open.count == 0 }
    /// Dead letters.
    var dead: UInt64 { position.open - min(position.open, UInt64(open.count)) }

    /// Whether more changes should be read: there is room for their rows, and less in memory than the next requests take.
    var wantsChanges: Bool {
        guard hasRoom else { return false }
        guard window.readyBytes < limits.bytes, window.suspectBytes < Self.suspectBytesMax, window.count < max(limits.count, SinkLimits.itemsInFlightMax) * 2
        else { return false }
        // What failed alone is to be followed by others, and by what comes in.
        if !doubt.suspects.isEmpty || mayBeAnothersFault { return window.ready < SinkLimits.itemsInFlightMax }
        if !health.isHealthy { return window.ready == 0 }
        return window.ready < batch * limits.requests
    }

    /// Whether the next request of the window would be a full one.
    var isFull: Bool { window.ready >= batch || window.readyBytes >= limits.bytes }

    mutating func admit(_ page: [Change], takes: [Bool]) {
        for (change, isTaken) in zip(page, takes) { window.add(change, isTaken: isTaken) }
        pass()
    }

    /// The next request to begin at `now`; `whole` says that nothing more can be read into it.
    mutating func next(at now: Timestamp, whole: Bool) -> DeliveryRequest? {
        asked = now
        noteRoom(at: now)
        guard requests.count < limits.requests else { return nil }
        if let question = doubt.question { return requests.isEmpty ? other(question, at: now) : nil }
        if !health.isHealthy {
            guard requests.isEmpty else { return nil }
            if !health.mayTry(at: now) { return newcomer(at: now) }
            if doubt.busy.probes(isPaused: health.isPaused, hasSuspects: !doubt.suspects.isEmpty) { return probe(at: now) }
        }
        if health.isPaused || putsEverythingOff || !doubt.suspects.isEmpty { return attempt(at: now) }
        if let next = open.nextDue, next <= now, goesToRows {
            guard requests.isEmpty else { return nil }
            let due = dueItems(at: now)
            if !due.isEmpty {
                // One of a request that nobody answered has less time once; a row that failed alone has as long as any.
                let isPart = due.contains { $0.tries == 0 && doubt.slowness.rows.contains($0.sequence) }
                return begin(.open(due), .delivery, time: isPart ? doubt.slowness.singleTime : nil)
            }
        }
        // When nothing more is read, because much is done above what is ready, waiting for more would be for ever; and what was in a batch that failed
        // has waited before.
        guard whole || isFull || !wantsChanges || !health.isHealthy || window.hasReady(through: doubt.failedThrough) else { return nil }
        let open = open
        let extent = extent
        let changes = window.take(count: extent.count, bytes: limits.bytes, room: policy.openItemsMax - open.count, at: now) { open.isBlocked($0) }
        pass()
        return changes.isEmpty ? nil : begin(.window(changes), .delivery, time: extent.time)
    }

    /// How many changes the window's next request holds, and how long it has.
    private var extent: (count: Int, time: Duration?) {
        if window.hasReady(through: doubt.slowness.singlyThrough) { return (1, doubt.slowness.singleTime) }
        if window.hasReady(through: doubt.busy.aloneThrough) { return (1, nil) }
        if window.hasReady(through: doubt.slowness.partsThrough) { return (min(batch, doubt.slowness.part), doubt.slowness.partTime) }
        return (batch, batch == 1 ? doubt.slowness.wary(at: asked) : nil)
    }

    /// Whether what is due in rows goes before the window.
    private var goesToRows: Bool {
        !yieldsRows && !window.hasReady(through: doubt.slowness.through) || window.ready == 0 || !hasRoom
    }

    /// Open items go apart from the window, and what is due is not overtaken for ever; what failed alone goes alone.
    private mutating func dueItems(at now: Timestamp) -> [OpenItem] {
        let resting = window.ready == 0 || !hasRoom ? [] : doubt.slowness.resting(at: now)
        let due = open.due(at: now, limit: min(batch, openBatch, SinkLimits.itemsInFlightMax), but: resting)
        let alone = doubt.slowness.rows
        guard let first = due.first, first.tries == 0, !alone.contains(first.sequence) else { return Array(due.prefix(1)) }
        return due.filter { $0.tries == 0 && !alone.contains($0.sequence) }
    }

    /// Whether the sink has put off so many single changes, and taken none, that it is no matter of one change.
    var putsEverythingOff: Bool { max(putOffs, failedRows.count) >= policy.putOffsInARow }

    /// A change of another record, at once: when it is taken, the one that failed is the reason. Without any the sink fails.
    private mutating func other(_ question: Doubt.Question, at now: Timestamp) -> DeliveryRequest? {
        if question.others > 0 {
            doubt.question?.others -= 1
            let isBusy = doubt.busy.isSaid
            if let request = windowRequest(.other) { return request }
            if !isBusy, let request = suspectRequest(.other, isOther: true) ?? openRequest(.other, at: now) { return request }
        }
        decide(at: now)
        return nil
    }

    /// Whether what the sink fails for may be the fault of what it was given.
    private var mayBeAnothersFault: Bool { doubt.isDecided && !doubt.isOfSink && health.outage?.failure.isOfSink == false }

    /// When something is there that was not tried since the sink began to fail; nothing when everything was.
    private var untried: Timestamp? {
        let open = open
        guard !hasRoom || !window.hasOne(isBlocked: { open.isBlocked($0) }) else { return Timestamp(milliseconds: 0) }
        return open.nextDue(but: doubt.rows)
    }

    /// Whether one more change may need a row.
    private var hasRoom: Bool { open.count < policy.openItemsMax }

    /// A change that was not tried yet, although the sink fails: it may be another one's fault.
    private mutating func newcomer(at now: Timestamp) -> DeliveryRequest? {
        guard mayBeAnothersFault else { return isBusyWake(at: now) ? windowRequest(.attempt) : nil }
        guard let untried, untried <= now else {
            doubt.wakes.sleep()
            return nil
        }
        guard doubt.wakes.takes(at: now, policy: policy) else { return nil }
        // In turn one of the window and a row.
        let row = open.due(at: now, limit: 1, but: doubt.rows).first
        if doubt.asked % 2 == 0 || row == nil, let request = windowRequest(.new) { return request }
        doubt.asked += 1
        return row.map { begin(.open([$0]), .new) }
    }

    /// A sink that takes nothing is asked with one change at a time: in turn with one that it refused or put off, and with one that it was never given.
    private mutating func attempt(at now: Timestamp) -> DeliveryRequest? {
        defer { triesWindow.toggle() }
        let far = Timestamp(milliseconds: .max)
        // Whether the sink takes anything again matters more than when this change would be due.
        if triesWindow { return suspectRequest(.attempt) ?? windowRequest(.attempt, turn: 0) ?? openRequest(.attempt, at: far) }
        return openRequest(.attempt, at: far) ?? suspectRequest(.attempt) ?? windowRequest(.attempt, turn: 0)
    }

    /// A sink that is busy is asked, after each wait, with a change of another record than before: in turn with one that was not tried since, and with one
    /// that was.
    private mutating func probe(at now: Timestamp) -> DeliveryRequest? {
        if doubt.suspects.count < 2 || !doubt.busy.takeTurn() {
            let row = open.due(at: now, limit: 1, but: doubt.rows).first
            if doubt.asked % 2 == 0 || row == nil, let request = windowRequest(.attempt) { return request }
            doubt.asked += 1
            if let row { return begin(.open([row]), .attempt) }
        }
        return suspectRequest(.attempt) ?? windowRequest(.attempt) ?? openRequest(.attempt, at: Timestamp(milliseconds: .max))
    }

    /// When a sink that is busy is asked about a change that was not tried yet, although it would be left alone for longer.
    private var busyWake: Timestamp? {
        guard let wakes = doubt.busy.wakes, hasRoom else { return nil }
        let open = open
        return window.hasOne { open.isBlocked($0) } ? wakes : nil
    }

    /// Whether the sink fails, and last because it is busy.
    var isBusy: Bool { doubt.busy.isSaid && !health.isHealthy }

    private func isBusyWake(at now: Timestamp) -> Bool { busyWake.map { $0 <= now } ?? false }

    private mutating func openRequest(_ purpose: Purpose, at now: Timestamp) -> DeliveryRequest? {
        let due = open.due(at: now, limit: 1)
        return due.isEmpty ? nil : begin(.open(due), purpose)
    }

    /// The change that failed alone and was tried least.
    private mutating func suspectRequest(_ purpose: Purpose, isOther: Bool = false) -> DeliveryRequest? {
        let order = doubt.suspects.values.map(\.item).sorted { ($0.attempts, $0.sequence) < ($1.attempts, $1.sequence) }
        guard !isOther || order.count > 1, let first = order.first, let change = window.takeSuspect(first.sequence) else { return nil }
        return begin(.window([change]), purpose)
    }

    private mutating func windowRequest(_ purpose: Purpose, turn: Int? = nil) -> DeliveryRequest? {
        guard hasRoom else { return nil }
        let open = open, busy = doubt.busy, place = turn ?? doubt.asked
        // Those that the sink was busy for before tell least.
        let other = busy.isSaid ? window.takeOne(turn: place, isBlocked: { open.isBlocked($0) }, isKnown: { busy.known($0) != nil }) : nil
        let isAny = !busy.isSaid || purpose != .other
        guard let change = other ?? (isAny ? window.takeOne(turn: place, isBlocked: { open.isBlocked($0) }) : nil) else { return nil }
        if turn == nil { doubt.asked += 1 }
        return begin(.window([change]), purpose)
    }

    /// - Parameter time: How long it has; what is tried beside a change that failed slowly has a part of the time as well.
    private mutating func begin(_ content: DeliveryRequest.Content, _ purpose: Purpose, time: Duration? = nil) -> DeliveryRequest {
        lastRequest += 1
        let time = purpose == .other || purpose == .new ? doubt.slowness.otherTime : time
        let request = DeliveryRequest(id: lastRequest, content: content, time: time)
        requests[request.id] = Running(request: request, purpose: purpose, begun: asked)
        if case .open(let items) = content { open.begin(items.map(\.sequence)) }
        return request
    }

    /// Notes that the sink's state of the item's record is this change's.
    mutating func noteTold(_ item: OpenItem) { if notesTold { write.told[item.uid] = item.changeID } }

    /// What is to be written down now; nothing when nothing has changed since the last call.
    mutating func takeWrite() -> LedgerWrite? {
        noteOutage()
        guard write.isUrgent || write.position != position || !tried.isEmpty else { return nil }
        // What was decided since comes after them.
        write.rows.insert(contentsOf: tried.values, at: 0)
        tried = [:]
        write.done = window.noteDone()
        if hasDoneAbove, write.position.cursor != position.cursor { write.dropsDone = true }
        hasDoneAbove = position.above > 0
        write.position = position
        defer { write = LedgerWrite(position: position) }
        return write
    }

    private var lastingOutage: SinkHealth.Outage? {
        health.outage.flatMap { $0.failures > 2 || health.isPaused || $0.since == notedOutage?.since ? $0 : nil }
    }

    /// Whether the ledger must hear of the outage now. Its tries go there with the next write, once they have doubled, or at the end of the run: an outage
    /// of weeks is no stream of writes.
    var isOutageNew: Bool {
        let outage = lastingOutage
        guard outage?.since == notedOutage?.since else { return true }
        return outage.map { health.isPaused != notedIsPaused || $0.failures / 2 >= notedFailures } ?? false
    }

    /// Has the ledger know since when a sink is paused, or has failed more than once, and how often, so that a restart does not begin that anew.
    private mutating func noteOutage() {
        let outage = lastingOutage
        guard isOutageNew || outage.map({ $0.failures != notedFailures }) ?? false else { return }
        (notedOutage, notedIsPaused, notedFailures) = (outage, health.isPaused, outage?.failures ?? 0)
        write.outage = .some(outage.map { .init(since: $0.since, isPaused: health.isPaused, failures: $0.failures, failure: $0.failure) })
    }

    /// When `next` will have something although nothing else happens; nothing when only changes or answers bring it.
    var wake: Timestamp? {
        mutating get {
            guard requests.isEmpty else { return nil }
            if doubt.question != nil { return Timestamp(milliseconds: 0) }
            guard let outage = health.outage else { return doubt.suspects.isEmpty ? open.nextDue : Timestamp(milliseconds: 0) }
            if let busyWake { return min(outage.next, busyWake) }
            if mayBeAnothersFault, let untried { return min(outage.next, max(untried, doubt.wakes.next(policy: policy))) }
            if hasReady || health.isPaused && open.nextDue != nil { return outage.next }
            return open.nextDue.map { max($0, outage.next) }
        }
    }
}
