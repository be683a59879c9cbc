import CurlTransport
import Delivery
import Digests
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

/// Receivers with wishes of their own: headers, media types, formats, answers.
struct WebhookReceiverTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, _ change: (inout WebhookSinkOptions) throws -> Void) throws -> WebhookSink {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/hook"), policy: .loopback))
        try change(&options)
        return try WebhookSink(name: "hook", options: options, transport: transport, version: "1.2.3", clock: FixedClock())
    }

    @Test func theReceiversOwnHeadersAndMediaTypeAreSent() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(202) }
        let sink = try sink(peer) { options in
            options.headers = [.init("X-Api-Key", "k3y", secret: "k3y"), .init("Authorization", "Bearer t0k", secret: "t0k"), .init("User-Agent", "gate/9")]
            options.contentType = "application/json"
        }
        #expect(await sink.deliver([.finding(7)]).isDelivered)
        let request = try #require(peer.requests.first)
        #expect(request.header("x-api-key") == "k3y" && request.header("authorization") == "Bearer t0k")
        #expect(request.headers.filter { $0.name == "user-agent" }.map(\.value) == ["gate/9"])
        #expect(request.headers.filter { $0.name == "content-type" }.map(\.value) == ["application/json"])
        #expect(request.body == Change.finding(7).cloudEventJSON && request.header("webhook-id") == "abcdefgh-7-1")
    }

    @Test(arguments: ["s3cret/\"value\"+longer", "plain-secret-0123"]) func whatAReceiverRepeatsOfASecretIsHidden(secret: String) async throws {
        let echoes = [
            secret, Base64.encode(Array(secret.utf8)), PercentEncoding.encode(secret), secret.replacing("\"", with: "\\\"").replacing("/", with: "\\/"),
            secret.replacing("\"", with: "\\\""),
        ]
        for echo in echoes {
            let peer = try ScriptedPeer { _, _ in .answer(400, body: Array("bad key '\(echo)'!".utf8)) }
            let sink = try sink(peer) { $0.headers = [.init("X-Key", secret, secret: secret)] }
            #expect(await sink.deliver([.finding(1)]).failure?.reason == "answered 400: bad key '***'!", "\(echo)")
        }
    }

    @Test func aSecretThatTheEndOfAnAnswerCutsIsHiddenToo() async throws {
        let secret = "0123456789abcdef"
        let peer = try ScriptedPeer { _, _ in .answer(400, body: Array(("you sent " + secret).utf8)) }
        let sink = try sink(peer) { options in
            options.headers = [.init("X-Key", secret, secret: secret)]
            options.destination.answerBytes = 20
        }
        #expect(await sink.deliver([.finding(1)]).failure?.reason == "answered 400: you sent ***")
    }

    private static let page = "<!DOCTYPE html><title>Sign in</title>"

    @Test(
        arguments: [
            ("", "", "", 200, "text/html", page, ""), ("200 204", "", "", 200, "", "", ""), ("204", "", "", 200, "", "", "the status 204"),
            ("", "application/json", "", 200, "Application/JSON; charset=utf-8", "{}", ""),
            ("", "application/json", "", 200, "text/html", page, "content type text/html where `expect` wants application/json"),
            ("", "application/json", "", 204, "", "", "content type none where"), ("", "", "\"ok\":true", 200, "", "{\"a\":1,\"ok\":true}", ""),
            ("", "", "\"ok\":true", 200, "", page, "without the text that `expect` wants"),
            ("200", "text/plain", "ok", 200, "text/plain", "ok\n", ""),
        ] as [(String, String, String, Int, String, String, String)])
    func onlyWhatIsExpectedIsADelivery(
        statuses: String, type: String, text: String, status: Int, given: String, body: String, words: String
    ) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(status, headers: given.isEmpty ? [] : ["Content-Type: \(given)"], body: Array(body.utf8)) }
        let sink = try sink(peer) { options in
            options.expectation.statuses = Set(statuses.split(separator: " ").compactMap { Int($0) })
            options.expectation.contentType = type.isEmpty ? nil : type
            options.expectation.text = text.isEmpty ? nil : text
        }
        let outcome = await sink.deliver([.finding(1)])
        guard !words.isEmpty else {
            #expect(outcome == .delivered(status: status, id: nil))
            return
        }
        #expect(outcome.word == "pause" && outcome.failure?.status == status && outcome.failure?.mayHaveArrived == true)
        #expect(outcome.failure?.reason.contains(words) == true, "\(outcome)")
    }

    /// What is no success keeps its meaning.
    @Test func anExpectationChangesNoFailure() async throws {
        for (status, word) in [(503, "retry"), (422, "reject"), (302, "pause"), (413, "split")] {
            let peer = try ScriptedPeer { _, _ in .answer(status) }
            #expect(try await sink(peer) { $0.expectation.contentType = "application/json" }.deliver([.finding(1)]).word == word)
        }
    }

    private static func text(_ text: String) throws -> FieldValue { .text(try RecordTemplate(text, scope: .change)) }

    private static func body() throws -> WebhookBody {
        WebhookBody(
            .object([
                .init("text", try text("[{{ severity }}] {{ title }} ({{ change.type }})")), .init("score", try text("{{ cvss }}")),
                .init("seq", try text("{{ change.sequence }}")), .init("missing", try text("{{ scan_uid }}")), .init("kind", try text("{{ kind }}")),
                .init("tags", .list([.text(try RecordTemplate("weir")), try text("{{ status }}")])), .init("none", .null),
                .init("whole", try text("{{ record }}")),
            ]))
    }

    @Test func aBodyOfTheReceiversOwnIsFilledFromTheRecord() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let change = Change.finding(.sample(), 7)
        #expect(try await sink(peer) { $0.body = try Self.body() }.deliver([change]).isDelivered)
        #expect(peer.requests[0].header("content-type") == "application/json")
        let whole = String(decoding: change.data.bytes, as: UTF8.self)
        let expected =
            #"{"text":"[high] SQL injection (finding.opened)","score":9.8,"seq":7,"kind":"finding","tags":["weir","open"],"none":null,"whole":"#
            + "\(whole)}"
        #expect(try JSONValue(parsing: peer.requests[0].body) == JSONValue(parsing: Array(expected.utf8)))
    }

    @Test func scansAndNoticesFillItToo() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        var scan = Scan(uid: "s_1", scanner: Scanner(vendorName: "Acme", name: "Acme Scan"), raw: RawReference(receipt: 1, sha256: .zero, size: 0))
        (scan.name, scan.status) = ("Nightly", .completed)
        var change = Change.finding(8)
        (change.kind, change.type, change.data) = (.scan, "scan.completed", Record.scan(scan).json)
        let sink = try sink(peer) { options in
            options.body = try Self.body()
            options.batch = 5
        }
        #expect(await sink.deliver([change, .test(at: FixedClock().now)]).isDelivered)
        let items = try #require(try JSONValue(parsing: peer.requests[0].body).arrayValue)
        #expect(items.map { $0["text"]?.stringValue } == ["[] Nightly (scan.completed)", "[] \(Self.testSummary) (notice.gateway_test)"])
        #expect(items.map { $0["kind"]?.stringValue } == ["scan", "notice"] && items[0]["score"] == nil)
    }

    private static let testSummary = "A test of this sink by Weir; nothing has happened, and nothing needs to be done"

    @Test func whateverVendorsWriteItIsJSONOfTheSameShape() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let sink = try sink(peer) { $0.body = WebhookBody(.object([.init("a", try Self.text("{{ title }}")), .init("z", .number("1"))])) }
        let texts = HostileTexts.all + ["\",\"z\":2,\"q\":\"", "{{ uid }}", "\u{0}\u{1f}\\u0000\\"]
        for text in texts { #expect(await sink.deliver([.finding(.hostile(text), 1)]).isDelivered) }
        for (request, text) in zip(peer.requests, texts) {
            let members = try #require(try JSONValue(parsing: request.body).objectValue)
            let shown = BlockText.clean(text, units: 30_000)
            #expect(members.last == JSONMember(name: "z", value: .number("1")) && members.count <= 2)
            #expect(members.count == 1 ? text.isEmpty : members[0].value.stringValue.map { Array($0.utf8) } == Array(shown.utf8))
        }
    }

    @Test func aRecordThatCannotBeReadIsSetAside() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let sink = try sink(peer) { options in
            options.body = try Self.body()
            options.batch = 5
        }
        guard case .items(let items, 200, nil) = await sink.deliver([.finding(1), .finding(.sample(), 2)]), case .reject(let failure) = items[0] else {
            Issue.record("not an answer for each change")
            return
        }
        #expect(items[1] == .delivered && failure.reason.contains("abcdefgh-1-1") && peer.requests.count == 1)
    }

    @Test func theWholeRecordStandsAlone() {
        let error = #expect(throws: TemplateError.self) { try RecordTemplate("see {{ record }}", scope: .change) }
        #expect(error?.message == "the whole record is a JSON object, and stands alone in its text")
        #expect(throws: TemplateError.self) { try RecordTemplate("{{ change.id }}") }
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("https://example.com/"), policy: .loopback))
        options.headers = [.init("Content-Type", "a"), .init("a b", "c"), .init("X", "a\r\nB: c"), .init("Authorization", "x")]
        options.contentType = "text/html"
        options.credentials = ClientCredentials(tokenURL: try OutboundURL("https://example.com/token"), clientID: "a", clientSecret: "b")
        #expect(options.issues.map(\.key) == ["headers", "headers", "headers", "headers", "content-type"])
    }

    @Test func theGatewayProvesItselfWhereTheReceiverAsksForIt() async throws {
        let authority = try SyslogAuthority.shared.get()
        let peer = try HTTPSPeer(authority.server(asksForCertificate: true))
        var destination = Destination(url: try OutboundURL("https://127.0.0.1:\(peer.port)/hook"), policy: .loopback)
        destination.certificateAuthorityFile = authority.certificateFile
        for identity in [nil, authority.client] {
            destination.identity = identity
            let sink = try WebhookSink(
                name: "hook", options: WebhookSinkOptions(destination: destination), transport: transport, version: "1", clock: FixedClock())
            #expect(await sink.deliver([.finding(1)]).isDelivered == (identity != nil))
        }
        #expect(peer.count == 1)
    }
}
