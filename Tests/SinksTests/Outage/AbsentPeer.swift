import JSONDocument
import Synchronization

/// A receiver of batches of CloudEvents that is away in one way or another, on a port that stays its own.
final class AbsentPeer: Sendable {
    enum Presence: Hashable, Sendable {
        case here
        /// Nobody listens.
        case refusing
        /// 503.
        case unavailable
        /// 429 with `Retry-After` in seconds.
        case slowDown(Int)
        /// It takes the request and never answers.
        case silent
    }

    private struct State {
        var presence = Presence.here
        var peer: ScriptedPeer?
        /// The sequences of the requests that were answered with success, a request that came again left out.
        var taken: [UInt64] = []
        /// The ids of those requests.
        var ids: Set<String> = []
        /// What came in requests that were not answered.
        var unanswered: Set<UInt64> = []
        var requests = 0
    }

    private let place: ListeningSocket
    private let state = Mutex(State())

    init() throws {
        place = try ListeningSocket(listens: false)
        try become(.here)
    }

    var port: UInt16 { place.port }
    var taken: [UInt64] { state.withLock { $0.taken } }
    var unanswered: Set<UInt64> { state.withLock { $0.unanswered } }
    var requests: Int { state.withLock { $0.requests } }

    /// Is away from now on as `presence` says, or here.
    func become(_ presence: Presence) throws {
        try state.withLock { state in
            state.presence = presence
            if presence == .refusing {
                state.peer?.stop()
                state.peer = nil
            } else if state.peer == nil {
                state.peer = try ScriptedPeer(port: place.port) { [weak self] request, _ in self?.reply(to: request) ?? .rawThenReset("") }
            }
        }
    }

    private func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
        let changes = (try? JSONValue(parsing: request.body))?.arrayValue ?? []
        let sequences = changes.compactMap { $0["sequence"]?.stringValue.flatMap { UInt64($0) } }
        return state.withLock { state in
            state.requests += 1
            switch state.presence {
            case .here:
                if state.ids.insert(request.header("webhook-id") ?? "").inserted { state.taken += sequences }
                return .answer(204)
            case .refusing: return .rawThenReset("")
            case .unavailable: return .answer(503, body: Array("busy".utf8))
            case .slowDown(let seconds): return .answer(429, headers: ["Retry-After: \(seconds)"])
            case .silent:
                state.unanswered.formUnion(sequences)
                return .silence
            }
        }
    }
}
