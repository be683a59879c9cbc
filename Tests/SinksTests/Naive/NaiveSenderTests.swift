import CurlTransport
import Delivery
import FindingModel
import Testing

@testable import Sinks

/// That the peers of the tests tell a good sink from a naive one: what a naive one takes for delivered, they do not have.
///
/// For the mail server and the receiver of syslog: `NaiveMailerTests` and `SyslogDeliveryTests`.
struct NaiveSenderTests {
    private let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    /// How many of `bodies` a sender has done with after one attempt each.
    private func done(
        _ port: UInt16, _ proof: NaiveSender.Proof, _ path: String, _ headers: [(String, String)] = [], _ bodies: [[UInt8]]
    ) async throws -> Int {
        let sender = NaiveSender(transport: transport, port: port, proof: proof)
        var count = 0
        for body in bodies where try await sender.isDone(path, headers.map { .init($0, $1) }, body) { count += 1 }
        return count
    }

    /// 200 with an error inside.
    @Test func aCollectorsStatusIsNotItsWord() async throws {
        let collector = HECPeer()
        let peer = try ScriptedPeer { request, _ in collector.reply(to: request) }
        collector.fail(true)
        let events = (1...9).map { Array(#"{"event":{"id":"abcdefgh-\#($0)-1"}}"#.utf8) }
        let done = try await done(peer.port, .status, "/services/collector/event", [("Authorization", "Splunk \(collector.token)")], events)
        #expect(done == 3 && collector.ids.isEmpty)
    }

    /// Batches whose number is never confirmed.
    @Test func whatACollectorTookIsNotInTheIndex() async throws {
        let collector = HECPeer(acknowledgement: true)
        let peer = try ScriptedPeer { request, _ in collector.reply(to: request) }
        collector.meet(FaultPlan(seed: 1, percent: 0))
        let events = (1...18).map { Array(#"{"event":{"id":"abcdefgh-\#($0)-1"}}"#.utf8) }
        let headers = [("Authorization", "Splunk \(collector.token)"), ("X-Splunk-Request-Channel", "8d1e1c0a-0000-4000-8000-000000000001")]
        #expect(try await done(peer.port, .status, "/services/collector/event", headers, events) == 18)
        #expect(collector.ids.count == 16)
    }

    /// A bulk request of which some documents fail.
    @Test func aBulkRequestsStatusIsNotThatOfItsDocuments() async throws {
        let cluster = BulkPeer()
        let peer = try ScriptedPeer { request, _ in cluster.reply(to: request) }
        cluster.meet(FaultPlan(seed: 1, percent: 0))
        let lines = (1...26).map { #"{"create":{"_id":"abcdefgh-\#($0)-1"}}"# + "\n" + #"{"@timestamp":"2026-03-02T10:00:00.000Z"}"# + "\n" }
        let headers = [("Authorization", "ApiKey aWQ6a2V5"), ("Content-Type", "application/x-ndjson")]
        #expect(try await done(peer.port, .status, "/logs-weir-default/_bulk?x=1", headers, [Array(lines.joined().utf8)]) == 1)
        #expect(cluster.ids.count == 24)
    }

    /// A page of a proxy with 200.
    @Test func aChatsStatusIsNotItsOK() async throws {
        let channel = try SlackHarness(transport: transport, batch: 1)
        channel.fail(true)
        let messages = (1...8).map { Array(#"{"blocks":[{"block_id":"abcdefgh-\#($0)-1"}]}"#.utf8) }
        #expect(try await done(channel.port, .status, "/s", [], messages) == 2)
        #expect(try channel.received().isEmpty)
    }

    /// 200 without the name of a test; and a report that closes what it leaves out, unless told not to.
    @Test func anImportIsMoreThanItsStatus() async throws {
        let peer = try DefectDojoPeer()
        peer.fail(true)
        var form = MultipartForm(fileName: "f.json", json: Self.report("f_2"))
        form.add("scan_type", "Generic Findings Import")
        form.add("product_name", "Shop")
        let headers = [("Authorization", "Token k3y"), ("Content-Type", form.contentType)]
        #expect(try await done(peer.port, .status, "/api/v2/reimport-scan/", headers, Array(repeating: form.body, count: 8)) == 2)
        #expect(peer.findings.isEmpty)
        peer.fail(false)
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let options = DefectDojoSinkOptions(destination: destination, token: "k3y", product: "Shop")
        let sink = try DefectDojoSink(name: "hub", options: options, resources: SinkResources(transport: transport, version: "1", clock: FixedClock()))
        _ = await sink.deliver([.finding(.sample("f_1"), 1)])
        #expect(try await done(peer.port, .status, "/api/v2/reimport-scan/", headers, [form.body]) == 1)
        #expect(peer.findings == ["f_1": false, "f_2": true])
    }

    private static func report(_ uid: String) -> [UInt8] {
        Array(#"{"findings":[{"title":"t","severity":"High","description":"d","active":true,"unique_id_from_tool":"\#(uid)"}]}"#.utf8)
    }

    /// A connection that is reset before the request was looked at, and one that is reset after it was read: nobody can tell them apart.
    @Test(arguments: [(PeerFault.reset, 0), (.resetAfter, 6), (.unavailable, 0), (.nonsense, 0), (.slowDownUntil, 0)])
    func whatWasSentIsNotReceived(_ fault: PeerFault, _ kept: Int) async throws {
        let receiver = try WebhookHarness(transport: transport, batch: 1)
        receiver.meet(FaultPlan(seed: 1, percent: 100, faults: [fault]))
        let events = (1...6).map { Array(#"{"id":"abcdefgh-\#($0)-1"}"#.utf8) }
        #expect(try await done(receiver.port, .sent, "/", [], events) == 6)
        #expect(try receiver.received().count == kept)
        // Whoever asks for a status sends all of them again: some stand there twice.
        receiver.meet(FaultPlan(seed: 1, percent: 100, faults: [fault]))
        #expect(try await done(receiver.port, .status, "/", [], events) == 0)
        #expect(try receiver.received().count == kept * 2)
    }

    /// 413 to a batch, and 401 for a while, are answers that say nothing about the changes.
    @Test(arguments: [PeerFault.tooLarge, .forbidden, .slowDown])
    func aRefusalIsNotAlwaysTheChanges(_ fault: PeerFault) async throws {
        let receiver = try WebhookHarness(transport: transport, batch: 7)
        receiver.meet(FaultPlan(seed: 1, percent: 100, faults: [fault]))
        #expect(try await done(receiver.port, .statusOrRefusal, "/", [], [Array(#"[{"id":"abcdefgh-1-1"},{"id":"abcdefgh-2-1"}]"#.utf8)]) == 1)
        #expect(try receiver.received().isEmpty)
    }

    /// A date is no number of seconds; who reads it as one comes back at once.
    @Test func aWaitMayBeADate() async throws {
        let receiver = try WebhookHarness(transport: transport, batch: 1)
        receiver.meet(FaultPlan(seed: 1, percent: 100, faults: [.slowDownUntil]))
        var request = OutboundRequest(method: .post, url: try OutboundURL("http://127.0.0.1:\(receiver.port)/"), policy: .loopback)
        request.body = Array(#"{"id":"abcdefgh-1-1"}"#.utf8)
        let answer = try await transport.send(request)
        // 2026-03-02T10:00:00Z.
        #expect(answer.status == 503 && answer.retryAfter(now: 1_772_445_600) == .seconds(300))
        #expect(Int(try #require(answer.header("retry-after"))) == nil)
    }

    /// An answer cut off, and a search that knows a new issue only a minute later.
    @Test func whoLooksTooEarlyMakesASecondIssue() async throws {
        let peer = try JiraPeer()
        peer.change { state in
            state.searchLag = 60_000
            state.faults = [("POST", PeerFault.cut.reply, true)]
        }
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let authorization = TicketAuthorization.header(user: "bot@acme.com", secret: "t0k3n")
        let options = JiraSinkOptions(destination: destination, authorization: authorization, project: "SEC", issueType: "Bug")
        let system = try JiraTicketSystem(
            name: "jira", options: options, resources: SinkResources(transport: transport, version: "1", clock: FixedClock()))
        let content = TicketContent(mark: "weir-f_1", finding: .sample("f_1"), changeID: "abcdefgh-1-1")
        #expect(await system.create(content).value == nil)
        #expect(await system.find(mark: content.mark).value == .some(nil))
        #expect(await system.create(content).value != nil)
        #expect(peer.issues.map { $0.labels.first } == ["weir-f_1", "weir-f_1"])
    }

    /// An answer cut off: who does not look for the mark makes a second record.
    @Test func whoDoesNotLookMakesASecondRecord() async throws {
        let peer = try ServiceNowPeer()
        peer.change { $0.faults = [("POST", PeerFault.cut.reply, true)] }
        let body = Array(#"{"short_description":"t","correlation_id":"weir-f_1"}"#.utf8)
        let headers = [("Authorization", "Basic Ym90OnMzY3JldA=="), ("Content-Type", "application/json")]
        #expect(try await done(peer.port, .status, "/api/now/table/incident", headers, [body, body]) == 1)
        #expect(peer.records.map { $0["correlation_id"] } == ["weir-f_1", "weir-f_1"])
    }
}
