import Synchronization

/// What goes wrong with one request.
enum PeerFault: CaseIterable, Sendable {
    /// 503.
    case unavailable
    /// 429 with `Retry-After` in seconds.
    case slowDown
    /// 503 with `Retry-After` as a date.
    case slowDownUntil
    /// The connection is reset before the request is looked at.
    case reset
    /// The connection is reset after the request was taken.
    case resetAfter
    /// The request is taken, and the answer ends in its middle.
    case cut
    /// 413: too large at once.
    case tooLarge
    /// 401, for a while.
    case forbidden
    /// Something that is not HTTP.
    case nonsense
    /// 403, 404, 410, 500 and 504: in the suites of poisons and of coins.
    case denied
    case missing
    case gone
    case broken
    case late

    /// What every suite meets.
    static let usual: [PeerFault] = [.unavailable, .slowDown, .slowDownUntil, .reset, .resetAfter, .cut, .tooLarge, .forbidden, .nonsense]
    /// The ways in which one change may always fail a request while others pass.
    static let ways: [PeerFault] = [.forbidden, .denied, .missing, .gone, .broken, .late, .reset, .unavailable, .slowDown]

    /// Whether the system keeps what came all the same.
    var takes: Bool { self == .resetAfter || self == .cut }

    /// What an HTTP peer answers.
    var reply: ScriptedPeer.Reply {
        switch self {
        case .unavailable: .answer(503, body: Array("busy".utf8))
        case .slowDown: .answer(429, headers: ["Retry-After: 7"])
        case .slowDownUntil: .answer(503, headers: ["Retry-After: Mon, 02 Mar 2026 10:05:00 GMT"])
        case .reset, .resetAfter: .rawThenReset("")
        case .cut: .rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"half\":")
        case .tooLarge: .answer(413)
        case .forbidden: .answer(401)
        case .nonsense: .rawThenClose("SSH-2.0-OpenSSH_9.6\r\n")
        case .denied: .answer(403, body: Array("<h1>Request blocked</h1>".utf8))
        case .missing: .answer(404)
        case .gone: .answer(410)
        case .broken: .answer(500, body: Array("<h1>Internal error</h1>".utf8))
        case .late: .answer(504)
        }
    }
}

/// Decides by a seed which requests meet a fault, and which changes are refused for good.
final class FaultPlan: Sendable {
    /// How the faults come.
    enum Course: Sendable {
        /// One of these meets so many of a hundred requests; every fiftieth change is refused for good.
        case now(percent: UInt64, faults: [PeerFault])
        /// One change in so many always fails, each in its way; now and then the system is out for some requests.
        case poisons(oneIn: Int, isOut: Bool)
        /// Every other request fails, by chance, in these ways in turn.
        case coin([PeerFault])
    }

    private struct State {
        var random: SplitMix
        var met = 0
        /// Requests for which the system is still out.
        var out: UInt64 = 0
    }

    private let state: Mutex<State>
    private let course: Course

    /// The system's words for what it refuses for good; a dead letter must carry them.
    static let words = "field severity is locked"

    convenience init(seed: UInt64, percent: UInt64 = 10, faults: [PeerFault] = PeerFault.usual) {
        self.init(seed: seed, .now(percent: percent, faults: faults))
    }

    init(seed: UInt64, _ course: Course) {
        state = Mutex(State(random: SplitMix(seed: seed)))
        self.course = course
    }

    /// Whether `refuses` speaks for this plan.
    var refusesSome: Bool { if case .now = course { true } else { false } }

    /// How many requests met a fault.
    var met: Int { state.withLock { $0.met } }

    /// The next request's fault, if it meets one.
    ///
    /// - Parameters:
    ///   - isSingle: It holds one change, which is never too large.
    ///   - ids: The changes that it holds, where the system can tell.
    func next(isSingle: Bool, ids: [String] = []) -> PeerFault? {
        state.withLock { state in
            let next = fault(isSingle: isSingle, ids, &state)
            if next != nil { state.met += 1 }
            return next
        }
    }

    /// As `next`, where the system has asked about the request before and only now sees its words.
    func next(words ids: [String]) -> PeerFault? {
        guard case .poisons(let oneIn, _) = course else { return nil }
        return ids.lazy.compactMap { Self.way(of: $0, oneIn: oneIn) }.first
    }

    private func fault(isSingle: Bool, _ ids: [String], _ state: inout State) -> PeerFault? {
        switch course {
        case .now(let percent, let faults):
            guard state.random.next() % 100 < percent else { return nil }
            let fault = faults[Int(state.random.next() % UInt64(faults.count))]
            return isSingle && fault == .tooLarge ? nil : fault
        case .coin(let ways): return state.random.next() % 2 == 0 ? ways[state.met % ways.count] : nil
        case .poisons(let oneIn, let isOut):
            if isOut, state.out == 0, state.random.next() % 60 == 0 { state.out = 1 + state.random.next() % 30 }
            guard state.out == 0 else {
                state.out -= 1
                return ([.unavailable, .broken, .reset, .slowDown, .forbidden] as [PeerFault])[Int(state.out % 5)]
            }
            return ids.lazy.compactMap { Self.way(of: $0, oneIn: oneIn) }.first
        }
    }

    /// How the change `id` always fails; nothing for those that do not.
    static func way(of id: String, oneIn: Int) -> PeerFault? {
        let parts = id.split(separator: "-")
        guard parts.count == 3, let number = Int(parts[1]), number % oneIn == oneIn / 3 else { return nil }
        return PeerFault.ways[number / oneIn % PeerFault.ways.count]
    }

    /// Whether the system can never take the change `id`: every fiftieth.
    static func refuses(_ id: String) -> Bool {
        let digits = id.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.reduce(0) { ($0 * 10 + Int($1 - UInt8(ascii: "0"))) % 1_000_000 } / 10 % 50 == 0
    }
}
