import Bytes
import CurlTransport
import Delivery
import FindingModel
import Formats
import Gzip
import JSONDocument
import Testing

@testable import Sinks

struct SplunkHECSinkTests {
    let transport: CurlTransport
    private let token = HECPeer().token

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, _ change: (inout SplunkHECOptions) -> Void = { _ in }) throws -> SplunkHECSink {
        var options = SplunkHECOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback), token: token)
        change(&options)
        return try SplunkHECSink(name: "soc", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test func aRequestIsCompressedEventsOneAfterTheOther() async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(200, 0, "Success") }
        let sink = try sink(peer) {
            $0.index = "security"
            $0.host = "weir.example"
        }
        #expect(await sink.deliver(Change.findings(7...9)) == .delivered(status: 200, id: nil))
        let request = try #require(peer.requests.first)
        #expect(request.method == "POST" && request.target == "/services/collector/event")
        #expect(request.header("authorization") == "Splunk \(token)" && request.header("user-agent") == "weir/1.2.3")
        #expect(request.header("content-encoding") == "gzip" && request.header("x-splunk-request-channel") == nil)
        let body = try #require(decoded(request))
        let events = try #require(HECPeer.events(body))
        #expect(events.map { $0["event"]?["id"]?.stringValue } == ["abcdefgh-7-1", "abcdefgh-8-1", "abcdefgh-9-1"])
        #expect(events[0]["time"] == .number("1772445000.000") && events[0]["source"]?.stringValue == "/sources/shop")
        #expect(events[0]["sourcetype"]?.stringValue == "_json" && events[0]["index"]?.stringValue == "security")
        #expect(events[0]["host"]?.stringValue == "weir.example")
        #expect(events[0]["event"] == (try JSONValue(parsing: Change.finding(7).cloudEventJSON)))
    }

    @Test func theTimeIsTheFindingsOrThatOfReceipt() async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(200, 0, "Success") }
        #expect(try await sink(peer) { $0.events.time = .received }.deliver([.finding(7)]).isDelivered)
        let body = try #require(decoded(peer.requests[0]))
        let event = try #require(HECPeer.events(body)?.first)
        #expect(event["time"] == .number("1772445000.500") && event["event"]?["time"]?.stringValue == "2026-03-02T09:50:00.000Z")
    }

    @Test func withoutCompressionTheBodyIsText() async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(200, 0, "Success") }
        #expect(try await sink(peer) { $0.gzip = false }.deliver([.finding(1)]).isDelivered)
        #expect(peer.requests[0].header("content-encoding") == nil && HECPeer.events(peer.requests[0].body)?.count == 1)
    }

    /// Codes of the collector's own table decide before the status does.
    @Test(
        arguments: [
            (200, 0, "delivered"), (403, 1, "pause"), (401, 2, "pause"), (401, 3, "pause"), (403, 4, "pause"), (400, 5, "reject"), (400, 6, "reject"),
            (400, 7, "pause"), (500, 8, "retry"), (503, 9, "retry"), (400, 10, "pause"), (400, 11, "pause"), (400, 12, "reject"), (400, 13, "reject"),
            (400, 14, "pause"), (400, 15, "reject"), (503, 23, "retry"), (429, 26, "retry"), (429, 27, "retry"), (200, 8, "retry"), (200, 9, "retry"),
            (200, 7, "pause"), (400, 99, "reject"), (413, 99, "split"), (404, 99, "pause"), (200, 99, "retry"), (500, 0, "retry"),
        ] as [(Int, Int, String)])
    func everyCodeHasItsOutcome(status: Int, code: Int, word: String) async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(status, code, "some words") }
        let outcome = try await sink(peer).deliver([.finding(1)])
        #expect(outcome.word == word, "\(outcome)")
        if word != "delivered" { #expect(outcome.failure?.reason.contains("some words") == true) }
    }

    /// A sender that looks at the status alone would lose these.
    @Test(arguments: ["", "OK", "<html>Sign in</html>", "{}", "{\"text\":\"Success\"}", "{\"code\":\"0\"}", "[0]", "{\"text\":\"Success\",\"code\":0"])
    func onlyTheCollectorsOwnWordsAreASuccess(body: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200, body: Array(body.utf8)) }
        let outcome = try await sink(peer).deliver([.finding(1)])
        #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == true)
    }

    @Test func theEventThatIsNamedIsRefusedAndTheOthersGoOn() async throws {
        let collector = HECPeer()
        collector.meet(FaultPlan(seed: 1, percent: 0))
        let peer = try ScriptedPeer { request, _ in collector.reply(to: request) }
        guard case .items(let items, 200, nil) = try await sink(peer).deliver(Change.findings(495...505)) else {
            Issue.record("not an answer for each event")
            return
        }
        #expect(items.count == 11)
        for (number, item) in zip(495..., items) {
            if case .reject(let failure) = item {
                #expect(number == 500 && failure.reason.contains(FaultPlan.words) && failure.status == 400)
            } else {
                #expect(item == .delivered && number != 500)
            }
        }
        #expect(collector.ids == Change.findings(495...505).map(\.id).filter { $0 != "abcdefgh-500-1" })
    }

    @Test func whenManyAreRefusedTheOthersWait() async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(400, 6, "Invalid data format", ",\"invalid-event-number\":0") }
        guard case .items(let items, _, _) = try await sink(peer).deliver(Change.findings(1...30)) else {
            Issue.record("not an answer for each event")
            return
        }
        #expect(items.prefix(10).allSatisfy { if case .reject = $0 { true } else { false } })
        #expect(items.dropFirst(10).allSatisfy { if case .retry = $0 { true } else { false } })
        #expect(peer.requests.count == 11)
    }

    @Test func theCollectorsWishToWaitIsPassedOn() async throws {
        let peer = try ScriptedPeer { _, _ in
            .answer(503, headers: ["Retry-After: Mon, 02 Mar 2026 10:05:00 GMT"], body: Array("{\"text\":\"Server is busy\",\"code\":9}".utf8))
        }
        #expect(try await sink(peer).deliver([.finding(1)]).failure?.retryAfter == .seconds(300))
    }

    @Test func aRecordThatTheFormatCannotHoldIsSetAside() async throws {
        let collector = HECPeer()
        let peer = try ScriptedPeer { request, _ in collector.reply(to: request) }
        var good = Change.finding(2)
        good.kind = .notice
        good.data = Record.notice(Notice(uid: "n_1", kind: "other", summary: "s")).json
        let outcome = try await sink(peer) { $0.events.format = .ocsf }.deliver([.finding(1), good])
        guard case .items(let items, 200, nil) = outcome, case .reject(let failure) = items[0] else {
            Issue.record("\(outcome)")
            return
        }
        #expect(items[1] == .delivered && failure.reason.contains("abcdefgh-1-1"))
        #expect(try await sink(peer) { $0.events.format = .ocsf }.deliver([.finding(1)]).failure?.reason.contains("abcdefgh-1-1") == true)
        #expect(peer.requests.count == 1)
    }

    @Test func anEventInCEFIsText() async throws {
        let peer = try ScriptedPeer { _, _ in HECPeer.answer(200, 0, "Success") }
        var change = Change.finding(2)
        change.kind = .notice
        change.data = Record.notice(Notice(uid: "n_1", kind: "other", summary: "a|b")).json
        #expect(try await sink(peer) { $0.events.format = .cef }.deliver([change]).isDelivered)
        let body = try #require(decoded(peer.requests[0]))
        let event = try #require(HECPeer.events(body)?.first)
        #expect(event["event"]?.stringValue?.hasPrefix(#"CEF:0|Weir|Weir|1.2.3|finding.opened|a\|b|Unknown|"#) == true)
        #expect(event["sourcetype"]?.stringValue == "cef")
    }

    @Test func aBatchCountsOnlyAfterTheIndexersWord() async throws {
        let peer = try ScriptedPeer { request, before in
            if request.target == "/services/collector/event" { return HECPeer.answer(200, 0, "Success", ",\"ackId\":5") }
            return switch before {
            case 1: .answer(200, body: Array(#"{"acks":{"5":false}}"#.utf8))
            case 2: .answer(503)
            case 3: .rawThenReset("")
            default: .answer(200, body: Array(#"{"acks":{"5":true}}"#.utf8))
            }
        }
        let sink = try sink(peer) { $0.acknowledgement = true }
        #expect(await sink.deliver([.finding(1)]) == .delivered(status: 200, id: "5"))
        #expect(peer.requests.count == 5)
        let channels = Set(peer.requests.map { $0.header("x-splunk-request-channel") ?? "" })
        #expect(channels.count == 1 && channels.first?.utf8.count == 36)
        #expect(peer.requests[1].body == Array(#"{"acks":[5]}"#.utf8))
        // The same sink goes on in the same channel after a restart.
        _ = try await self.sink(peer) { $0.acknowledgement = true }.deliver([.finding(2)])
        #expect(Set(peer.requests.map { $0.header("x-splunk-request-channel") ?? "" }) == channels)
    }

    @Test func aBatchThatIsNeverConfirmedComesAgain() async throws {
        let peer = try ScriptedPeer { request, _ in
            request.target == "/services/collector/event"
                ? HECPeer.answer(200, 0, "Success", ",\"ackId\":0") : .answer(200, body: Array(#"{"acks":{"0":false}}"#.utf8))
        }
        let outcome = try await sink(peer) { $0.acknowledgement = true }.deliver([.finding(1)])
        #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == true)
        #expect(peer.requests.count == 1 + HECAcknowledgement.waits.count)
    }

    @Test func acknowledgementThatTheTokenDoesNotHaveIsForAPerson() async throws {
        let without = try ScriptedPeer { _, _ in HECPeer.answer(200, 0, "Success") }
        let outcome = try await sink(without) { $0.acknowledgement = true }.deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason.contains("ack: false") == true)
        let with = HECPeer(acknowledgement: true)
        let peer = try ScriptedPeer { request, _ in with.reply(to: request) }
        #expect(try await sink(peer).deliver([.finding(1)]).word == "pause")
        let disabled = try ScriptedPeer { request, _ in
            request.target == "/services/collector/event"
                ? HECPeer.answer(200, 0, "Success", ",\"ackId\":0") : HECPeer.answer(400, 14, "ACK is disabled")
        }
        #expect(try await sink(disabled) { $0.acknowledgement = true }.deliver([.finding(1)]).word == "pause")
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = SplunkHECOptions(
            destination: Destination(url: try OutboundURL("https://splunk.example"), policy: DestinationPolicy(networks: [])), token: "a b")
        options.batch = 0
        options.index = ""
        #expect(options.issues.map(\.key) == ["token", "batch", "index"])
    }

    @Test(arguments: [0, 1, 70_000]) func compressedBytesComeBack(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0) }
        let compressed = try #require(Gzip.compress(bytes))
        let request = ScriptedPeer.Request(connection: 1, method: "POST", target: "/", headers: [("content-encoding", "gzip")], body: compressed)
        #expect(decoded(request) == bytes)
    }

    @Test(arguments: [(1, false), (7, false), (7, true)])
    func itKeepsTheSinksPromises(_ batch: Int, _ acknowledgement: Bool) async throws {
        try await SinkConformance(harness: try HECHarness(transport: transport, batch: batch, acknowledgement: acknowledgement)).run()
    }

    @Test(arguments: [(1, false), (7, false), (7, true)])
    func whatFailsIsTheSinkOrOneChange(_ batch: Int, _ acknowledgement: Bool) async throws {
        try await SinkConformance(harness: try HECHarness(transport: transport, batch: batch, acknowledgement: acknowledgement)).runOwnFaults()
    }
}

private final class HECHarness: SinkHarness {
    private let collector: HECPeer
    private let peer: ScriptedPeer
    private let transport: CurlTransport
    private let batch: Int
    private let acknowledgement: Bool

    init(transport: CurlTransport, batch: Int, acknowledgement: Bool) throws {
        self.transport = transport
        self.batch = batch
        self.acknowledgement = acknowledgement
        let collector = HECPeer(acknowledgement: acknowledgement)
        self.collector = collector
        peer = try ScriptedPeer { request, _ in collector.reply(to: request) }
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        var options = SplunkHECOptions(
            destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback), token: collector.token)
        options.batch = batch
        options.acknowledgement = acknowledgement
        return try SplunkHECSink(name: "soc", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    func received() throws -> [String] { collector.ids }

    func fail(_ isFailing: Bool) { collector.fail(isFailing) }

    func meet(_ plan: FaultPlan?) { collector.meet(plan) }

    var refusesChanges: Bool { true }
}
