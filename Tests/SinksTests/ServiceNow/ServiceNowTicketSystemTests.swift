import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

struct ServiceNowTicketSystemTests {
    let transport: CurlTransport
    let peer: ServiceNowPeer

    init() throws {
        transport = try CurlTransport()
        peer = try ServiceNowPeer()
    }

    private func system(_ change: (inout ServiceNowSinkOptions) throws -> Void = { _ in }) throws -> ServiceNowTicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback)
        var options = try ServiceNowSinkOptions(destination: destination, authorization: TicketAuthorization.header(user: "bot", secret: "s3cret"))
        try change(&options)
        let resources = SinkResources(transport: transport, version: "1.2.3", clock: FixedClock())
        return try ServiceNowTicketSystem(name: "snow", options: options, resources: resources)
    }

    private func content(_ finding: Finding = .sample(), id: String = "abcdefgh-1-1") -> TicketContent {
        TicketContent(mark: "weir-\(finding.uid)", finding: finding, changeID: id)
    }

    @Test func aFindingBecomesARecordThatIsFoundByItsMark() async throws {
        let system = try system {
            $0.fields = [
                ("assignment_group", try RecordTemplate("8a4dde73c6112278017a6a4baf547aa7")), ("u_cve", try RecordTemplate("{{ cves }}")),
                ("u_scan", try RecordTemplate("{{ scan_uid }}")),
            ]
        }
        let made = try #require(await system.create(content()).value)
        #expect(made.key == "INC0010001" && made.url == "http://127.0.0.1:\(peer.port)/incident.do?sys_id=\(made.id)")
        #expect(await system.find(mark: content().mark).value == .some(made))
        #expect(await system.find(mark: "weir-f_none").value == .some(nil))
        let record = try #require(peer.records.first)
        #expect(record["short_description"] == "SQL injection (shop)" && record["correlation_id"] == content().mark && record["correlation_display"] == "Weir")
        #expect(record["impact"] == "2" && record["urgency"] == "1" && record["u_cve"] == "CVE-2026-1234" && record["u_scan"] == nil)
        let text = record["description"] ?? ""
        for words in ["Severity: high", "Affected:\n- shop, port 443, parameter q", "into a query.", "Bind parameters.", content().mark] {
            #expect(text.contains(words), "\(words)")
        }
        #expect(!text.contains("GET / HTTP/1.1"))
    }

    @Test func anUpdateSetsWhatFollowsTheFinding() async throws {
        let system = try system {
            $0.fields = [
                ("category", try RecordTemplate("software")), ("u_status", try RecordTemplate("{{ status }}")),
                ("description", try RecordTemplate("{{ desc }}")),
            ]
        }
        let made = try #require(await system.create(content()).value)
        peer.change { $0.records[made.id]?.merge(["category": "mine", "description": "mine"]) { $1 } }
        #expect(await system.update(made, to: content(.sample(status: .fixed, severity: .critical))).isDone)
        let record = try #require(peer.records.first)
        #expect(
            record["impact"] == "1" && record["urgency"] == "1" && record["u_status"] == "fixed" && record["category"] == "mine"
                && record["description"] == "mine")
        let count = peer.requests.count
        #expect(try await self.system { $0.severity = [:] }.update(made, to: content()).isDone)
        #expect(peer.requests.count == count)
    }

    @Test func commentsAreWorkNotes() async throws {
        let system = try system()
        let made = try #require(await system.create(content()).value)
        #expect(await system.comment(.severity(from: .low, to: .critical, content(id: "abcdefgh-2-1")), on: made).isDone)
        #expect(peer.journal == ["Acme Scan now rates this as critical; it was low.\nWeir change abcdefgh-2-1"])
    }

    @Test func transitionsSetWhatTheConfigurationSays() async throws {
        let resolved: [ServiceNowSinkOptions.Field] = [
            ("state", try RecordTemplate("6")), ("close_code", try RecordTemplate("Solved")), ("close_notes", try RecordTemplate("fixed")),
        ]
        let system = try system { $0.transitions = ["resolve": resolved] }
        let made = try #require(await system.create(content()).value)
        #expect(await system.reopen(made).isDone && peer.records[0]["state"] == "1")
        #expect(await system.transition(made, to: "resolve").isDone)
        #expect(peer.records[0]["state"] == "6" && peer.records[0]["close_code"] == "Solved")
        // What is closed is left as it is.
        #expect(await system.transition(made, to: "8").isDone && peer.records[0]["state"] == "6")
        #expect(await system.reopen(made).isDone && peer.records[0]["state"] == "2")
        #expect(await system.transition(made, to: "7").isDone && peer.records[0]["active"] == "false")
        #expect(await system.reopen(made).isDone && peer.records[0]["state"] == "2")
    }

    @Test func aTransitionSetsTheFieldsOfOnFixedToo() async throws {
        let system = try system { options in
            options.transitions = ["resolve": [("state", try RecordTemplate("6"))]]
            options.fixedFields = [("close_code", try RecordTemplate("Solved")), ("close_notes", try RecordTemplate("fixed"))]
        }
        let made = try #require(await system.create(content()).value)
        #expect(await system.transition(made, to: "resolve").isDone)
        #expect(peer.records[0]["state"] == "6" && peer.records[0]["close_code"] == "Solved" && peer.records[0]["close_notes"] == "fixed")
    }

    @Test func aRecordThatSomebodyDeletedIsGone() async throws {
        let system = try system()
        let made = try #require(await system.create(content()).value)
        peer.change { $0.records = [:] }
        let answers = [
            await system.update(made, to: content()).word, await system.comment(.reopened(content()), on: made).word,
            await system.transition(made, to: "6").word, await system.reopen(made).word,
            await system.updateParent(made, to: JiraTicketSystemTests.table(2)).word,
        ]
        #expect(answers == ["gone", "gone", "gone", "gone", "gone"])
    }

    /// A sink that believes the query takes somebody else's incident for its own.
    @Test func aRecordWithoutTheMarkIsNotTaken() async throws {
        let system = try system()
        peer.change { state in
            state.records = ["0": ["sys_id": "0", "number": "INC0000001", "correlation_id": "theirs"]]
            state.order = ["0"]
            state.hasCorrelation = false
        }
        let answer = await system.find(mark: content().mark)
        #expect(answer.word == "pause" && answer.failure?.reason.contains("correlation_id") == true)
        // The same without a column that the answer could tell by.
        peer.change { state in
            state.hasCorrelation = true
            state.unwritable = ["correlation_id"]
        }
        let created = await system.create(content())
        #expect(created.word == "pause")
        // The new record is not left behind: each probe would make another.
        #expect(peer.records.map { $0["number"] } == ["INC0000001"])
    }

    /// A sink that takes 403 for the finding's fault makes a dead letter of every finding from here on.
    @Test func aNewMandatoryColumnPausesTheSink() async throws {
        let system = try system()
        peer.change { $0.mandatory = ["caller_id"] }
        let answer = await system.create(content())
        #expect(answer.word == "pause")
        #expect(answer.failure?.reason == "answered 403: Operation Failed: Data Policy Exception: The following fields are mandatory: caller_id")
        peer.change { $0.mandatory = [] }
        #expect(await system.create(content()).word == "done")
    }

    @Test func aBusinessRuleThatRefusesARecordConcernsThatRecord() async throws {
        var finding = Finding.sample()
        finding.title = "aborted"
        finding.resources = []
        let system = try system()
        #expect(await system.create(content(finding)).word == "reject")
        #expect(await system.create(content()).word == "done")
    }

    /// Each row is an answer to a request that creates a record.
    @Test(arguments: [
        (400, #"{"error":{"message":"Invalid table incidnt","detail":null},"status":"failure"}"#, "pause", false), (400, "", "reject", false),
        (401, "", "pause", false), (403, "", "retry", false), (404, "", "pause", false), (413, "", "reject", false), (429, "", "retry", false),
        (500, "", "retry", true), (503, "", "retry", true), (302, "", "pause", true),
        // Answers with success that prove nothing.
        (200, "<html>Instance Hibernating page</html>", "retry", true), (201, "{}", "retry", true), (201, #"{"result":{}}"#, "pause", false),
        (
            200, #"{"result":{"sys_id":"1"},"error":{"message":"Transaction cancelled: maximum execution time exceeded","detail":""},"status":"failure"}"#,
            "retry", true
        ),
        (201, #"{"result":{"sys_id":"../x","correlation_id":"weir-f_0123456789abcdef0123456789abcdef"}}"#, "retry", true),
    ])
    func everyAnswerHasItsOutcome(_ status: Int, _ body: String, _ word: String, _ mayHaveArrived: Bool) async throws {
        peer.change { $0.faults = [("POST", .answer(status, headers: ["Retry-After: Mon, 02 Mar 2026 10:05:00 GMT"], body: Array(body.utf8)), false)] }
        let answer = try await system().create(content())
        #expect(answer.word == word)
        #expect(answer.failure?.mayHaveArrived == mayHaveArrived)
        #expect(answer.failure?.reason.contains("s3cret") == false)
        if status == 429 { #expect(answer.failure?.retryAfter == .seconds(300)) }
    }

    @Test(arguments: [ScriptedPeer.Reply.rawThenReset(""), .rawThenClose("HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"result\":")])
    func anAnswerThatWasLostMayHaveArrived(_ reply: ScriptedPeer.Reply) async throws {
        let system = try system()
        peer.change { $0.faults = [("POST", reply, true)] }
        #expect(await system.create(content()).failure?.mayHaveArrived == true)
        #expect(await system.find(mark: content().mark).value??.key == "INC0010001")
    }

    @Test func manyFindingsShareAParentWithATable() async throws {
        let system = try system { $0.fields = [("category", try RecordTemplate("software")), ("u_cve", try RecordTemplate("{{ cves }}"))] }
        let made = try #require(await system.createParent(JiraTicketSystemTests.table(200)).value)
        let record = try #require(peer.records.first)
        #expect(record["short_description"] == "1200 findings without a ticket of their own" && record["correlation_id"] == "weir-overflow-1")
        #expect(record["category"] == "software" && record["u_cve"] == nil)
        let text = record["description"] ?? ""
        #expect(text.utf16.count < 4000 && text.contains("| f_0") && text.hasSuffix("more"))
        #expect(await system.updateParent(made, to: JiraTicketSystemTests.table(2)).isDone)
        #expect(peer.records[0]["description"]?.contains("f_2") == false && peer.records.count == 1)
    }

    @Test func hostileTextNeverBecomesHTML() async throws {
        let template = try RecordTemplate("{{ title }} {{ desc }}")
        let system = try system { $0.fields = [("u_text", template)] }
        for (index, text) in HostileTexts.all.enumerated() {
            let finding = Finding.hostile(text, uid: "f_\(index)")
            let made = try #require(await system.create(content(finding)).value, "\(text)")
            #expect(await system.comment(.resources(content(finding)), on: made).isDone)
            let record = try #require(peer.records.last)
            #expect(record["correlation_id"] == "weir-f_\(index)" && (record["description"] ?? "").hasSuffix("weir-f_\(index)"))
            for shown in record.values + peer.journal.suffix(1) { #expect(!Self.hasCodeTag(shown), "\(shown)") }
        }
        #expect(ServiceNowText.plain("a[code]b[ /CODE]c[cod]") == "a[\u{200b}code]b[\u{200b} /CODE]c[cod]")
    }

    private static func hasCodeTag(_ text: String) -> Bool {
        let bytes = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "/") }.map { $0 | 0x20 }
        let tag = "[code".utf8.map { $0 | 0x20 }
        return bytes.indices.contains { bytes[$0...].starts(with: tag) }
    }

    @Test func oneRecordStandsForEachFinding() async throws {
        try await TicketConformance(harness: ServiceNowHarness(transport: transport, peer: peer)).run()
    }

    @Test func whatFailsIsTheSinkOrOneChange() async throws {
        try await TicketConformance(harness: ServiceNowHarness(transport: transport, peer: peer)).runOwnFaults()
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        #expect(throws: SinkError.self) { _ = try system { $0.table = "incident?x" } }
        #expect(throws: SinkError.self) { _ = try system { $0.fields = [("correlation_id", try RecordTemplate("x"))] } }
        #expect(throws: SinkError.self) { _ = try system { $0.reopen = [("St ate", try RecordTemplate("x"))] } }
    }
}

private struct ServiceNowHarness: TicketHarness {
    let transport: CurlTransport
    let peer: ServiceNowPeer

    func makeSystem(_ clock: any DeliveryClock, rules: TicketRules) throws -> any TicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback)
        let options = try ServiceNowSinkOptions(destination: destination, authorization: TicketAuthorization.header(user: "bot", secret: "s3cret"))
        return try ServiceNowTicketSystem(name: "tickets", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    func begin(_ clock: any DeliveryClock) { peer.change { $0 = ServiceNowPeer.State() } }

    func meet(_ plan: FaultPlan?) { peer.change { $0.plan = plan } }

    func tickets() -> [TicketHarnessTicket] {
        peer.change { state in
            state.order.compactMap { id in
                guard let record = state.records[id] else { return nil }
                return TicketHarnessTicket(
                    mark: record["correlation_id"] ?? "", isOpen: record["state"] != "6", comments: state.journal.filter { $0.id == id }.map(\.text),
                    text: record["description"] ?? "")
            }
        }
    }

    var made: Int { peer.change { $0.order.count } }
    var closing: String { "6" }
    var repeatsComments: Bool { true }
}
