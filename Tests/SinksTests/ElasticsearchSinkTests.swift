import Bytes
import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument
import Testing

@testable import Sinks

struct ElasticsearchSinkTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, _ change: (inout ElasticsearchOptions) -> Void = { _ in }) throws -> ElasticsearchSink {
        var options = ElasticsearchOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback))
        options.credential = .apiKey("aWQ6a2V5")
        options.events.format = .canonical
        change(&options)
        return try ElasticsearchSink(name: "es", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    private static func answer(_ items: String, errors: Bool = true) -> ScriptedPeer.Reply {
        .answer(200, body: Array("{\"took\":3,\"errors\":\(errors),\"items\":[\(items)]}".utf8))
    }

    @Test func aRequestCreatesDocumentsUnderTheirChangesIDs() async throws {
        let cluster = BulkPeer()
        let peer = try ScriptedPeer { request, _ in cluster.reply(to: request) }
        #expect(try await sink(peer).deliver(Change.findings(7...8)) == .delivered(status: 200, id: nil))
        #expect(cluster.ids == ["abcdefgh-7-1", "abcdefgh-8-1"])
        let request = try #require(peer.requests.first)
        #expect(request.header("content-encoding") == "gzip" && request.header("user-agent") == "weir/1.2.3")
        let lines = String(decoding: try #require(decoded(request)), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5 && lines[0] == #"{"create":{"_id":"abcdefgh-7-1"}}"# && lines[4].isEmpty)
        #expect(lines[1].hasPrefix(#"{"@timestamp":"2026-03-02T09:50:00.000Z","specversion":"1.0""#))
    }

    /// Fluent Bit's and others' imitations know `/_bulk` alone, and pipelines and indices that are written over have their words.
    @Test func pathPipelineAndOperationAreTheSettings() async throws {
        let peer = try ScriptedPeer { _, _ in Self.answer(#"{"index":{"status":200}}"#, errors: false) }
        let sink = try sink(peer) { options in
            options.path = .bulk
            options.pipeline = "geo-ip/1"
            options.operation = .index
            options.index = "findings"
            options.gzip = false
        }
        #expect(await sink.deliver([.finding(7)]) == .delivered(status: 200, id: nil))
        let request = try #require(peer.requests.first)
        #expect(request.target == "/_bulk?\(BulkAnswer.filter)&pipeline=geo-ip%2F1")
        let action = String(decoding: request.body, as: UTF8.self).split(separator: "\n").first
        #expect(action == #"{"index":{"_index":"findings","_id":"abcdefgh-7-1"}}"#)
    }

    @Test func theTimeOfReceiptStandsWhereItIsWanted() async throws {
        let peer = try ScriptedPeer { _, _ in Self.answer(#"{"create":{"status":201}}"#, errors: false) }
        for format in [EventFormat.canonical, .ecs] {
            let sink = try sink(peer) { options in
                options.events.format = format
                options.events.time = .received
                options.gzip = false
            }
            #expect(await sink.deliver([.finding(.sample(), 7)]).isDelivered)
        }
        for request in peer.requests {
            let document = try JSONValue(parsing: Array(request.body.split(separator: 0x0a)[1]))
            #expect(document["@timestamp"]?.stringValue == "2026-03-02T09:50:00.500Z")
            // When it happened is said all the same.
            #expect((document["time"] ?? document["weir"]?["time"])?.stringValue == "2026-03-02T09:50:00.000Z")
        }
    }

    @Test func aDocumentThatIsThereIsDelivered() async throws {
        let cluster = BulkPeer()
        let peer = try ScriptedPeer { request, _ in cluster.reply(to: request) }
        let sink = try sink(peer)
        #expect(await sink.deliver([.finding(1)]).isDelivered)
        #expect(await sink.deliver(Change.findings(1...3)).isDelivered)
        #expect(cluster.ids == ["abcdefgh-1-1", "abcdefgh-2-1", "abcdefgh-3-1"])
    }

    @Test func theWayOfProvingOneselfIsTheSettings() async throws {
        let peer = try ScriptedPeer { _, _ in Self.answer(#"{"create":{"status":201}}"#, errors: false) }
        _ = try await sink(peer) { $0.credential = .basic(user: "elastic", password: "pä:ss") }.deliver([.finding(1)])
        _ = try await sink(peer) { $0.credential = nil }.deliver([.finding(1)])
        #expect(peer.requests[0].header("authorization") == "Basic " + Base64.encode(Array("elastic:pä:ss".utf8)))
        #expect(peer.requests[1].header("authorization") == nil)
    }

    /// What stands inside a 200: each document's own status.
    @Test(
        arguments: [
            (201, "", "delivered"), (200, "", "delivered"), (409, "version_conflict_engine_exception", "delivered"),
            (429, "es_rejected_execution_exception", "retry"), (503, "unavailable_shards_exception", "retry"), (500, "x", "retry"), (0, "", "retry"),
            (400, "document_parsing_exception", "reject"), (400, "mapper_parsing_exception", "reject"), (409, "something_else", "reject"),
            (403, "cluster_block_exception", "retry"), (403, "security_exception", "pause"), (401, "security_exception", "pause"),
            (404, "index_not_found_exception", "pause"),
        ] as [(Int, String, String)])
    func everyDocumentHasItsOutcome(status: Int, type: String, word: String) async throws {
        let error = type.isEmpty ? "" : ",\"error\":{\"type\":\"\(type)\",\"reason\":\"its words\"}"
        let peer = try ScriptedPeer { _, _ in Self.answer("{\"create\":{\"status\":201}},{\"create\":{\"status\":\(status)\(error)}}") }
        let outcome = try await sink(peer).deliver(Change.findings(1...2))
        switch outcome {
        case .delivered: #expect(word == "delivered")
        case .pause(let failure): #expect(word == "pause" && failure.reason.contains("its words"))
        case .items(let items, 200, nil):
            #expect(items.count == 2 && items[0] == .delivered)
            switch items[1] {
            case .retry: #expect(word == "retry")
            case .reject(let failure): #expect(word == "reject" && failure.reason.contains("its words") && failure.status == status)
            default: Issue.record("\(outcome)")
            }
        default: Issue.record("\(outcome)")
        }
    }

    /// A sender that looks at the status, or at `errors`, alone would lose these.
    @Test(arguments: [
        "", "{}", "<html></html>", "{\"errors\":false}", "{\"errors\":false,\"items\":[]}", "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}}]}",
    ])
    func anAnswerWithoutAWordAboutEachDocumentIsNone(body: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200, body: Array(body.utf8)) }
        let outcome = try await sink(peer).deliver(Change.findings(1...2))
        #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == true)
    }

    @Test(arguments: [("retry", [429, 502, 503]), ("pause", [401, 403, 404]), ("split", [413]), ("reject", [400, 406])])
    func aRequestThatIsRefusedAsAWholeHasItsOutcome(word: String, statuses: [Int]) async throws {
        for status in statuses {
            let peer = try ScriptedPeer { _, _ in BulkPeer.error(status, "some_exception", "its words") }
            let outcome = try await sink(peer).deliver([.finding(1)])
            #expect(outcome.word == word && outcome.failure?.reason.contains("some_exception: its words") == true, "\(status): \(outcome)")
        }
    }

    @Test func ofAnAnswerThatIsTooLongNothingIsGuessed() async throws {
        let item = #"{"create":{"status":201}},"#
        let peer = try ScriptedPeer { _, _ in Self.answer(String(repeating: item, count: 200_000) + #"{"create":{"status":201}}"#) }
        #expect(try await sink(peer).deliver(Change.findings(1...2)).word == "split")
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = ElasticsearchOptions(destination: Destination(url: try OutboundURL("https://es.example"), policy: DestinationPolicy(networks: [])))
        #expect(options.issues.isEmpty && options.events.format == .ecs)
        options.batch = 0
        options.events.format = .cef
        options.credential = .basic(user: "a:b", password: "c")
        for name in ["", "Logs", "logs/..", "_all", "-a", "a,b", "a*", "<logs-{now}>", String(repeating: "a", count: 256)] {
            options.index = name
            #expect(options.issues.map(\.key) == ["batch", "index", "format", "user"], "\(name)")
        }
    }

    @Test(arguments: [1, 7])
    func itKeepsTheSinksPromises(_ batch: Int) async throws {
        try await SinkConformance(harness: try BulkHarness(transport: transport, batch: batch)).run()
    }

    @Test(arguments: [1, 7])
    func whatFailsIsTheSinkOrOneChange(_ batch: Int) async throws {
        try await SinkConformance(harness: try BulkHarness(transport: transport, batch: batch)).runOwnFaults()
    }
}

private final class BulkHarness: SinkHarness {
    private let cluster: BulkPeer
    private let peer: ScriptedPeer
    private let transport: CurlTransport
    private let batch: Int

    init(transport: CurlTransport, batch: Int) throws {
        self.transport = transport
        self.batch = batch
        let cluster = BulkPeer()
        self.cluster = cluster
        peer = try ScriptedPeer { request, _ in cluster.reply(to: request) }
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        var options = ElasticsearchOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback))
        options.credential = .apiKey("aWQ6a2V5")
        options.batch = batch
        options.events.format = .canonical
        return try ElasticsearchSink(name: "es", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    func received() throws -> [String] { cluster.ids }

    func fail(_ isFailing: Bool) { cluster.fail(isFailing) }

    func meet(_ plan: FaultPlan?) { cluster.meet(plan) }

    var tellsRepetitions: Bool { true }
    var refusesChanges: Bool { true }
}
