import CurlTransport
import Delivery
import JSONDocument
import Synchronization

@testable import Sinks

/// A receiver that keeps what it answers 200 to, as https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md asks of one.
final class WebhookHarness: SinkHarness {
    private struct State {
        var isFailing = false
        var failures = 0
        var plan: FaultPlan?
        var ids: [String] = []
    }

    private final class Receiver: Sendable {
        let state = Mutex(State())

        /// What every request must carry; nothing: anything.
        let authorization: String?

        init(authorization: String?) { self.authorization = authorization }

        func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
            guard authorization == nil || request.header("authorization") == authorization else { return .answer(401) }
            guard let value = try? JSONValue(parsing: request.body) else { return .answer(400) }
            let ids = (value.arrayValue ?? [value]).compactMap { $0["id"]?.stringValue }
            return state.withLock { state in
                if state.isFailing {
                    state.failures += 1
                    return [.answer(503), .rawThenReset(""), .answer(500, body: Array("no\n".utf8))][state.failures % 3]
                }
                let fault = state.plan?.next(isSingle: ids.count == 1, ids: ids)
                if let fault, !fault.takes { return fault.reply }
                if state.plan?.refusesSome == true, ids.contains(where: { FaultPlan.refuses($0) }) { return .answer(422, body: Array(FaultPlan.words.utf8)) }
                state.ids += ids
                return fault?.reply ?? .answer(200)
            }
        }
    }

    private let peer: ScriptedPeer
    private let receiver: Receiver
    private let transport: CurlTransport
    private let options: WebhookSinkOptions

    init(
        transport: CurlTransport, batch: Int, authorization: String? = nil, _ change: (inout WebhookSinkOptions) throws -> Void = { _ in }
    ) throws {
        self.transport = transport
        let receiver = Receiver(authorization: authorization)
        self.receiver = receiver
        peer = try ScriptedPeer { request, _ in receiver.reply(to: request) }
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback))
        options.batch = batch
        try change(&options)
        self.options = options
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        try WebhookSink(name: "hook", options: options, transport: transport, version: "1", clock: clock)
    }

    var port: UInt16 { peer.port }

    func received() throws -> [String] { receiver.state.withLock { $0.ids } }

    func fail(_ isFailing: Bool) { receiver.state.withLock { $0.isFailing = isFailing } }

    func meet(_ plan: FaultPlan?) { receiver.state.withLock { $0.plan = plan } }

    var refusesChanges: Bool { true }
}
