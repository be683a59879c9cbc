import FindingModel

/// Decides everything about the delivery to one sink: what is handed over when, and what an answer means (DESIGN section 9).
///
/// It knows no clock, disk or network: whoever drives it gives the changes, the time and a random fraction, makes the requests, and writes
/// down what `takeWrite` gives before it begins the next.
struct SinkMachine: Sendable {
    let limits: SinkLimits
    let policy: DeliveryPolicy
    private(set) var position: SinkPosition
    private(set) var health = SinkHealth()
    private(set) var open: OpenItems
    private var window: DeliveryWindow
    private var requests: [Int: DeliveryRequest] = [:]
    private var lastRequest = 0
    /// Changes in a request at present: halved when it was too much, as many as failed after a failure, doubled with each success.
    private var batch: Int
    /// The changes refused since the last success.
    private var streak: [OpenItem] = []
    /// Single changes that were put off since one was taken, the same one counted again.
    private var putOffs = 0
    /// Open items that may be refused without the sink being suspected: it took something after it had refused them, or a person asked.
    private var proven: Set<UInt64> = []
    /// Whether the next probe of a paused sink takes a change of the window.
    private var probesWindow = false
    private var write: LedgerWrite
    private var events: [SinkEvent] = []
    private var lastRefusal: DeliveryFailure?

    init(limits: SinkLimits, policy: DeliveryPolicy, position: SinkPosition, open: OpenItems) {
        self.limits = limits
        self.policy = policy
        self.position = position
        self.open = open
        window = DeliveryWindow(after: position.cursor)
        write = LedgerWrite(position: position)
        batch = limits.count
    }

    /// The last sequence that was read.
    var readThrough: UInt64 { window.readThrough }
    var hasRequests: Bool { !requests.isEmpty }
    /// Whether a change of the window could be handed over.
    var hasReady: Bool { window.ready > 0 }
    /// Nothing waits that could be handed over now or later.
    var isIdle: Bool { requests.isEmpty && window.isEmpty && open.count == 0 }
    /// Dead letters.
    var dead: UInt64 { position.open - min(position.open, UInt64(open.count)) }

    /// Whether more changes should be read: there is room for their rows, and less in memory than the next requests take.
    var wantsChanges: Bool {
        guard open.count < policy.openItemsMax else { return false }
        if !health.isHealthy, window.ready > 0 { return false }
        return window.ready < batch * limits.requests && window.readyBytes < limits.bytes && window.count < max(limits.count, SinkLimits.itemsInFlightMax) * 2
    }

    /// Whether the next request of the window would be a full one.
    var isFull: Bool { window.ready >= batch || window.readyBytes >= limits.bytes }

    mutating func admit(_ page: [Change], takes: [Bool]) {
        for (change, isTaken) in zip(page, takes) { window.add(change, isTaken: isTaken) }
        pass()
    }

    /// The next request to begin at `now`; `whole` says that nothing more can be read into it.
    mutating func next(at now: Timestamp, whole: Bool) -> DeliveryRequest? {
        guard requests.count < limits.requests, health.mayTry(at: now), health.isHealthy || requests.isEmpty else { return nil }
        if health.isPaused || putsEverythingOff { return probe(at: now) }
        // Open items go alone, and what is due is not overtaken for ever.
        if let next = open.nextDue, next <= now {
            guard requests.isEmpty else { return nil }
            let due = open.due(at: now, limit: min(batch, SinkLimits.itemsInFlightMax))
            if !due.isEmpty { return begin(.open(due)) }
        }
        guard whole || isFull || !health.isHealthy else { return nil }
        return windowRequest(count: batch, at: now)
    }

    /// Whether the sink has put off so many single changes, and taken none, that it is no matter of one change.
    private var putsEverythingOff: Bool { putOffs >= policy.putOffsInARow }

    /// A paused sink, and one that puts everything off, is asked with one change at a time: in turn with one that it refused or put off, and with one
    /// that it was never given.
    private mutating func probe(at now: Timestamp) -> DeliveryRequest? {
        defer { probesWindow.toggle() }
        if probesWindow, let request = windowRequest(count: 1, at: now) { return request }
        if let request = openRequest() { return request }
        return windowRequest(count: 1, at: now)
    }

    private mutating func openRequest() -> DeliveryRequest? {
        // Whether the sink takes anything again matters more than when this change would be due.
        let due = open.due(at: Timestamp(milliseconds: .max), limit: 1)
        return due.isEmpty ? nil : begin(.open(due))
    }

    private mutating func windowRequest(count: Int, at now: Timestamp) -> DeliveryRequest? {
        let open = open
        let room = policy.openItemsMax - open.count
        let changes = window.take(count: count, bytes: limits.bytes, room: room, at: now) { open.isBlocked($0) }
        pass()
        return changes.isEmpty ? nil : begin(.window(changes))
    }

    private mutating func begin(_ content: DeliveryRequest.Content) -> DeliveryRequest {
        lastRequest += 1
        let request = DeliveryRequest(id: lastRequest, content: content)
        requests[request.id] = request
        if case .open(let items) = content { open.begin(items.map(\.sequence)) }
        return request
    }

    /// When `next` will have something although nothing else happens; nothing when only changes or answers bring it.
    var wake: Timestamp? {
        mutating get {
            guard requests.isEmpty else { return nil }
            guard let outage = health.outage else { return open.nextDue }
            if window.ready > 0 || health.isPaused && open.nextDue != nil { return outage.next }
            return open.nextDue.map { max($0, outage.next) }
        }
    }
}

extension SinkMachine {
    /// Takes in how a request ended.
    ///
    /// - Parameters:
    ///   - expired: Open items of it whose changes are no longer kept.
    ///   - left: Open items of it that were not handed over, because the others were enough.
    mutating func end(
        _ id: Int, _ outcome: DeliveryOutcome, expired: [UInt64] = [], left: [UInt64] = [], at now: Timestamp, fraction: Double
    ) {
        guard let request = requests.removeValue(forKey: id) else { return }
        let items = items(of: request, but: Set(expired + left), at: now)
        if case .open(let all) = request.content { open.end(all.map(\.sequence)) }
        for sequence in expired { close(sequence, \.expired, at: now) }
        guard !items.isEmpty else { return pass() }
        switch normal(outcome, count: items.count) {
        case .delivered(let status, let id):
            take(items, [ItemOutcome](repeating: .delivered, count: items.count), status: status, id: id, at: now, fraction: fraction)
        case .items(let outcomes, let status, let id):
            take(items, outcomes, status: status, id: id, at: now, fraction: fraction)
        case .retry(let failure):
            putBack(items)
            // The next request is this one again, so that a receiver can tell.
            if case .window = request.content { batch = items.count }
            let wasHealthy = health.isHealthy
            health.fail(failure, at: now, policy: policy, fraction: fraction)
            if wasHealthy { events.append(.fails(failure)) }
        case .pause(let failure):
            putBack(items)
            pause(failure, at: now, fraction: fraction)
        case .split(let failure), .reject(let failure):
            if items.count > 1 {
                putBack(items)
                batch = max(1, items.count / 2)
                if let outage = health.answer() { events.append(.recovered(outage)) }
            } else {
                take(items, [.reject(failure)], status: failure.status, id: nil, at: now, fraction: fraction)
            }
        }
        pass()
    }

    private func items(of request: DeliveryRequest, but left: Set<UInt64>, at now: Timestamp) -> [OpenItem] {
        switch request.content {
        case .window(let changes): changes.map { OpenItem($0, state: .again, at: now) }
        case .open(let items): items.filter { !left.contains($0.sequence) }
        }
    }

    /// The outcome, with an answer for each change or none: one that leaves some out counts as none, and putting all off is the sink's failure,
    /// also when it does that one by one.
    private func normal(_ outcome: DeliveryOutcome, count: Int) -> DeliveryOutcome {
        guard case .items(let outcomes, let status, _) = outcome else { return outcome }
        guard outcomes.count == count else {
            return .retry(DeliveryFailure("the answer speaks of \(outcomes.count) of \(count) changes", status: status, mayHaveArrived: true))
        }
        let putOff = outcomes.compactMap { outcome -> DeliveryFailure? in if case .retry(let failure) = outcome { failure } else { nil } }
        guard putOff.count == count, count > 1 || putsEverythingOff, let first = putOff.first else { return outcome }
        let wait = putOff.compactMap(\.retryAfter).max()
        return .retry(DeliveryFailure(first.reason, status: first.status ?? status, retryAfter: wait, mayHaveArrived: first.mayHaveArrived))
    }

    private mutating func take(_ items: [OpenItem], _ outcomes: [ItemOutcome], status: Int?, id: String?, at now: Timestamp, fraction: Double) {
        let isSuccess = outcomes.contains(.delivered)
        // What had nothing to tell was no question to the sink, so it says nothing about it.
        let isAnswer = outcomes.contains { $0 != .superseded }
        if isSuccess { succeed() } else if isAnswer, let outage = health.answer() { events.append(.recovered(outage)) }
        var delivered: [UInt64] = []
        for (item, outcome) in zip(items, outcomes) {
            switch outcome {
            case .delivered:
                delivered.append(item.sequence)
                proven.remove(item.sequence)
                if !window.finish(item.sequence, .delivered) { close(item.sequence, \.delivered, at: now) }
            case .superseded:
                if !window.finish(item.sequence, .superseded) { close(item.sequence, \.superseded, at: now) }
            case .retry(let failure):
                if items.count == 1 { putOffs += 1 }
                var item = item
                item.putOff(failure, at: now, policy: policy, fraction: fraction)
                if item.state == .dead { events.append(.died(item, failure.reason)) }
                put(item, failure, at: now)
            case .reject(let failure): reject(item, failure, at: now, fraction: fraction)
            }
        }
        if let row = DeliveryRow(sink: position.name, sequences: delivered.sorted(), time: now, status: status, remoteID: id) { write.deliveries.append(row) }
        // What was refused while others passed was not refused in a row.
        if isSuccess { streak = [] } else if streak.count >= policy.rejectsInARow { suspect(at: now, fraction: fraction) }
    }

    private mutating func succeed() {
        batch = min(limits.count, batch * 2)
        streak = []
        putOffs = 0
        if let outage = health.succeed() { events.append(.recovered(outage)) }
    }

    private mutating func pause(_ failure: DeliveryFailure, at now: Timestamp, fraction: Double) {
        let wasPaused = health.isPaused
        health.pause(failure, at: now, policy: policy, fraction: fraction)
        if !wasPaused { events.append(.paused(failure)) }
    }
}

extension SinkMachine {
    /// The sink refuses a change for good. While it is paused that says nothing about the change.
    private mutating func reject(_ item: OpenItem, _ failure: DeliveryFailure, at now: Timestamp, fraction: Double) {
        guard !health.isPaused else {
            health.fail(failure, at: now, policy: policy, fraction: fraction)
            var item = item
            item.attempts &+= 1
            proven.insert(item.sequence)
            // A row lets the next probe ask with the change behind it.
            if !window.finish(item.sequence, .open(item, failure)) { open.update(item) }
            return
        }
        lastRefusal = failure
        var item = item
        item.attempts &+= 1
        item.state = .dead
        if proven.remove(item.sequence) == nil { streak.append(item) }
        put(item, failure, at: now)
        events.append(.died(item, failure.reason))
    }

    /// So many refusals in a row are the sink's fault: those changes are pending again, and the sink is paused.
    private mutating func suspect(at now: Timestamp, fraction: Double) {
        let suspects = streak
        streak = []
        for item in suspects {
            events.removeAll { if case .died(let dead, _) = $0 { dead.sequence == item.sequence } else { false } }
            if window.contains(item.sequence) {
                window.putBack([item.sequence])
            } else {
                var item = item
                item.state = .again
                item.next = now
                write.rows.append(.move(open.insert(item, at: now)))
            }
        }
        proven.formUnion(suspects.map(\.sequence))
        let words = lastRefusal.map { ": \($0.reason)" } ?? ""
        let reason = "\(suspects.count) changes in a row were refused, and none taken\(words)"
        pause(DeliveryFailure(reason, status: lastRefusal?.status), at: now, fraction: fraction)
    }
}

extension SinkMachine {
    private mutating func putBack(_ items: [OpenItem]) {
        // Open items are where they were: nothing of them changed.
        window.putBack(items.lazy.map(\.sequence))
    }

    /// Gives a change that was handed over a row, or changes the row that it has.
    private mutating func put(_ item: OpenItem, _ failure: DeliveryFailure, at now: Timestamp) {
        if window.finish(item.sequence, .open(item, failure)) { return }
        write.rows.append(.put(item, failure))
        if item.state == .dead { promote(open.remove(item.sequence, at: now)) } else { open.update(item) }
    }

    /// Ends an open item.
    private mutating func close(_ sequence: UInt64, _ counter: WritableKeyPath<SinkPosition, UInt64>, at now: Timestamp) {
        position.close(counter)
        write.rows.append(.remove(sequence))
        promote(open.remove(sequence, at: now))
    }

    private mutating func promote(_ next: OpenItem?) {
        if let next { write.rows.append(.move(next)) }
    }

    /// Moves the cursor over what is done.
    private mutating func pass() {
        guard let passed = window.pass() else { return }
        position.advance(past: passed)
        if passed.expired > 0 { events.append(.expired(passed.expired)) }
        let now = passed.opened.first?.0.since ?? Timestamp(milliseconds: 0)
        for (item, failure) in passed.opened {
            write.rows.append(.put(item.state == .dead ? item : open.insert(item, at: now), failure))
        }
    }

    /// A test of the sink succeeded: whoever waits for it need not wait any longer.
    mutating func hurry(at now: Timestamp) { health.hurry(at: now) }

    /// A person wants dead letters tried again; returns how many there was room for.
    mutating func revive(_ letters: [OpenItem], at now: Timestamp) -> Int {
        var count = 0
        for letter in letters where letter.state == .dead && open[letter.sequence] == nil && open.count < policy.openItemsMax {
            var item = letter
            item.state = .again
            item.next = now
            item.waited = 0
            proven.insert(item.sequence)
            write.rows.append(.move(open.insert(item, at: now)))
            count += 1
        }
        return count
    }

    /// A person gives dead letters up; returns how many.
    mutating func drop(_ letters: [OpenItem]) -> Int {
        var count = 0
        for letter in letters where letter.state == .dead && open[letter.sequence] == nil {
            position.close(\.dropped)
            write.rows.append(.remove(letter.sequence))
            count += 1
        }
        return count
    }

    /// What is to be written down now; nothing when nothing has changed since the last call.
    mutating func takeWrite() -> LedgerWrite? {
        guard write.isUrgent || write.position != position else { return nil }
        write.position = position
        defer { write = LedgerWrite(position: position) }
        return write
    }

    /// Whether something has happened that must be written down before the next request begins.
    var mustWrite: Bool { write.isUrgent }
    /// Whether the position is ahead of what was written down.
    var isAhead: Bool { write.position != position }

    mutating func takeEvents() -> [SinkEvent] {
        defer { events = [] }
        return events
    }
}
