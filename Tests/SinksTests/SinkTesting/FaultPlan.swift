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
        }
    }
}

/// Decides by a seed which requests meet a fault, and which changes are refused for good.
final class FaultPlan: Sendable {
    private struct State {
        var random: UInt64
        var met = 0
    }

    private let state: Mutex<State>
    private let faults: [PeerFault]
    private let percent: UInt64

    /// The system's words for what it refuses for good; a dead letter must carry them.
    static let words = "field severity is locked"

    init(seed: UInt64, percent: UInt64 = 10, faults: [PeerFault] = PeerFault.allCases) {
        state = Mutex(State(random: seed))
        self.percent = percent
        self.faults = faults
    }

    /// How many requests met a fault.
    var met: Int { state.withLock { $0.met } }

    /// The next request's fault, if it meets one; `isSingle` says that it holds one change, which is never too large.
    func next(isSingle: Bool) -> PeerFault? {
        state.withLock { state in
            guard Self.random(&state.random) % 100 < percent else { return nil }
            let fault = faults[Int(Self.random(&state.random) % UInt64(faults.count))]
            if isSingle, fault == .tooLarge { return nil }
            state.met += 1
            return fault
        }
    }

    /// Whether the system can never take the change `id`: every fiftieth.
    static func refuses(_ id: String) -> Bool {
        let digits = id.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.reduce(0) { ($0 * 10 + Int($1 - UInt8(ascii: "0"))) % 1_000_000 } / 10 % 50 == 0
    }

    /// SplitMix64.
    private static func random(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
