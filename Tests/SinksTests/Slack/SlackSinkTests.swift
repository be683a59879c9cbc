import Bytes
import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Synchronization
import Testing

@testable import Sinks

struct SlackSinkTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, batch: Int = 20, clock: any DeliveryClock = FixedClock()) throws -> SlackSink {
        let url = try OutboundURL("http://127.0.0.1:\(peer.port)/services/T0/B0/kept-secret")
        var options = SlackSinkOptions(destination: Destination(url: url, policy: .loopback))
        options.batch = batch
        return try SlackSink(name: "chat", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: clock))
    }

    @Test func aBatchIsOneMessageWithASectionForEachChange() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200, body: Array("ok".utf8)) }
        let batch = [
            Change.finding(.sample(severity: .critical), 1), .finding(.sample("f_2", status: .fixed), 2, type: "finding.fixed"), .finding(.sample("f_3"), 3),
        ]
        #expect(try await sink(peer).deliver(batch) == .delivered(status: 200, id: nil))
        let request = try #require(peer.requests.first)
        #expect(peer.requests.count == 1 && request.method == "POST" && request.target == "/services/T0/B0/kept-secret")
        #expect(request.header("content-type") == "application/json")
        let message = try JSONValue(parsing: request.body)
        #expect(message["text"]?.stringValue == "Weir: 3 changes: 2 finding.opened, 1 finding.fixed")
        let blocks = try #require(message["blocks"]?.arrayValue)
        #expect(blocks.compactMap { $0["block_id"]?.stringValue } == batch.map(\.id))
        #expect(blocks.allSatisfy { $0["type"]?.stringValue == "section" && $0["text"]?["verbatim"]?.boolValue == true })
        let text = try #require(blocks[1]["text"]?["text"]?.stringValue)
        #expect(text.utf8.starts(with: ":red_circle: *critical opened* SQL injection\nhttps".utf8))
        #expect(message["unfurl_links"]?.boolValue == false)
    }

    @Test func everyMessageStaysWithinSlacksLimits() throws {
        for text in HostileTexts.all + [String(repeating: "\u{1f4a3}", count: 5000)] {
            let batch = (1...UInt64(SlackMessage.changesMax)).map { Change.finding(.hostile(text, uid: "f_\($0)"), $0) }
            for count in [1, 7, SlackMessage.changesMax] {
                let message = try JSONValue(parsing: SlackMessage.encode(Array(batch.prefix(count))))
                let texts = (message["blocks"]?.arrayValue ?? []).compactMap { $0["text"]?["text"]?.stringValue }
                #expect(texts.count == count + 1 && texts.count <= 50)
                #expect(texts.allSatisfy { !$0.isEmpty && $0.unicodeScalars.count <= 3000 })
                #expect(texts.reduce(0) { $0 + $1.unicodeScalars.count } <= 12_500)
            }
        }
    }

    /// What Slack would read: no `<`, no entity but the three, and no mention or mark of formatting but those of our own words.
    @Test func vendorTextIsNeverMarkup() throws {
        for text in HostileTexts.all {
            let line = SlackLine.escaped(text, limit: 2000)
            #expect(!line.utf8.contains(UInt8(ascii: "<")) && !line.utf8.contains(UInt8(ascii: ">")))
            let scalars = Array(line.unicodeScalars)
            for (index, scalar) in scalars.enumerated() {
                if scalar == "&" {
                    let rest = String(String.UnicodeScalarView(scalars[index...].prefix(5)))
                    #expect(["&amp;", "&lt;", "&gt;"].contains { rest.utf8.starts(with: $0.utf8) }, "\(rest)")
                }
                if ["@", "#", "*", "_", "~", "`", ":"].contains(scalar) { #expect(index + 1 < scalars.count && scalars[index + 1] == "\u{2060}") }
                #expect(scalar.value >= 0x20 && ![0x7f, 0x85, 0x202e, 0x2028].contains(scalar.value))
            }
        }
        #expect(SlackLine.escaped("a <!here> & b", limit: 100) == "a &lt;!here&gt; &amp; b")
    }

    @Test func anyRecordCanBeShown() throws {
        for data in ["{}", "[]", "null", "7", "", "{\"title\":7,\"resources\":{},\"severity\":\"worst\"}", "{\"resources\":[7]}", "{\"summary\":\"disk low\"}"]
        {
            var change = Change.finding(1)
            change.kind = .notice
            change.data = RawJSON(bytes: Array(data.utf8))
            #expect(!SlackLine(change).text(limit: 300).isEmpty, "\(data)")
        }
    }

    /// Each row is an answer as Slack's page on incoming webhooks lists it.
    @Test(arguments: [
        (200, "ok", "delivered"), (200, #"{"ok":true}"#, "delivered"), (400, "invalid_payload", "reject"), (400, "no_text", "reject"),
        (400, "invalid_blocks", "reject"), (400, "msg_blocks_too_long", "split"), (400, "user_not_found", "pause"), (403, "action_prohibited", "pause"),
        (403, "invalid_token", "pause"), (404, "channel_not_found", "pause"), (404, "no_service", "pause"), (410, "channel_is_archived", "pause"),
        (429, "rate_limited", "retry"), (500, "rollup_error", "retry"), (503, "", "retry"), (302, "", "pause"), (413, "", "split"),
        // Answers with 200 that prove nothing: whoever looks at the status alone loses these changes.
        (200, "<html>please log in</html>", "retry"), (200, "", "retry"), (200, #"{"ok":false,"error":"channel_not_found"}"#, "pause"),
        (200, #"{"ok":false,"error":"ratelimited"}"#, "retry"), (200, #"{"ok":false,"error":"invalid_blocks"}"#, "reject"),
        (200, #"{"ok":false,"error":"msg_too_long"}"#, "split"), (200, #"{"ok":false}"#, "pause"),
    ])
    func everyAnswerHasItsOutcome(_ status: Int, _ body: String, _ word: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(status, body: Array(body.utf8)) }
        let outcome = try await sink(peer).deliver([.finding(1)])
        #expect(outcome.word == word)
        #expect(outcome.failure?.reason.contains("kept-secret") != true)
    }

    @Test func theWishToWaitIsPassedOn() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(429, headers: ["Retry-After: 30"], body: Array("rate_limited".utf8)) }
        #expect(try await sink(peer).deliver([.finding(1)]).failure?.retryAfter == .seconds(30))
    }

    @Test func theURLIsShownNowhere() async throws {
        for reply in [ScriptedPeer.Reply.rawThenReset(""), .rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"), .rawThenClose("gibberish\r\n\r\n")] {
            let peer = try ScriptedPeer { _, _ in reply }
            let outcome = try await sink(peer).deliver([.finding(1)])
            #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == true)
            #expect(outcome.failure?.reason.contains("kept-secret") == false && outcome.failure?.reason.contains("services") == false)
        }
    }

    @Test func messagesAreASecondApart() {
        var pace = MessagePace()
        let start = Timestamp(milliseconds: 1_772_445_600_000)
        #expect(pace.wait(at: start) == .zero)
        #expect(pace.wait(at: start) == .seconds(1))
        #expect(pace.wait(at: start.advanced(byMilliseconds: 1400)) == .milliseconds(600))
        #expect(pace.wait(at: start.advanced(byMilliseconds: 9000)) == .zero)
        // The clock was set back by an hour.
        #expect(pace.wait(at: start.advanced(byMilliseconds: -3_600_000)) == .seconds(1))
    }

    @Test func theSinkWaitsBetweenMessages() async throws {
        let clock = SleepCounter()
        let peer = try ScriptedPeer { _, _ in .answer(200, body: Array("ok".utf8)) }
        let sink = try sink(peer, clock: clock)
        for sequence in 1...3 { #expect(await sink.deliver([.finding(UInt64(sequence))]).isDelivered) }
        #expect(clock.slept == [.seconds(1), .seconds(1)])
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = SlackSinkOptions(destination: Destination(url: try OutboundURL("https://hooks.slack.com/x"), policy: DestinationPolicy(networks: [])))
        #expect(options.issues.isEmpty)
        options.batch = 41
        #expect(options.issues.map(\.key) == ["batch"])
    }

    @Test(arguments: [1, 20])
    func itKeepsTheSinksPromises(_ batch: Int) async throws {
        try await SinkConformance(harness: try SlackHarness(transport: transport, batch: batch)).run()
    }

    @Test(arguments: [1, 20])
    func whatFailsIsTheSinkOrOneChange(_ batch: Int) async throws {
        try await SinkConformance(harness: try SlackHarness(transport: transport, batch: batch)).runOwnFaults()
    }
}

/// A clock whose sleepers wake at once, at the time they asked for.
final class SleepCounter: DeliveryClock {
    private let state = Mutex((now: FixedClock().now, slept: [Duration]()))

    var now: Timestamp { state.withLock { $0.now } }
    var slept: [Duration] { state.withLock { $0.slept } }

    func sleep(for duration: Duration) async throws {
        state.withLock { state in
            state.now = state.now.advanced(byMilliseconds: duration.components.seconds * 1000)
            state.slept.append(duration)
        }
    }
}
