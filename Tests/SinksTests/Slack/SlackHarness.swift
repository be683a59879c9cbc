import CurlTransport
import Delivery
import JSONDocument
import Synchronization

@testable import Sinks

/// A channel behind an incoming webhook: it has what was answered with `ok`, and refuses with a status and a word
/// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors").
final class SlackHarness: SinkHarness {
    private struct State {
        var isFailing = false
        var failures = 0
        var plan: FaultPlan?
        var ids: [String] = []
    }

    private final class Channel: Sendable {
        let state = Mutex(State())
    }

    private let peer: ScriptedPeer
    private let channel: Channel
    private let transport: CurlTransport
    private let batch: Int

    init(transport: CurlTransport, batch: Int) throws {
        self.transport = transport
        self.batch = batch
        let channel = Channel()
        self.channel = channel
        peer = try ScriptedPeer { request, _ in channel.state.withLock { Self.answer(request, &$0) } }
    }

    private static func answer(_ request: ScriptedPeer.Request, _ state: inout State) -> ScriptedPeer.Reply {
        if state.isFailing {
            state.failures += 1
            let replies: [ScriptedPeer.Reply] = [
                .answer(500, body: Array("rollup_error".utf8)), .rawThenReset(""), .answer(200, body: Array("<html></html>".utf8)),
                .answer(429, headers: ["Retry-After: 1"], body: Array("rate_limited".utf8)),
            ]
            return replies[state.failures % replies.count]
        }
        guard let blocks = (try? JSONValue(parsing: request.body))?["blocks"]?.arrayValue else {
            return .answer(400, body: Array("invalid_payload".utf8))
        }
        let ids = blocks.compactMap { $0["block_id"]?.stringValue }
        let fault = state.plan?.next(isSingle: ids.count == 1, ids: ids)
        if let fault, !fault.takes { return fault.reply }
        if state.plan?.refusesSome == true, ids.contains(where: FaultPlan.refuses) { return fault?.reply ?? .answer(400, body: Array(FaultPlan.words.utf8)) }
        state.ids += ids
        return fault?.reply ?? .answer(200, body: Array("ok".utf8))
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        var options = SlackSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/s"), policy: .loopback))
        options.batch = batch
        return try SlackSink(name: "chat", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    var port: UInt16 { peer.port }

    func received() throws -> [String] { channel.state.withLock { $0.ids } }

    func fail(_ isFailing: Bool) { channel.state.withLock { $0.isFailing = isFailing } }

    func meet(_ plan: FaultPlan?) { channel.state.withLock { $0.plan = plan } }

    var refusesChanges: Bool { true }
}
