import FindingModel

/// The changes above the cursor that were read and are not done with, in order.
struct DeliveryWindow: Sendable {
    /// How a change ended, as far as the cursor is concerned.
    enum End: Sendable {
        case delivered
        case superseded
        /// Its receipt was erased before it had left: it is given up. Nothing notes it above the cursor, since it says so itself when it is read again.
        case erased
        /// It gets a row of its own, with the sink's words.
        case open(OpenItem, DeliveryFailure?)

        /// Whether the sink is never asked again about the change.
        var isFinal: Bool {
            switch self {
            case .delivered, .superseded: true
            case .open, .erased: false
            }
        }
    }

    private enum State: Sendable {
        case ready
        /// It failed alone: it is handed over by itself, and its record's later changes wait for it.
        case suspect
        case underWay
        case done(End)
    }

    private struct Slot: Sendable {
        let change: Change
        /// Sequences before it that are no longer kept, and changes before it that no route takes.
        let expired: UInt64
        let filtered: UInt64
        var state = State.ready
        /// Whether the ledger knows that it is done although the cursor stands before it.
        var isNoted = false
    }

    /// What the cursor passes at once.
    struct Passed: Sendable {
        var through: UInt64
        var lastID: String?
        var delivered: UInt64 = 0
        var superseded: UInt64 = 0
        var filtered: UInt64 = 0
        var expired: UInt64 = 0
        var erased: UInt64 = 0
        var opened: [(OpenItem, DeliveryFailure?)] = []
    }

    private var slots: [Slot] = []
    /// What an earlier run was done with above its cursor, by the changes' ids, until it is read.
    private var known: [String: DoneAbove]
    private var tail: Passed
    private(set) var ready = 0
    private(set) var readyBytes = 0
    private(set) var suspectBytes = 0

    init(after sequence: UInt64, done: [DoneAbove] = []) {
        tail = Passed(through: sequence)
        known = Dictionary(done.map { ($0.changeID, $0) }) { first, _ in first }
    }

    /// The last sequence that was read.
    var readThrough: UInt64 { tail.through }
    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    /// Takes the next change in; one that was read before is passed over.
    mutating func add(_ change: Change, isTaken: Bool) {
        guard change.sequence > tail.through else { return }
        let expired = tail.expired + (change.sequence - tail.through - 1)
        guard isTaken else {
            tail.expired = expired
            tail.filtered += 1
            tail.through = change.sequence
            tail.lastID = change.id
            return
        }
        var slot = Slot(change: change, expired: expired, filtered: tail.filtered)
        tail = Passed(through: change.sequence)
        if let done = known.removeValue(forKey: change.id) {
            slot.state = .done(done.isSuperseded ? .superseded : .delivered)
            slot.isNoted = true
            slots.append(slot)
            return
        }
        if change.isErased {
            slot.state = .done(.erased)
            slots.append(slot)
            return
        }
        slots.append(slot)
        ready += 1
        readyBytes += change.approximateBytes
    }

    /// What is done with although the cursor stands before it, those included that are not read yet.
    var doneAbove: UInt64 {
        UInt64(known.count) + slots.reduce(0) { count, slot in if case .done(let end) = slot.state, end.isFinal { count + 1 } else { count } }
    }

    /// Of those, the ones that the ledger does not know yet.
    mutating func noteDone() -> [DoneAbove] {
        var new: [DoneAbove] = []
        for index in slots.indices where !slots[index].isNoted {
            guard case .done(let end) = slots[index].state, end.isFinal else { continue }
            let isSuperseded = if case .superseded = end { true } else { false }
            slots[index].isNoted = true
            new.append(DoneAbove(sequence: slots[index].change.sequence, changeID: slots[index].change.id, isSuperseded: isSuperseded))
        }
        return new
    }

    /// Takes the ready changes for a request, in order: at most `count`, and about `bytes` of them but at least one.
    ///
    /// A change whose record `isBlocked` gets a row and waits there; one whose record is under way here stays. `room` says how many rows there
    /// may still be, and every change that is taken may need one.
    mutating func take(count: Int, bytes: Int, room: Int, at now: Timestamp, isBlocked: (String) -> Bool) -> [Change] {
        var taken: [Change] = []
        var size = 0, room = room
        var busy: Set<String> = []
        for slot in slots {
            switch slot.state {
            case .underWay, .suspect: busy.insert(slot.change.subject)
            case .ready, .done: break
            }
        }
        var opened: Set<String> = []
        for slot in slots { if case .done(.open(let item, _)) = slot.state, item.state != .dead { opened.insert(item.uid) } }
        for index in slots.indices {
            guard taken.count < count, room > 0 else { break }
            guard case .ready = slots[index].state else { continue }
            let change = slots[index].change
            if opened.contains(change.subject) || isBlocked(change.subject) {
                room -= 1
                set(index, .done(.open(OpenItem(change, state: .held, at: now), nil)))
                continue
            }
            guard !busy.contains(change.subject) else { continue }
            if !taken.isEmpty, size + change.approximateBytes > bytes { break }
            size += change.approximateBytes
            room -= 1
            taken.append(change)
            set(index, .underWay)
        }
        return taken
    }

    /// Takes one ready change that none of its record comes before, and whose record is not blocked: the first of them, the last or the middle one,
    /// by `turn`, because what is at fault often stands together; none of those that `isKnown`.
    mutating func takeOne(turn: Int, isBlocked: (String) -> Bool, isKnown: (UInt64) -> Bool = { _ in false }) -> Change? {
        let eligible = eligible(isBlocked: isBlocked).filter { !isKnown(slots[$0].change.sequence) }
        guard !eligible.isEmpty else { return nil }
        let places = [0, eligible.count - 1, eligible.count / 2]
        let index = eligible[places[turn % places.count]]
        set(index, .underWay)
        return slots[index].change
    }

    /// Whether `takeOne` would give a change.
    func hasOne(isBlocked: (String) -> Bool, isKnown: (UInt64) -> Bool = { _ in false }) -> Bool {
        ready > 0 && eligible(isBlocked: isBlocked).contains { !isKnown(slots[$0].change.sequence) }
    }

    private func eligible(isBlocked: (String) -> Bool) -> [Int] {
        var waiting: Set<String> = []
        var eligible: [Int] = []
        for (index, slot) in slots.enumerated() {
            let isFirst = !waiting.contains(slot.change.subject)
            switch slot.state {
            case .ready:
                if isFirst, !isBlocked(slot.change.subject) { eligible.append(index) }
                waiting.insert(slot.change.subject)
            case .suspect, .underWay: waiting.insert(slot.change.subject)
            case .done(.open(let item, _)): if item.state != .dead { waiting.insert(slot.change.subject) }
            case .done: break
            }
        }
        return eligible
    }

    /// Takes a change that failed alone.
    mutating func takeSuspect(_ sequence: UInt64) -> Change? {
        guard let index = index(of: sequence), case .suspect = slots[index].state else { return nil }
        set(index, .underWay)
        return slots[index].change
    }

    /// Notes that a change failed alone.
    mutating func suspect(_ sequence: UInt64) { if let index = index(of: sequence) { set(index, .suspect) } }

    /// Makes changes that were under way, suspected or done ready again.
    mutating func putBack(_ sequences: some Sequence<UInt64>) {
        for sequence in sequences { if let index = index(of: sequence) { set(index, .ready) } }
    }

    /// Notes how a change ended; false when it is not here.
    @discardableResult
    mutating func finish(_ sequence: UInt64, _ end: End) -> Bool {
        guard let index = index(of: sequence) else { return false }
        set(index, .done(end))
        return true
    }

    /// Whether a change up to `sequence` could be handed over.
    func hasReady(through sequence: UInt64) -> Bool {
        slots.prefix { $0.change.sequence <= sequence }.contains { if case .ready = $0.state { true } else { false } }
    }

    func contains(_ sequence: UInt64) -> Bool { index(of: sequence) != nil }

    /// Removes what is done at the beginning; nothing when the cursor stays.
    mutating func pass() -> Passed? {
        var passed: Passed?
        var count = 0
        for slot in slots {
            guard case .done(let end) = slot.state else { break }
            var sum = passed ?? Passed(through: 0)
            sum.through = slot.change.sequence
            sum.lastID = slot.change.id
            sum.filtered += slot.filtered
            sum.expired += slot.expired
            switch end {
            case .delivered: sum.delivered += 1
            case .superseded: sum.superseded += 1
            case .erased: sum.erased += 1
            case .open(let item, let failure): sum.opened.append((item, failure))
            }
            passed = sum
            count += 1
        }
        slots.removeFirst(count)
        guard slots.isEmpty, tail.filtered > 0 || tail.expired > 0 else { return passed }
        var sum = passed ?? Passed(through: 0)
        sum.through = tail.through
        sum.lastID = tail.lastID ?? sum.lastID
        sum.filtered += tail.filtered
        sum.expired += tail.expired
        tail = Passed(through: tail.through)
        return sum
    }

    private mutating func set(_ index: Int, _ state: State) {
        let bytes = slots[index].change.approximateBytes
        if case .ready = slots[index].state {
            ready -= 1
            readyBytes -= bytes
        }
        if case .ready = state {
            ready += 1
            readyBytes += bytes
        }
        if case .suspect = slots[index].state { suspectBytes -= bytes }
        if case .suspect = state { suspectBytes += bytes }
        slots[index].state = state
    }

    /// Where the change `sequence` stands, found by halving.
    private func index(of sequence: UInt64) -> Int? {
        var low = 0, high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].change.sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < slots.count && slots[low].change.sequence == sequence ? low : nil
    }
}

extension Change {
    /// About the size of its CloudEvents JSON: the attributes around the record take some 300 bytes.
    var approximateBytes: Int { data.bytes.count + subject.utf8.count + source.utf8.count + id.utf8.count + 300 }
}
