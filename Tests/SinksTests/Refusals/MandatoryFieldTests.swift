import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

/// A system of tickets that from some day on wants a field that nobody has configured: the sink waits for a person, and no finding becomes a dead letter.
struct MandatoryFieldTests {
    enum Cure: CaseIterable, Sendable {
        /// The system no longer wants the field.
        case notMandatory
        /// The configuration names it.
        case configured
    }

    let transport: CurlTransport
    let test: RefusalUnderTest
    private let rules: TicketRules

    init() throws {
        transport = try CurlTransport()
        test = try RefusalUnderTest()
        var rules = TicketRules()
        rules.newPerHour = 10_000
        self.rules = rules
    }

    private var resources: SinkResources { SinkResources(transport: transport, version: "1", clock: test.clock) }

    private func sink(_ system: any TicketSystem, _ feed: ListFeed) -> TicketSink {
        TicketSink(system, rules: rules, ledger: test.ledger, feed: feed, clock: test.clock)
    }

    private func jira(_ peer: JiraPeer, _ fields: [FieldValue.Member] = []) throws -> JiraTicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let authorization = TicketAuthorization.header(user: "bot@acme.com", secret: "t0k3n")
        var options = JiraSinkOptions(destination: destination, authorization: authorization, project: "SEC", issueType: "Bug")
        options.fields = fields
        return try JiraTicketSystem(name: "jira", options: options, resources: resources)
    }

    @Test(arguments: Cure.allCases)
    func aNewMandatoryFieldOfJiraPausesTheSink(_ cure: Cure) async throws {
        let peer = try JiraPeer()
        peer.change { $0.clock = test.clock }
        var service = test.start(sink(try jira(peer), test.first), test.first)
        await test.drain(service)
        await service.stop(within: .seconds(5))
        peer.change { $0.mandatory = ["customfield_10040"] }
        service = test.start(sink(try jira(peer), test.feed), test.feed)
        try await test.expectADayOfPause(service, words: "customfield_10040: Team is required.") { peer.requests.count }
        #expect(peer.issues.count == RefusalUnderTest.before)
        switch cure {
        case .notMandatory: peer.change { $0.mandatory = [] }
        case .configured:
            let field = FieldValue.Member("customfield_10040", .text(try RecordTemplate("Blue team")))
            service.reconfigure(sinks: [.init(sink(try jira(peer, [field]), test.feed), from: .beginning)], routes: [Route(to: ["jira"])])
        }
        try await test.expectAllTaken(service, "jira")
        #expect(peer.issues.compactMap(\.labels.first).sorted() == test.uids.map { "weir-\($0)" })
        let teams = peer.issues.compactMap { $0.fields["customfield_10040"]?.stringValue }
        #expect(teams.count == (cure == .configured ? RefusalUnderTest.all - RefusalUnderTest.before : 0))
    }

    private func serviceNow(_ peer: ServiceNowPeer, _ fields: [ServiceNowSinkOptions.Field] = []) throws -> ServiceNowTicketSystem {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback)
        var options = try ServiceNowSinkOptions(destination: destination, authorization: TicketAuthorization.header(user: "bot", secret: "s3cret"))
        options.fields = fields
        return try ServiceNowTicketSystem(name: "snow", options: options, resources: resources)
    }

    @Test(arguments: Cure.allCases)
    func aNewDataPolicyOfServiceNowPausesTheSink(_ cure: Cure) async throws {
        let peer = try ServiceNowPeer()
        var service = test.start(sink(try serviceNow(peer), test.first), test.first)
        await test.drain(service)
        await service.stop(within: .seconds(5))
        peer.change { $0.mandatory = ["caller_id"] }
        service = test.start(sink(try serviceNow(peer), test.feed), test.feed)
        try await test.expectADayOfPause(service, words: "mandatory: caller_id") { peer.requests.count }
        #expect(peer.records.count == RefusalUnderTest.before)
        switch cure {
        case .notMandatory: peer.change { $0.mandatory = [] }
        case .configured:
            let field: ServiceNowSinkOptions.Field = ("caller_id", try RecordTemplate("weir"))
            service.reconfigure(sinks: [.init(sink(try serviceNow(peer, [field]), test.feed), from: .beginning)], routes: [Route(to: ["snow"])])
        }
        try await test.expectAllTaken(service, "snow")
        #expect(peer.records.compactMap { $0["correlation_id"] }.sorted() == test.uids.map { "weir-\($0)" })
        #expect(peer.records.filter { $0["caller_id"] == "weir" }.count == (cure == .configured ? RefusalUnderTest.all - RefusalUnderTest.before : 0))
    }
}
