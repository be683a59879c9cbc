import FindingModel

@testable import Delivery

/// Drives a machine as a pump does, with a list of changes, a clock that jumps, and a ledger in memory.
struct MachineDriver {
    var machine: SinkMachine
    var now = Timestamp(milliseconds: 1_772_445_600_000)
    let start = Timestamp(milliseconds: 1_772_445_600_000)
    let changes: [Change]
    private let arrivals: [Timestamp]
    /// Changes that no route takes.
    var skips: Set<UInt64> = []
    /// Whether a change is only there from its time of receipt on.
    var arrivesLater = false
    /// Whether what is not urgent is written down with the next that is, as by a pump.
    var writesLate = false
    /// Requests that have begun and not ended.
    private(set) var underWay: [DeliveryRequest] = []
    /// The rows as the ledger has them.
    private(set) var rows: [UInt64: OpenItem] = [:]
    private(set) var words: [UInt64: String] = [:]
    private(set) var position: SinkPosition
    /// What was written last.
    private(set) var written: LedgerWrite
    private(set) var events: [SinkEvent] = []
    /// Every change that was ever delivered.
    private(set) var taken: Set<UInt64> = []
    /// The random part of each wait.
    var fraction = 0.5

    init(count: Int, _ changes: [Change], policy: DeliveryPolicy = DeliveryPolicy()) {
        self.init(limits: SinkLimits(count: count, bytes: 1 << 20), changes, policy: policy)
    }

    init(limits: SinkLimits, _ changes: [Change], policy: DeliveryPolicy = DeliveryPolicy()) {
        position = SinkPosition(name: "sink", start: 0)
        written = LedgerWrite(position: position)
        machine = SinkMachine(limits: limits, policy: policy, position: position, open: OpenItems())
        self.changes = changes
        arrivals = changes.map(\.receivedTime).sorted()
    }

    /// When the next change is received.
    var nextArrival: Timestamp? {
        var low = 0, high = arrivals.count
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle] <= now { low = middle + 1 } else { high = middle }
        }
        return low < arrivals.count ? arrivals[low] : nil
    }

    /// Whether nothing is left to do.
    var isDone: Bool { machine.position.cursor == changes.last?.sequence && machine.isIdle }

    /// Whether every change up to the cursor is counted once, and the rows are as many as counted.
    var balances: Bool {
        let sum = position.delivered + position.filtered + position.superseded + position.expired + position.dropped + position.open
        return position.cursor - position.start == sum && position.open == UInt64(rows.count)
    }

    /// Where the changes behind `sequence` begin.
    private func place(after sequence: UInt64) -> Int {
        var low = 0, high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The next request, if there is one at this moment.
    mutating func beginRequest(whole: Bool = true) -> DeliveryRequest? {
        while machine.wantsChanges {
            let page = changes[place(after: machine.readThrough)...].prefix(5).filter { !arrivesLater || $0.receivedTime <= now }
            if page.isEmpty { break }
            machine.admit(page, takes: page.map { !skips.contains($0.sequence) })
        }
        guard let request = machine.next(at: now, whole: whole) else {
            write()
            return nil
        }
        write()
        underWay.append(request)
        return request
    }

    /// As `beginRequest`, the sequences.
    mutating func begin() -> [UInt64]? { beginRequest().map { sequences(of: $0) } }

    func sequences(of request: DeliveryRequest) -> [UInt64] {
        switch request.content {
        case .window(let changes): changes.map(\.sequence)
        case .open(let items): items.map(\.sequence)
        }
    }

    /// Ends the only request, or the one given.
    mutating func end(_ outcome: DeliveryOutcome, expired: [UInt64] = []) {
        if let request = underWay.first { end(request, outcome, expired: expired) }
    }

    mutating func end(_ request: DeliveryRequest, _ outcome: DeliveryOutcome, expired: [UInt64] = []) {
        underWay.removeAll { $0.id == request.id }
        let sequences = sequences(of: request).filter { !expired.contains($0) }
        switch outcome {
        case .delivered: taken.formUnion(sequences)
        case .items(let items, _, _) where items.count == sequences.count:
            taken.formUnion(zip(sequences, items).compactMap { $1 == .delivered || $1 == .superseded ? $0 : nil })
        default: break
        }
        machine.end(request.id, outcome, expired: expired, at: now, fraction: fraction)
        write()
    }

    /// Carries out what the machine wants written.
    mutating func write() {
        events += machine.takeEvents()
        guard !writesLate || machine.mustWrite else { return }
        guard let write = machine.takeWrite() else { return }
        written = write
        position = write.position
        for row in write.rows {
            switch row {
            case .put(let item, let failure):
                rows[item.sequence] = item
                words[item.sequence] = failure?.reason
            case .move(let item): if rows[item.sequence] != nil { rows[item.sequence] = item }
            case .remove(let sequence): rows[sequence] = nil
            }
        }
    }

    /// Lets time pass until the machine wants to be asked again.
    mutating func sleep() {
        if let wake = machine.wake, wake > now { now = wake }
    }

    /// Does as a crash and a new start do: what was under way is forgotten, what was written is not.
    mutating func restart() {
        underWay = []
        var open = OpenItems()
        for item in rows.values.sorted(by: { $0.sequence < $1.sequence }) where item.state != .dead { open.insert(item, at: now) }
        machine = SinkMachine(limits: machine.limits, policy: machine.policy, position: position, open: open)
    }

    /// Goes on until nothing is left, with one answer after the other; returns what was taken, in order.
    mutating func drain(steps: Int = 100_000, answer: ([UInt64]) -> DeliveryOutcome) -> [UInt64] {
        var order: [UInt64] = []
        for _ in 0..<steps where !isDone {
            guard let sequences = begin() else {
                sleep()
                continue
            }
            let outcome = answer(sequences)
            let before = taken
            end(outcome)
            order += sequences.filter { taken.contains($0) && !before.contains($0) }
        }
        return order
    }

    /// Goes on for so long, with one answer after the other and `every` so many milliseconds for each that takes something.
    mutating func run(for milliseconds: Int64, every pause: Int64, answer: ([UInt64]) -> DeliveryOutcome) {
        let end = now.advanced(byMilliseconds: milliseconds)
        while now < end, !isDone {
            guard let request = beginRequest() ?? underWay.first else {
                guard let wake = machine.wake, wake < end else { break }
                now = max(wake, now.advanced(byMilliseconds: 1))
                continue
            }
            let outcome = answer(sequences(of: request))
            if outcome.hasDelivered { now = now.advanced(byMilliseconds: pause) }
            self.end(request, outcome)
        }
        if !isDone { now = max(now, end) }
    }

    /// Any outcome that a sink may give; `poison` is refused for ever, and everything else is taken in the end.
    static func outcome(for sequences: [UInt64], poison: Set<UInt64>, _ random: inout SeededRandom) -> DeliveryOutcome {
        let failure = DeliveryFailure("x")
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .retry(failure)
        case 1: return Int.random(in: 0..<10, using: &random) == 0 ? .pause(failure) : .retry(failure)
        case 2 where sequences.count > 1: return .split(failure)
        case 3...5:
            let items = sequences.map { sequence -> ItemOutcome in
                if poison.contains(sequence) { return .reject(failure) }
                return Int.random(in: 0..<4, using: &random) == 0 ? .retry(failure) : .delivered
            }
            return .items(items, status: 200, id: nil)
        default: return sequences.contains { poison.contains($0) } ? .reject(failure) : .delivered(status: 200, id: nil)
        }
    }
}
