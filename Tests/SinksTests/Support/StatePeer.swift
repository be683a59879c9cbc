import Synchronization

/// What a system with an API keeps in a test, and what it answers.
protocol PeerState: Sendable {
    /// Asked about each request; nothing: none meets a fault but those of `faults`.
    var plan: FaultPlan? { get }
    /// The next requests of a method get these instead of an answer; `acts` tells whether the request is acted upon all the same.
    var faults: [(method: String, reply: ScriptedPeer.Reply, acts: Bool)] { get set }
    mutating func answer(_ request: ScriptedPeer.Request) -> ScriptedPeer.Reply
    /// What is said to a request about something that the plan says is refused for good.
    func refusal(of request: ScriptedPeer.Request) -> ScriptedPeer.Reply?
    /// The ids of the changes that a request makes something of.
    func changes(in request: ScriptedPeer.Request) -> [String]
}

/// A scripted peer that answers from a state, and whose requests meet faults.
final class StatePeer<State: PeerState>: Sendable {
    private final class Shared: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let peer: ScriptedPeer
    private let shared: Shared

    init(_ state: State) throws {
        let shared = Shared(state)
        self.shared = shared
        peer = try ScriptedPeer { request, _ in shared.state.withLock { Self.reply(to: request, &$0) } }
    }

    var port: UInt16 { peer.port }
    var requests: [ScriptedPeer.Request] { peer.requests }

    func change<R: Sendable>(_ body: (inout State) -> R) -> R { shared.state.withLock { body(&$0) } }

    private static func reply(to request: ScriptedPeer.Request, _ state: inout State) -> ScriptedPeer.Reply {
        if let plan = state.plan {
            let fault = plan.next(isSingle: true, ids: state.changes(in: request))
            if let fault, !fault.takes { return fault.reply }
            let answer = (plan.refusesSome ? state.refusal(of: request) : nil) ?? state.answer(request)
            return fault?.reply ?? answer
        }
        let fault = state.faults.firstIndex { $0.method == request.method }.map { state.faults.remove(at: $0) }
        if let fault, !fault.acts { return fault.reply }
        let answer = state.answer(request)
        return fault?.reply ?? answer
    }
}
