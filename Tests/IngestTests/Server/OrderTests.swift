import Adapters
import Journal
import Testing

@testable import Ingest

/// Requests with more than one thing wrong: the check that comes first decides.
struct OrderTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let request: String
        let status: Int

        init(_ description: String, _ request: String, _ status: Int) {
            testDescription = description
            self.request = request
            self.status = status
        }
    }

    private static let text = "Content-Type: text/plain\r\n", much = "Content-Length: 10000000000\r\n"
    private static let url = "/in/url/\(Samples.pathSecret)"

    private static func head(_ line: String, _ fields: String) -> String { "\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" }

    static let rows: [Row] = [
        Row("malformed, and nothing there", head("POST /nothing", "Content-Length: 1\r\nContent-Length: 2\r\n"), 400),
        Row("nothing there, and another method", head("GET /nothing", ""), 404),
        Row("another method, and no such source", head("GET /in/nobody", ""), 405),
        Row("no such source, another type, too much", head("POST /in/nobody", text + much), 401),
        Row("no credential, another type, too much", head("POST /in/token", text + much), 401),
        Row("another type, too much", head("POST \(url)", text + much), 415),
        Row("an encoding, too much", head("POST \(url)", "Content-Encoding: gzip\r\n" + much), 415),
        Row("too much, and no JSON", head("POST \(url)", much), 413),
        Row("a wrong signature, and no JSON", Samples.post("/in/signed", "nope", Samples.signatureLines(Array("{}".utf8))), 401),
        Row("no JSON, and over its bytes", Samples.url("nope"), 400),
        Row("over its bytes, and a full disk", Samples.url("{}"), 429),
    ]

    @Test(arguments: rows) func theFirstCheckDecides(_ row: Row) async throws {
        try await Gateway.run(sources: Samples.sources(limits: SourceLimits(bytesPerDay: 18))) { gateway throws in
            #expect(try gateway.answer(Samples.url(#"{"the":"only one"}"#)).status == 200)
            gateway.journal.set(.diskReserve)
            let client = try gateway.client()
            client.send(row.request)
            #expect(try client.answer().status == row.status)
            #expect(gateway.journal.drafts.count == 1)
        }
    }

    /// While a secret is replaced both count; what is kept says which.
    @Test func everyActiveSecretCounts() async throws {
        let sources = [
            Samples.source("signed", .hmac(Samples.signature), ["CANARY-old", "CANARY-new"]), Samples.source("token", .bearer, ["CANARY-old", "CANARY-new"]),
            Samples.source("url", .secretURL, ["CANARY-old", "CANARY-new"]),
        ]
        try await Gateway.run(sources: sources) { gateway throws in
            for (number, secret) in ["CANARY-old", "CANARY-new"].enumerated() {
                func body(_ source: String) -> String { "{\"\(source)\":\(number)}" }
                #expect(try gateway.answer(Samples.post("/in/signed", body("a"), Samples.signatureLines(Array(body("a").utf8), secret: secret))).status == 200)
                #expect(try gateway.answer(Samples.post("/in/token", body("b"), "Authorization: Bearer \(secret)\r\n")).status == 200)
                #expect(try gateway.answer(Samples.post("/in/url/\(secret)", body("c"))).status == 200)
                #expect(gateway.journal.drafts.suffix(3).map(\.verdict?.secretLabel) == Array(repeating: "secret-\(number + 1)", count: 3))
            }
            #expect(try gateway.answer(Samples.post("/in/url/CANARY-third", "{}")).status == 401)
        }
    }

    /// Many senders write head and body apart: whoever is refused by its head alone still gets its answer.
    @Test func aRefusalComesThroughBeforeTheBody() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send(Self.head("POST /in/token", "Authorization: Bearer wrong\r\nContent-Length: 60000\r\n"))
            client.send([UInt8](repeating: 0x20, count: 60_000))
            let answer = try client.answer()
            #expect(answer.status == 401 && answer.headers["connection"] == "close")
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }
}
