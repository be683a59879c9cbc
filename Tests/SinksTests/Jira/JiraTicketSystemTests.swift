import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

struct JiraTicketSystemTests {
    let transport: CurlTransport
    let peer: JiraPeer

    init() throws {
        transport = try CurlTransport()
        peer = try JiraPeer()
    }

    private func system(_ change: (inout JiraSinkOptions) throws -> Void = { _ in }) throws -> JiraTicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let authorization = TicketAuthorization.header(user: "bot@acme.com", secret: "t0k3n")
        var options = JiraSinkOptions(destination: destination, authorization: authorization, project: "SEC", issueType: "Bug")
        try change(&options)
        return try JiraTicketSystem(name: "jira", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    private func content(_ finding: Finding = .sample(), id: String = "abcdefgh-1-1") -> TicketContent {
        TicketContent(mark: "weir-\(finding.uid)", finding: finding, changeID: id)
    }

    @Test func aFindingBecomesAnIssueThatTheSearchFinds() async throws {
        let system = try system {
            $0.labels = [try RecordTemplate("security"), try RecordTemplate("{{ labels }}")]
            $0.priority = [.high: "High"]
        }
        let made = try #require(await system.create(content()).value)
        #expect(made == TicketReference(id: "10001", key: "SEC-10001", url: "http://127.0.0.1:\(peer.port)/browse/SEC-10001"))
        #expect(await system.find(mark: content().mark).value == .some(made))
        let issue = try #require(peer.issues.first)
        #expect(issue.fields["summary"]?.stringValue == "SQL injection (shop)" && issue.fields["issuetype"]?["name"]?.stringValue == "Bug")
        #expect(issue.labels == [content().mark, "security", "prod,-needs-review"] && issue.fields["priority"]?["name"]?.stringValue == "High")
        let text = ADFReader.text(issue.fields["description"])
        for words in [
            "Severity: high (the scanner says: HIGH)", "shop, port 443, parameter q", "into a query.", "Bind parameters.", "CVE-2026-1234 (CVSS 3.1: 9.8)",
            content().mark,
        ] {
            #expect(text.contains(words), "\(words)")
        }
        #expect(!text.contains("GET / HTTP/1.1"))
        #expect(await system.find(mark: "weir-f_none").value == .some(nil))
    }

    @Test func configuredFieldsAreJSONWithTheFindingsValues() async throws {
        let system = try system {
            $0.fields = [
                .init("summary", .text(try RecordTemplate("[{{ severity }}] {{ title }}"))),
                .init("customfield_1", .object([.init("value", .text(try RecordTemplate("Team A")))])),
                .init("customfield_2", .text(try RecordTemplate("{{ cvss }}"))),
                .init("customfield_3", .document(try RecordTemplate("{{ remediation }}"))), .init("customfield_4", .text(try RecordTemplate("{{ scan_uid }}"))),
                .init("components", .list([.object([.init("name", .text(try RecordTemplate("{{ resource }}")))])])),
                .init("customfield_5", .number("7")), .init("customfield_6", .bool(true)),
            ]
        }
        #expect(await system.create(content()).value != nil)
        let fields = try #require(peer.issues.first?.fields)
        #expect(fields["summary"]?.stringValue == "[high] SQL injection")
        #expect(fields["customfield_1"]?["value"]?.stringValue == "Team A" && fields["customfield_2"] == .number("9.8"))
        #expect(ADFReader.text(fields["customfield_3"]) == "Bind parameters.\n" && fields["customfield_4"] == nil)
        #expect(fields["components"]?.arrayValue?.first?["name"]?.stringValue == "shop")
        #expect(fields["customfield_5"] == .number("7") && fields["customfield_6"] == .bool(true))
    }

    @Test func anUpdateLeavesToPeopleWhatTheyEdit() async throws {
        let system = try system {
            $0.priority = [.critical: "Highest", .high: "High"]
            $0.fields = [.init("customfield_1", .text(try RecordTemplate("constant"))), .init("customfield_2", .text(try RecordTemplate("{{ status }}")))]
        }
        let made = try #require(await system.create(content()).value)
        peer.change { state in state.issues["10001"]?.fields = .members([("summary", .string("mine")), ("customfield_1", .string("mine"))]) }
        #expect(await system.update(made, to: content(.sample(status: .fixed, severity: .critical))).isDone)
        let fields = try #require(peer.issues.first?.fields)
        #expect(fields["summary"]?.stringValue == "mine" && fields["customfield_1"]?.stringValue == "mine" && fields["description"] == nil)
        #expect(fields["priority"]?["name"]?.stringValue == "Highest" && fields["customfield_2"]?.stringValue == "fixed")
        #expect(try await self.system().update(made, to: content()).isDone)
    }

    @Test func everyNoteIsAComment() async throws {
        let system = try system()
        let made = try #require(await system.create(content()).value)
        let notes: [(TicketNote, String)] = [
            (.severity(from: .low, to: .high, content(id: "abcdefgh-2-1")), "now rates this as high; it was low."),
            (.resources(content(id: "abcdefgh-3-1")), "- shop"),
            (.closed(content(.sample(status: .fixed), id: "abcdefgh-4-1")), "says that this is fixed (2026-03-02T10:50:00.000Z)"),
            (.closed(content(.sample(status: .accepted), id: "abcdefgh-5-1")), "risk was accepted"), (.reopened(content(id: "abcdefgh-6-1")), "it is open"),
        ]
        for (note, _) in notes { #expect(await system.comment(note, on: made).isDone) }
        let texts = try #require(peer.issues.first).comments.map { ADFReader.text($0) }
        #expect(texts.count == 5)
        for (text, note) in zip(texts, notes) { #expect(text.contains(note.1) && text.contains("Weir change abcdefgh-"), "\(text)") }
    }

    /// A sink that posts without looking has the comment twice.
    @Test func aCommentWhoseAnswerWasLostIsNotWrittenTwice() async throws {
        let system = try system()
        let made = try #require(await system.create(content()).value)
        peer.change { $0.faults.append(("POST", .rawThenReset(""), true)) }
        let note = TicketNote.reopened(content(id: "abcdefgh-9-1"))
        #expect(await system.comment(note, on: made).failure?.mayHaveArrived == true)
        #expect(await system.comment(note, on: made).isDone)
        #expect(peer.issues.first?.comments.count == 1)
        #expect(await system.comment(.reopened(content(id: "abcdefgh-10-1")), on: made).isDone)
        #expect(peer.issues.first?.comments.count == 2)
    }

    @Test func transitionsGoByNameOrStatusAndOnlyWhereNeeded() async throws {
        let system = try system()
        let made = try #require(await system.create(content()).value)
        func status() -> String { peer.issues.first?.status ?? "" }
        #expect(await system.transition(made, to: "resolve").isDone && status() == "Done")
        let before = peer.requests.filter { $0.method == "POST" }.count
        #expect(await system.transition(made, to: "Done").isDone && status() == "Done")
        // Nobody's decision is undone.
        #expect(await system.transition(made, to: "Won't do").isDone && status() == "Done")
        #expect(peer.requests.filter { $0.method == "POST" }.count == before)
        #expect(await system.reopen(made).isDone && status() == "To Do")
        #expect(await system.reopen(made).isDone && status() == "To Do")
        #expect(await system.transition(made, to: "DONE").isDone && status() == "Done")
        #expect(try await self.system { $0.reopen = "Back to work" }.reopen(made).isDone && status() == "In Progress")
        let refused = await system.transition(made, to: "Nirvana")
        #expect(refused.word == "reject")
        #expect(refused.failure?.reason == "no transition of SEC-10001 leads from 'In Progress' to 'Nirvana'; there are: Start, Resolve, Drop")
    }

    @Test func aTransitionSetsTheFieldsOfItsScreen() async throws {
        let resolution = { (name: String) throws in
            [FieldValue.Member("resolution", .object([.init("name", .text(try RecordTemplate(name)))])), .init("customfield_9", .number("7"))]
        }
        let system = try system { $0.fixedFields = try resolution("Done") }
        let made = try #require(await system.create(content()).value)
        #expect(await system.transition(made, to: "Resolve").isDone && peer.issues.first?.status == "Done")
        #expect(peer.issues.first?.fields["resolution"]?["name"]?.stringValue == "Done" && peer.issues.first?.fields["customfield_9"] == .number("7"))
        // Reopening sets none, and what people have closed keeps theirs.
        #expect(await system.reopen(made).isDone)
        let moved = peer.requests.last { $0.target.hasSuffix("/transitions") }
        let body = try #require(moved?.body)
        #expect(try JSONValue(parsing: body)["fields"] == nil)
        // A field that is not on the screen is the configuration's fault, not the finding's.
        let wrong = try await self.system { $0.fixedFields = try resolution("Nirvana") }.transition(made, to: "Resolve")
        #expect(wrong.word == "pause" && wrong.failure?.reason.contains("not on the appropriate screen") == true)
    }

    @Test func aTicketThatSomebodyDeletedIsGone() async throws {
        let system = try system { $0.priority = [.high: "High"] }
        let made = try #require(await system.create(content()).value)
        peer.change { $0.issues = [:] }
        let answers = [
            await system.update(made, to: content()).word, await system.comment(.reopened(content()), on: made).word,
            await system.transition(made, to: "Done").word, await system.reopen(made).word, await system.updateParent(made, to: Self.table(3)).word,
        ]
        #expect(answers == ["gone", "gone", "gone", "gone", "gone"])
        #expect(await system.find(mark: content().mark).value == .some(nil))
    }

    /// A sink that takes 400 for the finding's fault makes a dead letter of every finding from here on.
    @Test func aNewMandatoryFieldPausesTheSink() async throws {
        let system = try system()
        peer.change { $0.mandatory = ["customfield_10040"] }
        let answer = await system.create(content())
        #expect(answer.word == "pause" && answer.failure?.reason == "answered 400: customfield_10040: Team is required.")
        let parent = await system.createParent(Self.table(3))
        #expect(parent.word == "pause")
        peer.change { $0.mandatory = [] }
        #expect(await system.create(content()).word == "done")
    }

    @Test func whatTheConfigurationDecidesPausesTheSink() async throws {
        #expect(try await system { $0.project = "OTHER" }.create(content()).word == "pause")
        #expect(try await system { $0.project = "OTHER" }.find(mark: "weir-f_1").word == "pause")
        peer.change { $0.hasPriority = false }
        #expect(try await system { $0.priority = [.high: "High"] }.create(content()).word == "pause")
        #expect(try await system { $0.authorization = "Bearer x" }.create(content()).word == "pause")
    }

    @Test func whatTheFindingSaysIsThatFindingsFault() async throws {
        let template = try RecordTemplate("{{ title }}")
        let system = try system { $0.fields = [.init("customfield_7", .text(template))] }
        var finding = Finding.sample()
        finding.title = "refused"
        #expect(await system.create(content(finding)).word == "reject")
        #expect(await system.create(content()).word == "done")
    }

    /// Each row is an answer to a request that creates an issue.
    @Test(arguments: [
        (400, "", "reject", false), (400, #"{"errorMessages":["Inbound Hostname: Inbound Hostname is required."],"errors":{}}"#, "pause", false),
        (400, #"{"errorMessages":[],"errors":{"summary":"You must specify a summary of the issue."}}"#, "reject", false),
        (400, #"{"errorMessages":[],"errors":{"issuetype":"Specify a valid issue type"}}"#, "pause", false), (401, "", "pause", true), (403, "", "retry", true),
        (404, "", "pause", true), (409, "", "retry", true), (413, "", "reject", false), (429, "", "retry", false), (500, "", "retry", true),
        (503, "", "retry", true),
        (302, "", "pause", true),
        // Answers with success that prove nothing.
        (200, "<html>log in</html>", "retry", true), (201, "{}", "retry", true), (201, "", "retry", true),
        (201, #"{"id":"1/../2","key":"SEC-1"}"#, "retry", true),
        (201, #"{"errorMessages":["no"]}"#, "retry", true),
    ])
    func everyAnswerHasItsOutcome(_ status: Int, _ body: String, _ word: String, _ mayHaveArrived: Bool) async throws {
        peer.change { $0.faults = [("POST", .answer(status, headers: ["Retry-After: 9"], body: Array(body.utf8)), false)] }
        let answer = try await system().create(content())
        #expect(answer.word == word)
        #expect(answer.failure?.mayHaveArrived == mayHaveArrived)
        #expect(answer.failure?.reason.contains("t0k3n") == false && answer.failure?.reason.contains("Ym90") == false)
        if status == 429 { #expect(answer.failure?.retryAfter == .seconds(9)) }
    }

    /// Somebody who is not logged in finds nothing, with 200: a sink that believes it makes every ticket again.
    @Test func aSearchThatWasNotLoggedInIsNotBelieved() async throws {
        let empty = ScriptedPeer.Reply.answer(200, headers: ["X-Seraph-LoginReason: AUTHENTICATED_FAILED"], body: Array(#"{"issues":[]}"#.utf8))
        let others = [#"{"warningMessages":["x"]}"#, #"{"issues":[{"id":"1"}]}"#, #"{"issues":[{"id":"1","key":"SEC-1","fields":{"labels":["other"]}}]}"#]
        peer.change { $0.faults = [("POST", empty, false)] + others.map { ("POST", JiraPeer.json(200, $0), false) } }
        let system = try system()
        #expect(await system.find(mark: "weir-f_1").word == "pause")
        for other in others { #expect(await system.find(mark: "weir-f_1").word == "retry", "\(other)") }
    }

    @Test(arguments: [ScriptedPeer.Reply.rawThenReset(""), .rawThenClose("HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{\"id\":\"10001\",")])
    func anAnswerThatWasLostMayHaveArrived(_ reply: ScriptedPeer.Reply) async throws {
        let system = try system()
        peer.change { $0.faults = [("POST", reply, true)] }
        let answer = await system.create(content())
        #expect(answer.word == "retry" && answer.failure?.mayHaveArrived == true)
        #expect(await system.find(mark: content().mark).value??.key == "SEC-10001")
    }

    /// A sink that trusts the search at once makes the ticket a second time.
    @Test func theSearchKnowsANewIssueOnlyAfterAWhile() async throws {
        let system = try system()
        peer.change { state in
            state.searchLag = 60_000
            state.faults = [("POST", .rawThenReset(""), true)]
        }
        #expect(await system.create(content()).failure?.mayHaveArrived == true)
        #expect(await system.find(mark: content().mark).value == .some(nil))
        peer.change { $0.clock = FixedClock(now: $0.clock.now.advanced(byMilliseconds: 60_000)) }
        #expect(await system.find(mark: content().mark).value??.id == "10001")
    }

    @Test func manyFindingsShareAParentWithATable() async throws {
        let system = try system { $0.labels = [try RecordTemplate("security"), try RecordTemplate("{{ severity }}")] }
        let made = try #require(await system.createParent(Self.table(200)).value)
        let issue = try #require(peer.issues.first)
        #expect(issue.labels == ["weir-overflow-1", "security"] && issue.fields["summary"]?.stringValue == "1200 findings without a ticket of their own")
        let text = ADFReader.text(issue.fields["description"])
        #expect(text.utf16.count < 30_000 && text.contains("f_0") && text.contains("more"))
        #expect(await system.updateParent(made, to: Self.table(2)).isDone)
        let updated = ADFReader.text(peer.issues.first?.fields["description"])
        #expect(updated.contains("f_1") && !updated.contains("f_2") && peer.issues.count == 1)
    }

    @Test func hostileTextIsOnlyEverText() async throws {
        let template = try RecordTemplate("{{ title }} {{ desc }}")
        let system = try system {
            $0.labels = [template]
            $0.fields = [.init("customfield_1", .text(template)), .init("customfield_2", .document(template))]
        }
        for (index, text) in HostileTexts.all.enumerated() {
            let finding = Finding.hostile(text, uid: "f_\(index)")
            let made = try #require(await system.create(content(finding)).value, "\(text)")
            #expect(await system.comment(.resources(content(finding)), on: made).isDone, "\(text)")
            let issue = try #require(peer.issues.last)
            #expect(ADFReader.isDocument(issue.fields["description"]) && ADFReader.text(issue.fields["description"]).utf16.count < 30_000)
            #expect(issue.labels.first == "weir-f_\(index)")
            #expect(issue.labels.allSatisfy { !$0.contains(" ") })
        }
    }

    @Test func onlyProjectKeysReachTheQuery() throws {
        for key in ["SEC", "A1", "AB_2"] { #expect(JiraSinkOptions.isProjectKey(key)) }
        for key in ["", "S", "sec", "1AB", "SEC\" OR 1=1", "SE C", "S\u{c9}C"] { #expect(!JiraSinkOptions.isProjectKey(key)) }
        #expect(throws: SinkError.self) { _ = try system { $0.project = "x\"" } }
        #expect(throws: SinkError.self) { _ = try system { $0.fields = [.init("project", .number("1"))] } }
    }

    /// The search lags by a minute of the engine's clock all the while.
    @Test func oneTicketStandsForEachFinding() async throws {
        try await TicketConformance(harness: JiraHarness(transport: transport, peer: peer)).run()
    }

    @Test func whatFailsIsTheSinkOrOneChange() async throws {
        try await TicketConformance(harness: JiraHarness(transport: transport, peer: peer)).runOwnFaults()
    }

    static func table(_ count: Int) -> TicketTable {
        let rows = (0..<count).map { index in
            TicketTable.Row(
                uid: "f_\(index)", title: String(repeating: "title \(index) ", count: 30), severity: .high, status: .open, resource: "host\(index).example.com")
        }
        return TicketTable(mark: "weir-overflow-1", rows: rows, count: count > 100 ? count + 1000 : count)
    }
}

private struct JiraHarness: TicketHarness {
    let transport: CurlTransport
    let peer: JiraPeer

    func makeSystem(_ clock: any DeliveryClock, rules: TicketRules) throws -> any TicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let authorization = TicketAuthorization.header(user: "bot@acme.com", secret: "t0k3n")
        let options = JiraSinkOptions(destination: destination, authorization: authorization, project: "SEC", issueType: "Bug")
        return try JiraTicketSystem(name: "tickets", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    func begin(_ clock: any DeliveryClock) {
        peer.change { state in
            state = JiraPeer.State()
            state.clock = clock
            state.searchLag = 60_000
        }
    }

    func meet(_ plan: FaultPlan?) { peer.change { $0.plan = plan } }

    func tickets() -> [TicketHarnessTicket] {
        peer.issues.map { issue in
            TicketHarnessTicket(
                mark: issue.labels.first ?? "", isOpen: issue.status != "Done", comments: issue.comments.map { ADFReader.text($0) },
                text: ADFReader.text(issue.fields["description"]))
        }
    }

    var made: Int { peer.change { $0.issues.count } }
    var closing: String { "Done" }
    var repeatsComments: Bool { false }
}

extension TicketAnswer {
    var value: Value? {
        if case .done(let value) = self { value } else { nil }
    }

    var isDone: Bool {
        if case .done = self { true } else { false }
    }

    var failure: DeliveryFailure? {
        switch self {
        case .done: nil
        case .retry(let failure), .pause(let failure), .reject(let failure), .gone(let failure): failure
        }
    }

    /// The case's name.
    var word: String {
        switch self {
        case .done: "done"
        case .retry: "retry"
        case .pause: "pause"
        case .reject: "reject"
        case .gone: "gone"
        }
    }
}
