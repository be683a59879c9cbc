import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Logging
import State
import Testing

@testable import Sinks

/// A receiver that never answers about one change.
struct UnansweredChangeTests {
    private func sink(_ peer: ScriptedPeer, timeout: Duration) throws -> WebhookSink {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/hook"), policy: .loopback))
        options.batch = 100
        options.destination.timeout = timeout
        return try WebhookSink(name: "hook", options: options, transport: try CurlTransport(), version: "1", clock: SystemClock())
    }

    @Test func anExchangeHasNoMoreTimeThanTheEngineGrants() async throws {
        let peer = try ScriptedPeer { _, _ in .silence }
        let sink = try sink(peer, timeout: .seconds(3600))
        let outcome = await ExchangeTime.$limit.withValue(.milliseconds(100)) { await sink.deliver([.finding(1)]) }
        #expect(outcome.word == "retry" && outcome.failure?.isOfSink == false && outcome.failure?.mayHaveArrived == true)
    }

    @Test func theOthersOfItsBatchArriveAfterThreeOfItsTries() async throws {
        let poison = Change.finding(57).id
        let peer = try ScriptedPeer { request, _ in String(decoding: request.body, as: UTF8.self).contains("\"\(poison)\"") ? .silence : .answer(204) }
        let folder = try TemporaryFolder(isMemory: true)
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let feed = ListFeed(Change.findings(1...120))
        var policy = DeliveryPolicy()
        policy.slow = .milliseconds(200)
        let service = DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(try sink(peer, timeout: .milliseconds(600)), from: .beginning)], routes: [Route(to: ["hook"])],
            policy: policy, log: Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() })
        service.start()
        await eventually { (try? await ledger.position(of: "hook"))?.delivered == 119 }
        await service.stop(within: .seconds(5))
        let tries = peer.requests.filter { String(decoding: $0.body, as: UTF8.self).contains("\"\(poison)\"") }
        let sizes = try tries.map { try JSONValue(parsing: $0.body).arrayValue?.count }
        #expect(Array(sizes.prefix(3)) == [100, 10, 1], "\(sizes)")
        await ledger.close()
    }
}
