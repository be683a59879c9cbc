import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument
import Synchronization
import Testing

@testable import Sinks

/// A system of events that from some day on refuses every change: ten in a row are the sink's fault and not the changes'.
struct RefusedEventTests {
    let transport: CurlTransport
    let test: RefusalUnderTest

    init() throws {
        transport = try CurlTransport()
        test = try RefusalUnderTest()
    }

    private func run(
        _ sink: () throws -> any EventSink, words: String, refuse: (Bool) -> Void, requests: () -> Int
    ) async throws {
        var service = test.start(try sink(), test.first)
        await test.drain(service)
        await service.stop(within: .seconds(5))
        refuse(true)
        service = test.start(try sink(), test.feed)
        try await test.expectADayOfPause(service, words: words, requests: requests)
        refuse(false)
        try await test.expectAllTaken(service, try sink().name)
    }

    /// Batches are refused as wholes: it is their halves, down to single changes, that are counted.
    @Test func aReceiverThatRefusesEveryRequestPausesTheSink() async throws {
        let receiver = StrictReceiver()
        let peer = try ScriptedPeer { request, _ in receiver.reply(to: request) }
        let words = "10 changes in a row were refused, and none taken: answered 422: schema 2 is wanted"
        try await run(
            {
                var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback))
                options.batch = 20
                return try WebhookSink(name: "hook", options: options, transport: transport, version: "1", clock: test.clock)
            }, words: words, refuse: { receiver.refuse($0) }, requests: { peer.requests.count })
        #expect(receiver.ids.count == RefusalUnderTest.all && Set(receiver.ids).count == RefusalUnderTest.all)
    }

    /// The request is taken, and every document in it refused.
    @Test func anIndexThatRefusesEveryDocumentPausesTheSink() async throws {
        let bulk = BulkPeer()
        let peer = try ScriptedPeer { request, _ in bulk.reply(to: request) }
        let reason = "mapping set to strict, dynamic introduction of [event] within [_doc] is not allowed"
        let words = "20 changes in a row were refused, and none taken: answered 400: strict_dynamic_mapping_exception: \(reason)"
        try await run(
            {
                var options = ElasticsearchOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback))
                options.credential = .apiKey("aWQ6a2V5")
                options.events.format = .canonical
                options.batch = 20
                return try ElasticsearchSink(name: "logs", options: options, resources: SinkResources(transport: transport, version: "1", clock: test.clock))
            }, words: words, refuse: { bulk.refuse($0 ? reason : nil) }, requests: { peer.requests.count })
        #expect(bulk.ids.count == RefusalUnderTest.all && Set(bulk.ids).count == RefusalUnderTest.all)
    }
}

/// Takes batches of CloudEvents, or refuses each request.
private final class StrictReceiver: Sendable {
    private let state = Mutex<(isRefusing: Bool, ids: [String])>((false, []))

    var ids: [String] { state.withLock { $0.ids } }

    func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
        let ids = ((try? JSONValue(parsing: request.body))?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        return state.withLock { state in
            if state.isRefusing { return .answer(422, body: Array("schema 2 is wanted".utf8)) }
            state.ids += ids
            return .answer(204)
        }
    }
}
