import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Synchronization
import Testing

@testable import Sinks

struct DefectDojoSinkTests {
    let transport: CurlTransport
    let peer: DefectDojoPeer

    init() throws {
        transport = try CurlTransport()
        peer = try DefectDojoPeer()
    }

    private func sink(product: String = "Shop", _ change: (inout DefectDojoSinkOptions) -> Void = { _ in }) throws -> DefectDojoSink {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        var options = DefectDojoSinkOptions(destination: destination, token: "k3y", product: product)
        change(&options)
        return try DefectDojoSink(name: "hub", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test func aBatchIsOneImport() async throws {
        let sink = try sink {
            $0.productType = "Web"
            $0.service = "checkout"
        }
        #expect(await sink.deliver([.finding(.sample("f_1"), 1), .finding(.sample("f_2", status: .fixed), 2)]) == .delivered(status: 201, id: "test 5"))
        let form = try #require(peer.imports.first)
        #expect(
            form.fields == [
                "scan_type": "Generic Findings Import", "product_name": "Shop", "product_type_name": "Web", "engagement_name": "Weir", "test_title": "Weir",
                "auto_create_context": "true", "close_old_findings": "false", "do_not_reactivate": "false", "service": "checkout",
            ])
        // The parser is chosen by the end of the name: for any other it reads CSV.
        #expect(form.fileName == "findings.json")
        #expect(peer.findings == ["f_1": true, "f_2": false])
        let finding = form.findings[0]
        #expect(finding["title"]?.stringValue == "SQL injection" && finding["severity"]?.stringValue == "High")
        #expect(finding["unique_id_from_tool"]?.stringValue == "f_1" && finding["vuln_id_from_tool"]?.stringValue == "sqli-1")
        #expect(finding["cwe"]?.integerValue == 89 && finding["vulnerability_ids"]?.arrayValue == [.string("CVE-2026-1234")])
        #expect(finding["endpoints"]?.arrayValue?.first?["host"]?.stringValue == "shop.example.com")
        #expect(finding["tags"]?.arrayValue == [.string("prod")])
        #expect(form.findings[1]["mitigated"]?.stringValue == "2026-03-02T10:50:00.000Z")
        // Requests and responses stay at home.
        #expect(!peer.requests[0].body.contains("GET / HTTP/1.1".utf8))
    }

    /// Without `close_old_findings=false` every batch would close what the one before it opened.
    @Test func anImportSaysNothingAboutOtherFindings() async throws {
        let sink = try sink()
        for sequence in 1...5 { #expect(await sink.deliver([.finding(.sample("f_\(sequence)"), UInt64(sequence))]).isDelivered) }
        #expect(peer.findings.values.filter { $0 }.count == 5)
    }

    @Test func onlyTheNewestStateOfAFindingIsSent() async throws {
        var scan = Change.finding(4)
        scan.kind = .scan
        let broken = Change.finding(5)
        let batch = [Change.finding(.sample("f_1"), 1), .finding(.sample("f_2"), 2), .finding(.sample("f_1", status: .fixed), 3), scan, broken]
        guard case .items(let items, 201, "test 5") = try await sink().deliver(batch) else {
            Issue.record("the batch should have ended item by item")
            return
        }
        #expect(items.count == 5 && items[0] == .superseded && items[1] == .delivered && items[2] == .delivered && items[3] == .superseded)
        guard case .reject(let failure) = items[4] else {
            Issue.record("a record that cannot be read can never be taken")
            return
        }
        #expect(failure.reason.contains("abcdefgh-5-1"))
        #expect(peer.findings == ["f_1": false, "f_2": true])
    }

    @Test func nothingToTellNeedsNoRequest() async throws {
        var notice = Change.finding(1)
        notice.kind = .notice
        #expect(try await sink().deliver([notice]) == .items([.superseded], status: nil, id: nil))
        #expect(peer.requests.isEmpty)
    }

    @Test func everyStatusHasItsFlags() throws {
        let rows: [(FindingStatus, Bool, String?)] = [
            (.open, true, nil), (.reopened, true, nil), (.unknown, true, nil), (.inProgress, true, "under_review"), (.fixed, false, "is_mitigated"),
            (.accepted, false, "risk_accepted"), (.falsePositive, false, "false_p"), (.ignored, false, "out_of_scope"),
        ]
        #expect(rows.count == FindingStatus.allCases.count)
        for (status, isActive, flag) in rows {
            let json = DefectDojoFinding.json(.sample(status: status))
            #expect(json["active"]?.boolValue == isActive)
            for name in ["under_review", "is_mitigated", "risk_accepted", "false_p", "out_of_scope"] {
                #expect((json[name]?.boolValue == true) == (name == flag), "\(status) \(name)")
            }
        }
    }

    @Test func anUnknownSeverityIsSaidInWords() {
        var finding = Finding.sample(severity: .unknown)
        finding.vendorSeverity = "Sev 0"
        let json = DefectDojoFinding.json(finding)
        #expect(json["severity"]?.stringValue == "Info")
        #expect(json["severity_justification"]?.stringValue == "The severity is not known; the scanner says: Sev 0")
    }

    @Test func hostileTextFitsAndChangesNothing() async throws {
        let sink = try sink(product: "a\r\n\r\nb\u{0}c")
        for (index, text) in HostileTexts.all.enumerated() {
            let outcome = await sink.deliver([.finding(.hostile(text, uid: "f_\(index)"), UInt64(index + 1))])
            #expect(outcome.isDelivered, "\(text)")
            let form = try #require(peer.imports.last)
            #expect(form.fields.count == 7 && form.fields["product_name"] == "abc")
            #expect(form.findings.count == 1, "\(text)")
            let finding = try #require(form.findings.first)
            #expect(finding["unique_id_from_tool"]?.stringValue == "f_\(index)")
            #expect((finding["title"]?.stringValue ?? "").utf16.count <= 511)
            #expect((finding["vuln_id_from_tool"]?.stringValue ?? "").utf16.count <= 500)
            #expect(finding["vulnerability_ids"]?.arrayValue?.allSatisfy { ($0.stringValue ?? "").utf8.count <= 50 } ?? true)
            #expect(finding["endpoints"] == nil, "\(text)")
        }
    }

    @Test(arguments: ["-a.example", "a..b", "a b", "a_b", "", ".", "ex\u{e4}mple.com", "a/b", "1.2.3.4:80", String(repeating: "a", count: 64) + ".com"])
    func aHostThatDefectDojoRefusesIsLeftOut(_ host: String) {
        var resource = Resource()
        resource.hostname = host
        #expect(DefectDojoEndpoint.json(resource) == nil)
        resource.ip = "2001:db8::1"
        #expect(DefectDojoEndpoint.json(resource)?["host"]?.stringValue == "2001:db8::1")
    }

    @Test(arguments: [
        (200, #"{"test":5}"#, "delivered"), (201, #"{"test_id":5}"#, "delivered"), (400, #"{"product_name":["Not found."],"message":"{…}"}"#, "pause"),
        (400, #"{"scan_type":["\"x\" is not a valid choice."]}"#, "pause"), (400, #"{"message":"['Endpoint is invalid']"}"#, "reject"),
        (400, #"{"file":["The submitted file is empty."]}"#, "reject"), (401, #"{"detail":"Invalid token."}"#, "pause"),
        (403, #"{"detail":"You do not have permission to perform this action."}"#, "pause"), (404, #"{"detail":"A test could not be found!"}"#, "pause"),
        (409, #"{"message":"The request conflicts with an existing record"}"#, "retry"), (413, "<html>too large</html>", "split"),
        (429, "", "retry"), (502, "", "retry"),
        // An error inside the importer, and what only looks like one.
        (500, #"{"message":"Internal server error, check logs for details"}"#, "items"), (500, #"{"message":"list index out of range","pro":["x"]}"#, "items"),
        (500, "<h1>Server Error (500)</h1>", "retry"), (500, #"{"message":"no upstream","request_id":"1"}"#, "retry"), (500, #"{"message":{}}"#, "retry"),
        (500, "", "retry"), (503, #"{"message":"Internal server error"}"#, "retry"),
        // Answers with success that prove nothing.
        (200, "<html>log in</html>", "retry"), (201, "{}", "retry"), (204, "", "retry"), (200, #"{"error":"no"}"#, "retry"),
    ])
    func everyAnswerHasItsOutcome(_ status: Int, _ body: String, _ word: String) async throws {
        peer.fail(with: [.answer(status, body: Array(body.utf8))])
        let outcome = try await sink().deliver([.finding(.sample("f_1"), 1)])
        #expect(outcome.word == word)
        #expect(outcome.failure?.reason.contains("k3y") != true)
    }

    @Test func theSystemsOwnWordsAreKept() async throws {
        peer.fail(with: [.answer(400, body: Array(#"{"product_name":["Not found.","Ask\nsomebody"]}"#.utf8))])
        #expect(try await sink().deliver([.finding(.sample("f_1"), 1)]).failure?.reason == "answered 400: product_name: Not found. Ask somebody")
    }

    @Test func theSameImportTwiceIsOneFinding() async throws {
        peer.fail(with: [.rawThenReset(""), .answer(429, headers: ["Retry-After: 7"]), .rawThenClose("HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{")])
        let sink = try sink()
        let batch = [Change.finding(.sample("f_1"), 1)]
        #expect(await sink.deliver(batch).failure?.mayHaveArrived == true)
        #expect(await sink.deliver(batch).failure?.retryAfter == .seconds(7))
        #expect(await sink.deliver(batch).word == "retry")
        for _ in 0..<2 { #expect(await sink.deliver(batch).isDelivered) }
        #expect(peer.findings == ["f_1": true])
    }

    @Test func itKeepsTheSinksPromises() async throws {
        try await SinkConformance(harness: DefectDojoHarness(transport: transport, peer: peer)).run()
    }

    @Test func whatFailsIsTheSinkOrOneChange() async throws {
        try await SinkConformance(harness: DefectDojoHarness(transport: transport, peer: peer)).runOwnFaults()
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: String.UTF8View) -> Bool {
        let wanted = Array(text)
        return indices.contains { self[$0...].starts(with: wanted) }
    }
}

private final class DefectDojoHarness: SinkHarness {
    private let transport: CurlTransport
    private let peer: DefectDojoPeer

    init(transport: CurlTransport, peer: DefectDojoPeer) {
        self.transport = transport
        self.peer = peer
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback)
        var options = DefectDojoSinkOptions(destination: destination, token: "k3y", product: "Shop")
        options.batch = 20
        let resources = SinkResources(transport: transport, version: "1", clock: clock)
        return WholeRecords(try DefectDojoSink(name: "hub", options: options, resources: resources))
    }

    /// Gives the sink a whole finding in each change's place; the suite's own data are no records.
    private final class WholeRecords: EventSink {
        private let sink: any EventSink

        init(_ sink: any EventSink) { self.sink = sink }

        var name: String { sink.name }
        var type: String { sink.type }
        var limits: SinkLimits { sink.limits }

        func deliver(_ batch: [Change]) async -> DeliveryOutcome {
            await sink.deliver(batch.map { .finding(.sample($0.subject), $0.sequence) })
        }

        func close() async { await sink.close() }
    }

    /// A finding's uid is `f_` and its change's sequence.
    func received() throws -> [String] { peer.order.map { "abcdefgh-\($0.dropFirst(2))-1" } }

    func fail(_ isFailing: Bool) { peer.fail(isFailing) }

    func meet(_ plan: FaultPlan?) { peer.meet(plan) }

    var tellsRepetitions: Bool { true }
    var refusesChanges: Bool { true }

    /// A finding has one state there, whatever its change's subject says.
    var ordersRecords: Bool { false }
}
