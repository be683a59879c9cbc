import CurlTransport
import Delivery
import FindingModel
import Synchronization
import Testing

@testable import Sinks

/// Access tokens by OAuth 2.0 client credentials: asked for seldom, renewed in time, never shown.
struct AccessTokenTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    /// A clock that a test sets.
    private final class SetClock: DeliveryClock {
        private let moment = Mutex(Timestamp(milliseconds: 1_772_445_600_000))

        var now: Timestamp { moment.withLock { $0 } }

        func sleep(for duration: Duration) async throws { await Task.yield() }

        func pass(seconds: Int64) { moment.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) } }
    }

    private func sink(
        _ peer: ScriptedPeer, tokens: ScriptedPeer, clock: any DeliveryClock = FixedClock(), _ change: (inout ClientCredentials) -> Void = { _ in }
    ) throws -> WebhookSink {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/hook"), policy: .loopback))
        options.inFlight = 8
        var credentials = ClientCredentials(
            tokenURL: try OutboundURL("http://127.0.0.1:\(tokens.port)/token"), clientID: "we ir", clientSecret: "cl1ent:s&cret")
        change(&credentials)
        options.credentials = credentials
        return try WebhookSink(name: "hook", options: options, transport: transport, version: "1", clock: clock)
    }

    private static func tokens(lifetime: String = "3600") throws -> ScriptedPeer {
        try ScriptedPeer { _, before in
            .answer(200, body: Array(#"{"access_token":"tok-\#(before)","token_type":"Bearer","expires_in":\#(lifetime)}"#.utf8))
        }
    }

    private static func authorizations(_ peer: ScriptedPeer) -> [String?] { peer.requests.map { $0.header("authorization") } }

    @Test func oneTokenServesManyRequestsAtOnce() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let tokens = try Self.tokens()
        let sink = try sink(peer, tokens: tokens)
        await withTaskGroup(of: Bool.self) { group in
            for number in UInt64(1)...8 { group.addTask { await sink.deliver([.finding(number)]).isDelivered } }
            for await isDelivered in group { #expect(isDelivered) }
        }
        #expect(tokens.requests.count == 1 && Self.authorizations(peer) == [String?](repeating: "Bearer tok-0", count: 8))
    }

    @Test func theClientSaysWhoItIsAsTheStandardSays() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let tokens = try Self.tokens()
        _ = try await sink(peer, tokens: tokens) { $0.scope = "a b" }.deliver([.finding(1)])
        _ = try await sink(peer, tokens: tokens) { credentials in
            credentials.authentication = .body
            credentials.audience = "https://api"
        }.deliver([.finding(1)])
        #expect(tokens.requests.allSatisfy { $0.method == "POST" && $0.header("content-type") == "application/x-www-form-urlencoded" })
        #expect(Self.authorizations(tokens) == ["Basic " + Base64.encode(Array("we%20ir:cl1ent%3As%26cret".utf8)), nil])
        #expect(
            tokens.requests.map { String(decoding: $0.body, as: UTF8.self) } == [
                "grant_type=client_credentials&scope=a%20b",
                "grant_type=client_credentials&audience=https%3A%2F%2Fapi&client_id=we%20ir&client_secret=cl1ent%3As%26cret",
            ])
    }

    /// An hour's token is renewed a minute before its end, one of 20 seconds five seconds before.
    @Test(arguments: [("3600", 3539), ("20", 14), ("\"20\"", 14)] as [(String, Int64)])
    func aTokenIsRenewedShortlyBeforeItsEnd(lifetime: String, lasts: Int64) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let tokens = try Self.tokens(lifetime: lifetime)
        let clock = SetClock()
        let sink = try sink(peer, tokens: tokens, clock: clock)
        for wait in [0, lasts, 1] {
            clock.pass(seconds: wait)
            #expect(await sink.deliver([.finding(1)]).isDelivered)
        }
        #expect(Self.authorizations(peer) == ["Bearer tok-0", "Bearer tok-0", "Bearer tok-1"])
    }

    @Test func aTokenWithoutALifetimeLastsUntilItIsRefused() {
        var cache = TokenCache()
        let now = FixedClock().now
        #expect(cache.token(at: now) == nil)
        cache.put("a", lifetime: nil, asked: now)
        #expect(cache.token(at: now.advanced(byMilliseconds: 1 << 40)) == "a")
        // A late word about an older one takes nothing away.
        cache.refuse("b")
        #expect(cache.token(at: now) == "a")
        cache.refuse("a")
        #expect(cache.token(at: now) == nil)
        cache.put("c", lifetime: 0, asked: now)
        #expect(cache.token(at: now) == nil)
    }

    @Test func aRefusedTokenIsReplacedOnceAndTheRequestSentAgain() async throws {
        let peer = try ScriptedPeer { request, _ in request.header("authorization") == "Bearer tok-1" ? .answer(200) : .answer(401) }
        let tokens = try Self.tokens()
        let sink = try sink(peer, tokens: tokens)
        #expect(await sink.deliver([.finding(1)]).isDelivered && tokens.requests.count == 2 && peer.requests.count == 2)
        #expect(peer.requests[0].body == peer.requests[1].body && peer.requests[0].header("webhook-id") == peer.requests[1].header("webhook-id"))
        #expect(await sink.deliver([.finding(2)]).isDelivered && tokens.requests.count == 2)
    }

    @Test func aReceiverThatRefusesEveryTokenPausesTheSink() async throws {
        let peer = try ScriptedPeer { request, _ in .answer(401, body: Array("no: \(request.header("authorization") ?? "")".utf8)) }
        let tokens = try Self.tokens()
        let outcome = try await sink(peer, tokens: tokens).deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason == "answered 401: no: Bearer ***")
        #expect(tokens.requests.count == 2 && peer.requests.count == 2)
    }

    /// Whatever the token server says is never about a change, so nothing is refused or halved for it.
    @Test(
        arguments: [
            (400, #"{"error":"invalid_client","error_description":"no cl1ent:s&cret here"}"#, "pause", "answered 400: invalid_client: no *** here"),
            (401, "", "pause", "answered 401"), (413, "", "pause", "answered 413"), (302, "", "pause", "answered 302"), (429, "", "retry", "answered 429"),
            (503, "", "retry", "answered 503"), (200, "<html>", "pause", "answered 200 without a bearer token"),
            (200, #"{"access_token":"a b"}"#, "pause", "without a bearer token"),
            (200, #"{"access_token":"ab","token_type":"mac"}"#, "pause", "without a bearer"),
        ] as [(Int, String, String, String)])
    func everyAnswerOfTheTokenServerHasItsOutcome(status: Int, body: String, word: String, words: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let tokens = try ScriptedPeer { _, _ in .answer(status, headers: ["Retry-After: 9"], body: Array(body.utf8)) }
        let outcome = try await sink(peer, tokens: tokens).deliver([.finding(1)])
        #expect(outcome.word == word && outcome.failure?.reason.contains(words) == true, "\(outcome)")
        #expect(outcome.failure?.mayHaveArrived == false && outcome.failure?.retryAfter == .seconds(9) && peer.requests.isEmpty)
    }

    @Test func aTokenServerThatIsAwayIsWaitedFor() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        let absent = try ListeningSocket(listens: false)
        let tokens = try Self.tokens()
        let sink = try sink(peer, tokens: tokens) { $0.tokenURL = (try? OutboundURL("http://127.0.0.1:\(absent.port)/token")) ?? $0.tokenURL }
        let outcome = await sink.deliver([.finding(1)])
        #expect(outcome.word == "retry" && outcome.failure?.reason.contains("no access token") == true && outcome.failure?.mayHaveArrived == false)
    }

    @Test func withTokensAndExpectationsItKeepsTheSinksPromises() async throws {
        // The same to each instance of the sink, as to one after a restart.
        let tokens = try ScriptedPeer { _, _ in .answer(200, body: Array(#"{"access_token":"tok-0","expires_in":3600}"#.utf8)) }
        let harness = try WebhookHarness(transport: transport, batch: 7, authorization: "Bearer tok-0") { options in
            options.credentials = ClientCredentials(
                tokenURL: try OutboundURL("http://127.0.0.1:\(tokens.port)/token"), clientID: "weir", clientSecret: "s3cret")
            options.expectation.statuses = [200]
            options.contentType = "application/json"
        }
        try await SinkConformance(harness: harness).run()
    }
}
