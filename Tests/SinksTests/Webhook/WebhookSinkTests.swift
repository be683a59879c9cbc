import Bytes
import CurlTransport
import Delivery
import Digests
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

struct WebhookSinkTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, batch: Int = 1, secrets: [String] = [secret]) throws -> WebhookSink {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/hook"), policy: .loopback))
        options.batch = batch
        options.secrets = try secrets.map { try WebhookSecret($0) }
        return try WebhookSink(name: "hook", options: options, transport: transport, version: "1.2.3", clock: FixedClock())
    }

    @Test func oneChangeIsOneStructuredEvent() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(204) }
        let change = Change.finding(7)
        #expect(try await sink(peer).deliver([change]) == .delivered(status: 204, id: nil))
        let request = try #require(peer.requests.first)
        #expect(request.method == "POST" && request.target == "/hook")
        #expect(request.body == change.cloudEventJSON)
        #expect(request.header("content-type") == "application/cloudevents+json")
        #expect(request.header("user-agent") == "weir/1.2.3")
        #expect(request.header("webhook-id") == "abcdefgh-7-1")
        #expect(request.header("webhook-timestamp") == "1772445600")
        let signed = Array("abcdefgh-7-1.1772445600.".utf8) + request.body
        let key = HMACKey(try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8)), algorithm: .sha256)
        #expect(request.header("webhook-signature") == "v1," + Base64.encode(signed.withUnsafeBytes { key.code(for: $0) }))
    }

    @Test func severalChangesAreABatchWithOneID() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let sink = try sink(peer, batch: 50)
        #expect(sink.limits.count == 50)
        #expect(await sink.deliver(Change.findings(3...5)).isDelivered)
        #expect(await sink.deliver([.finding(6)]).isDelivered)
        #expect(peer.requests.map { $0.header("webhook-id") } == ["abcdefgh-3-1_5", "abcdefgh-6-1_6"])
        #expect(peer.requests.allSatisfy { $0.header("content-type") == "application/cloudevents-batch+json" })
        let events = try JSONValue(parsing: peer.requests[0].body).arrayValue
        #expect(events?.map { $0["id"]?.stringValue } == ["abcdefgh-3-1", "abcdefgh-4-1", "abcdefgh-5-1"])
        #expect(try JSONValue(parsing: peer.requests[1].body).arrayValue?.count == 1)
    }

    /// The example in the test suites of the Standard Webhooks libraries.
    @Test func theSignatureIsTheStandardsOwn() throws {
        let signature = try WebhookSecret(Self.secret).signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func everySecretSigns() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let other = "whsec_" + Base64.encode([UInt8](repeating: 9, count: 64))
        #expect(try await sink(peer, secrets: [Self.secret, other]).deliver([.finding(1)]).isDelivered)
        let signatures = try #require(peer.requests[0].header("webhook-signature")).split(separator: " ")
        #expect(signatures.count == 2 && signatures[0] != signatures[1] && signatures.allSatisfy { $0.hasPrefix("v1,") })
        #expect(try await sink(peer, secrets: []).deliver([.finding(1)]).isDelivered)
        #expect(peer.requests[1].header("webhook-signature") == nil && peer.requests[1].header("webhook-id") != nil)
    }

    @Test(arguments: [200, 201, 202, 204, 206, 299])
    func everySuccessIsADelivery(_ status: Int) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(status) }
        #expect(try await sink(peer).deliver([.finding(1)]) == .delivered(status: status, id: nil))
    }

    @Test(arguments: [
        ("retry", [408, 425, 429, 500, 502, 503, 504, 599]), ("pause", [301, 302, 304, 307, 308, 401, 403, 404, 410]), ("split", [413]),
        ("reject", [400, 402, 405, 409, 415, 418, 422, 451, 499]),
    ])
    func everyOtherAnswerHasItsOutcome(_ word: String, _ statuses: [Int]) async throws {
        for status in statuses {
            let peer = try ScriptedPeer { _, _ in .answer(status, headers: ["Location: /elsewhere"]) }
            let outcome = try await sink(peer).deliver([.finding(1)])
            #expect(outcome.word == word, "\(status)")
            #expect(outcome.failure?.status == status && outcome.failure?.retryAfter == nil)
            #expect(outcome.failure?.reason.contains("\(status)") == true)
            #expect(peer.requests.count == 1)
        }
    }

    @Test func theSinksWishToWaitIsPassedOn() async throws {
        let peer = try ScriptedPeer { _, before in
            .answer(before == 0 ? 429 : 503, headers: [before == 0 ? "Retry-After: 42" : "Retry-After: Mon, 02 Mar 2026 10:05:00 GMT"])
        }
        let sink = try sink(peer)
        #expect(await sink.deliver([.finding(1)]).failure?.retryAfter == .seconds(42))
        #expect(await sink.deliver([.finding(1)]).failure?.retryAfter == .seconds(300))
    }

    @Test func theSinksWordsAreKeptOnOneLine() async throws {
        let peer = try ScriptedPeer { _, _ in
            .answer(400, body: Array("  no\r\nFAKE LOG \u{1b}[31mred\u{202e}\u{2028}x\u{0}\u{fffe}  ".utf8) + [0xff] + [UInt8](repeating: 65, count: 9000))
        }
        let reason = try #require(try await sink(peer).deliver([.finding(1)]).failure?.reason)
        #expect(reason.hasPrefix("answered 400: no FAKE LOG [31mred x"))
        #expect(reason.utf8.count < 300 && reason.hasSuffix("…"))
        #expect(reason.unicodeScalars.allSatisfy { $0.value >= 0x20 && ![0x7f, 0x202e, 0x2028, 0x1b].contains($0.value) })
    }

    @Test func anAnswerCutOffMayHaveArrived() async throws {
        let peer = try ScriptedPeer { _, _ in .rawThenReset("") }
        #expect(try await sink(peer).deliver([.finding(1)]).failure?.mayHaveArrived == true)
    }

    @Test func anAddressThatIsNotListedIsNotReached() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let policy = DestinationPolicy(networks: AddressBlockList(["10.0.0.0/8"].compactMap { try? AddressBlock($0) }))
        let options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://localhost:\(peer.port)/secret-path"), policy: policy))
        let sink = try WebhookSink(name: "hook", options: options, transport: transport, version: "1", clock: FixedClock())
        let failure = await sink.deliver([.finding(1)]).failure
        #expect(failure?.reason.contains("loopback address that `networks` does not list") == true && failure?.mayHaveArrived == false)
        #expect(failure?.reason.contains("secret-path") == false)
        #expect(peer.connections == 0)
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://192.0.2.1/"), policy: DestinationPolicy(networks: [])))
        options.batch = 0
        options.destination.timeout = .zero
        options.destination.connectTimeout = .zero
        #expect(options.issues.map(\.key) == ["batch", "url", "timeout", "connect-timeout"])
        let error = #expect(throws: SinkError.self) { try WebhookSink(name: "x", options: options, transport: transport, version: "1") }
        #expect(error?.key == "batch")
        let good = Destination(url: try OutboundURL("https://example.com/"), policy: DestinationPolicy(networks: []))
        #expect(WebhookSinkOptions(destination: good).issues.isEmpty)
    }

    @Test(arguments: [
        "", "whsec_", "whsec", "secret", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==",
        "whsec_!!KQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "whsec_" + String(repeating: "AAAA", count: 22),
        "whsec_" + String(repeating: "AAAA", count: 7) + "=AAA",
    ])
    func malformedSecretsAreRefusedWithoutBeingShown(_ text: String) {
        let error = #expect(throws: SinkError.self) { try WebhookSecret(text) }
        #expect(error?.key == "secret")
        #expect(text.utf8.count < 8 || error?.message.contains(text.dropFirst(6)) == false)
    }

    @Test func base64RoundTrips() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
        }
        #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy" && Base64.encode(Array("fooba".utf8)) == "Zm9vYmE=")
        for text in ["Zg", "Zg=", "Zh==", "Zm9=", "====", "=", "Zm9v=", "Z===", "Zm-v", "Zm9v\n"] { #expect(Base64.decode(text.utf8) == nil, "\(text)") }
    }

    @Test(arguments: [1, 7])
    func itKeepsTheSinksPromises(_ batch: Int) async throws {
        try await SinkConformance(harness: try WebhookHarness(transport: transport, batch: batch)).run()
    }

    @Test(arguments: [1, 7])
    func whatFailsIsTheSinkOrOneChange(_ batch: Int) async throws {
        try await SinkConformance(harness: try WebhookHarness(transport: transport, batch: batch)).runOwnFaults()
    }
}
