import FindingModel
import Testing

@testable import Ingest

/// The rows of the table of answers, each on a connection of its own.
struct AnswerTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let request: String
        let status: Int
        var code = ""
        var closes = false
        var reason = ""

        init(_ description: String, _ request: String, _ status: Int, _ code: String = "", closes: Bool = false, reason: String = "") {
            testDescription = description
            self.request = request
            self.status = status
            self.code = code
            self.closes = closes
            self.reason = reason
        }
    }

    static let json = #"{"id":"1"}"#

    static let rows: [Row] = [
        Row("a signed body", Samples.signed(json), 200),
        Row("a bearer token", Samples.bearer(json), 200),
        Row("a bearer token in another case", Samples.post("/in/token", json, "authorization: BEARER \(Samples.token)\r\n"), 200),
        Row("a secret URL", Samples.url(json), 200),
        Row("a secret URL with percent escapes", Samples.post("/in/url/%43ANARY-path-secret", json), 200),
        Row("a trailing slash and a query", Samples.post("/in/url/\(Samples.pathSecret)/?a=/b", json), 200),
        Row("a JSON type with parameters", Samples.url(json, "Content-Type: Application/JSON; charset=utf-8\r\n"), 200),
        Row("a +json type", Samples.url(json, "Content-Type: application/cloudevents+json\r\n"), 200),
        Row("an escaped lone surrogate", Samples.url(#"{"a":"\ud800"}"#), 200),
        Row("a header with an underscore, which is no length", Samples.url(json, "Content_Length: 3\r\nTransfer_Encoding: chunked\r\n"), 200),
        Row("nothing there", Samples.post("/", json), 404, "not_found"),
        Row("below nothing", Samples.post("/in", json), 404, "not_found"),
        Row("two segments of secret", Samples.post("/in/url/a/b", json), 404, "not_found"),
        Row("an encoded slash", Samples.post("/in/url%2fa", json), 404, "not_found"),
        Row("an encoded slash in the secret", Samples.post("/in/url/a%2Fb", json), 404, "not_found"),
        Row("dots", Samples.post("/in/../in/url/x", json), 404, "not_found"),
        Row("encoded dots", Samples.post("/in/url/%2e%2e", json), 404, "not_found"),
        Row("a name in capitals", Samples.post("/in/URL/x", json), 404, "not_found"),
        Row("another method", "GET /in/url/x HTTP/1.1\r\nHost: weir\r\n\r\n", 405, "method_not_allowed"),
        Row("a method nobody knows", "BREW /in/url/x HTTP/1.1\r\nHost: weir\r\n\r\n", 405, "method_not_allowed"),
        Row("posting to the probe", Samples.post("/healthz", json), 405, "method_not_allowed"),
        Row("no such source", Samples.post("/in/nobody", json), 401, "unauthorized", reason: "unknown_source"),
        Row("no credential", Samples.post("/in/token", json), 401, "unauthorized", reason: "missing_credential"),
        Row("a wrong token", Samples.post("/in/token", json, "Authorization: Bearer x\r\n"), 401, "unauthorized", reason: "wrong_secret"),
        Row("two tokens", Samples.bearer(json, "Authorization: Bearer x\r\n"), 401, "unauthorized", reason: "doubled_header"),
        Row("a secret where none belongs", Samples.post("/in/token/x", json, "Authorization: Bearer \(Samples.token)\r\n"), 401, "unauthorized"),
        Row("a wrong signature", Samples.post("/in/signed", json, Samples.signatureLines(Array("{}".utf8))), 401, "unauthorized", reason: "bad_signature"),
        Row(
            "an old signature",
            Samples.post("/in/signed", json, Samples.signatureLines(Array(json.utf8), time: Samples.now.advanced(byMilliseconds: -301_000))),
            401, "unauthorized", reason: "timestamp_skew"),
        Row("a malformed time", Samples.post("/in/signed", json, "X-Ts: 1e9\r\nX-Sig: \(String(repeating: "a", count: 64))\r\n"), 401, "unauthorized"),
        Row("another media type", Samples.url(json, "Content-Type: text/plain\r\n"), 415, "unsupported_media_type"),
        Row("two media types", Samples.url(json, "Content-Type: application/json\r\nContent-Type: text/plain\r\n"), 415, "unsupported_media_type"),
        Row("a content encoding", Samples.url(json, "Content-Encoding: gzip\r\n"), 415, "unsupported_content_encoding"),
        Row("identity", Samples.url(json, "Content-Encoding: identity\r\n"), 200),
        Row("identity and another", Samples.url(json, "Content-Encoding: identity\r\nContent-Encoding: br\r\n"), 415, "unsupported_content_encoding"),
        Row("text/json", Samples.url(json, "Content-Type: text/json; charset=utf-8\r\n"), 200),
        Row("the absolute form", Samples.url(json).replacing("POST /in", with: "POST http://elsewhere.example/in"), 200),
        Row("a byte order mark", Samples.url("\u{feff}" + json), 200),
        Row("a signed byte order mark", Samples.signed("\u{feff}" + json), 200),
        Row("nothing but a byte order mark", Samples.url("\u{feff}"), 400, "empty_body"),
        Row("two byte order marks", Samples.url("\u{feff}\u{feff}{}"), 400, "invalid_json"),
        Row("a wrong credential before a wrong type", Samples.post("/in/url/x", json, "Content-Type: text/plain\r\n"), 401, "unauthorized"),
        Row("an empty body", Samples.url(""), 400, "empty_body"),
        Row("no length at all", "POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: weir\r\n\r\n", 400, "empty_body"),
        Row("no JSON", Samples.url(#"{"a":nope}"#), 400, "invalid_json"),
        Row("a trailing comma", Samples.url("[1,]"), 400, "invalid_json"),
        Row("two members of one name", Samples.url(#"{"a":1,"\u0061":2}"#), 400, "duplicate_key"),
        Row("too deep", Samples.url(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)), 400, "too_deep"),
        Row("deep enough", Samples.url(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)), 200),
        Row("a wrong signature before no JSON", Samples.post("/in/signed", "nope", Samples.signatureLines([])), 401, "unauthorized"),
    ]

    @Test(arguments: rows)
    func answersAsTheTableSays(_ row: Row) async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send(row.request)
            let answer = try client.answer()
            #expect(answer.status == row.status, "\(answer)")
            #expect(answer.code == row.code)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["connection"] == nil)
            if row.status == 200 {
                #expect(answer.body == #"{"message":"accepted","receipt":"1"}"#)
                #expect(gateway.journal.drafts.count == 1)
            } else {
                #expect(gateway.journal.drafts.isEmpty)
                #expect(!answer.body.contains("CANARY"))
                #expect(answer.body.hasPrefix(#"{"error":""#))
            }
            if !row.reason.isEmpty {
                let tallies = gateway.server.counters.snapshot()
                #expect(tallies.values.contains { $0.refusals[row.reason] == 1 }, "\(tallies.mapValues(\.refusals))")
            }
            // The connection goes on: the whole request was there.
            client.send(Samples.url(#"{"id":"next"}"#))
            #expect(try client.answer().status == 200)
            #expect(!gateway.log.all.contains { $0.contains("CANARY") })
        }
    }

    @Test func refusalsForWantOfProofAreAllAlike() async throws {
        let requests = Self.rows.filter { $0.status == 401 }.map(\.request)
        try await Gateway.run { gateway throws in
            var answers: [RawAnswer] = []
            for request in requests { answers.append(try gateway.answer(request)) }
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(Set(answers.map { $0.headers.filter { $0.key != "date" } }).count == 1)
            let tally = try #require(gateway.server.counters.snapshot()["signed"])
            #expect(tally.lastRefusals.contains { $0.detail == "-301 s" && $0.peer == "127.0.0.1" && $0.size == Self.json.utf8.count })
        }
    }

    @Test func invalidJSONNamesTheByteAndKeepsTheHash() async throws {
        try await Gateway.run { gateway throws in
            let answer = try gateway.answer(Samples.url(#"{"a":nope}"#))
            #expect(answer.body.contains("at byte "))
            let refusal = try #require(gateway.server.counters.snapshot()["url"]?.lastRefusals.last)
            #expect(refusal.reason == "invalid_json" && refusal.size == 10 && refusal.bodySHA256?.utf8.count == 64)
        }
    }
}
