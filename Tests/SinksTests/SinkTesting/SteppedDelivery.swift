import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

/// Carries changes to one sink as a pump does, one thing after the other, on a clock that nothing else moves: what happens when depends on the seed
/// alone, and not on how busy the machine is.
struct SteppedDelivery {
    let sink: any EventSink
    let feed: ArrivingFeed
    let ledger: Ledger
    let clock: SteppedClock
    private var random: SplitMix
    private var run: PumpRun
    /// Requests that have begun; one after the other is made and ends.
    private var underWay: [DeliveryRequest] = []

    /// How many changes are read at a time.
    private static let page = 256
    /// Far more than any of the histories takes.
    private static let stepsMax = 10_000

    init(_ sink: any EventSink, _ feed: ArrivingFeed, _ ledger: Ledger, _ clock: SteppedClock, seed: UInt64) async throws {
        (self.sink, self.feed, self.ledger, self.clock) = (sink, feed, ledger, clock)
        random = SplitMix(seed: seed)
        if try await ledger.position(of: sink.name) == nil {
            try await ledger.insert(SinkPosition(name: sink.name, start: try await feed.firstSequence(from: .wall(Timestamp(milliseconds: .min))) - 1))
        }
        run = try await Self.begin(sink, ledger, clock)
    }

    private static func begin(_ sink: any EventSink, _ ledger: Ledger, _ clock: SteppedClock) async throws -> PumpRun {
        guard let state = try await ledger.state(of: sink.name, now: clock.now) else { throw LedgerError(.conflict, "\(sink.name) is not known") }
        var open = OpenItems()
        for item in state.open { open.insert(item, at: clock.now) }
        let machine = SinkMachine(
            limits: sink.limits, policy: DeliveryPolicy(), position: state.position, open: open, done: state.done, condition: state.condition)
        return PumpRun(machine: machine, revision: state.revision, epoch: 0)
    }

    var machine: SinkMachine { run.machine }

    /// Does the next thing there is to do, or lets time pass until there is one; false when nothing will ever happen.
    mutating func step() async throws -> Bool {
        while let after = run.readAfter {
            let page = try await feed.changes(after: after, limit: Self.page, maxBytes: 1 << 20)
            run.admit(page, takes: page.map { _ in true }, isLast: page.count < Self.page)
        }
        while let request = run.next(at: clock.now, gatherMilliseconds: sink.limits.gatherMilliseconds) { underWay.append(request) }
        guard underWay.isEmpty else {
            let request = underWay.remove(at: Int.random(in: underWay.indices, using: &random))
            let end = await RequestRun(sink: sink, feed: feed).run(request)
            let took = Int64.random(in: 5...50, using: &random)
            clock.advance(by: end.outcome.failure?.status == 504 ? Self.waited(for: request) : took)
            run.end(request.id, end, at: clock.now, fraction: Double.random(in: 0..<1, using: &random))
            try await write()
            return true
        }
        try await write()
        let now = clock.now
        let arrival = run.awaitsAfter.flatMap { feed.arrival(after: $0) }
        guard let due = [run.wake(at: now, gatherMilliseconds: sink.limits.gatherMilliseconds), arrival].compactMap({ $0 }).min() else { return false }
        clock.advance(by: max(5, due.milliseconds - now.milliseconds))
        run.waited(hasChanges: arrival.map { $0 <= clock.now } ?? false)
        return true
    }

    /// After how many milliseconds a proxy says that there is no answer: as many as a sink waits for one, or as it may.
    private static func waited(for request: DeliveryRequest) -> Int64 { min(30_000, (request.time ?? .seconds(30)).wholeMilliseconds) }

    /// Goes on until `isOver`, or nothing is left to do; an issue when that does not come.
    ///
    /// - Parameter kills: It is killed once in so many steps.
    mutating func drive(killedOnceIn kills: UInt64? = nil, until isOver: (SinkMachine, Timestamp) -> Bool) async throws {
        var random = SplitMix(seed: kills ?? 0)
        for _ in 0..<Self.stepsMax {
            if isOver(machine, clock.now) { return }
            if let kills, random.next() % kills == 0 { try await restart() }
            guard try await step() else { return }
        }
        Issue.record("it does not end: \(machine.position), \(machine.open.count) rows, \(machine.health.condition)")
    }

    private mutating func write() async throws {
        _ = run.machine.takeEvents()
        guard let write = run.machine.takeWrite() else { return }
        try await ledger.apply(write, after: run.revision)
        run.revision += 1
    }

    /// Has every dead letter tried again, as a person would.
    mutating func retryLetters() async throws {
        let letters = try await ledger.letters(sink: sink.name, limit: 1000).map(\.item)
        guard !letters.isEmpty else { return }
        _ = run.machine.revive(letters, at: clock.now)
        try await write()
    }

    /// Ends as a kill does, perhaps in the middle of a request, and begins again from the ledger.
    mutating func restart() async throws {
        if let request = underWay.first { _ = await RequestRun(sink: sink, feed: feed).run(request) }
        underWay = []
        run = try await Self.begin(sink, ledger, clock)
    }
}

/// A clock that moves only when it is told to: whoever waits on it is not kept.
final class SteppedClock: DeliveryClock {
    private let milliseconds = Mutex<Int64>(1_772_445_600_987)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    func advance(by more: Int64) { milliseconds.withLock { $0 += more } }
    func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
}

/// Changes that are there from their time of receipt on.
final class ArrivingFeed: ChangeFeed {
    private let list: ListFeed
    private let changes: [Change]
    private let clock: any DeliveryClock

    /// - Parameter changes: One sequence after the other.
    init(_ changes: [Change], _ clock: any DeliveryClock) {
        self.changes = changes
        self.clock = clock
        list = ListFeed(changes)
    }

    /// The changes behind `sequence` begin here.
    private func index(after sequence: UInt64) -> Int {
        guard let first = changes.first?.sequence, sequence >= first else { return 0 }
        return min(changes.count, Int(sequence - first) + 1)
    }

    /// When the next one comes; nothing when there is none.
    func arrival(after sequence: UInt64) -> Timestamp? {
        let index = index(after: sequence)
        return index < changes.count ? changes[index].receivedTime : nil
    }

    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        let now = clock.now
        return Array(changes[index(after: sequence)...].prefix(limit).prefix { $0.receivedTime <= now })
    }

    func lastSequence() async throws -> UInt64 { try await list.lastSequence() }
    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 { try await list.firstSequence(from: beginning) }
    func lastSequence(before end: ReceiptBound) async throws -> UInt64 { try await list.lastSequence(before: end) }
    func isCaughtUp() async throws -> Bool { true }
    func place(of id: String) async throws -> ChangePlace { try await list.place(of: id) }
    func newestChange(of uid: String) async throws -> Change? { changes.last { $0.subject == uid && $0.receivedTime <= clock.now } }
    func waitForChange(after sequence: UInt64, in epoch: UInt64) async {}
}
