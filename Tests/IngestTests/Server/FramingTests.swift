import Journal
import Testing

@testable import Ingest

/// Requests whose framing matters, over real sockets.
struct FramingTests {
    static let json = #"{"id":"1"}"#

    /// Answered 400 and closed before anything behind them is read as a request.
    static let smuggled: [(name: String, request: String, code: String)] = [
        ("both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "conflicting_lengths"),
        ("both lengths the other way", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "conflicting_lengths"),
        ("two lengths", "Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}", "conflicting_lengths"),
        ("one length twice", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "conflicting_lengths"),
        ("a list of lengths", "Content-Length: 2, 2\r\n\r\n{}", "bad_content_length"),
        ("identity", "Transfer-Encoding: identity\r\n\r\n{}", "bad_transfer_encoding"),
        ("gzip", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "bad_transfer_encoding"),
        ("a bare line feed", "Content-Length: 2\n\r\n\r\n{}", "bad_header"),
        ("a folded line", "X: 1\r\n Content-Length: 2\r\n\r\n{}", "bad_header"),
        ("a space before the colon", "Content-Length : 2\r\n\r\n{}", "bad_header"),
        ("a second host", "Host: other\r\nContent-Length: 2\r\n\r\n{}", "bad_host"),
        ("a chunk that is too short", "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", "bad_chunk"),
        ("a chunk without its end", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}X\r\n0\r\n\r\n", "bad_chunk"),
        ("a chunk size in disguise", "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", "bad_chunk"),
    ]

    @Test(arguments: smuggled)
    func refusesSmuggling(_ row: (name: String, request: String, code: String)) async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send("POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: weir\r\n" + row.request + Samples.url(Self.json))
            let answer = try client.answer()
            #expect(answer.status == 400 && answer.code == row.code, "\(row.name): \(answer)")
            #expect(answer.headers["connection"] == "close")
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(client.leftover.isEmpty)
            #expect(gateway.journal.drafts.isEmpty)
        }
    }

    @Test(arguments: [
        "GET /healthz HTTP/1.2\r\nHost: weir\r\n\r\n", "GET /healthz\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\nHost: weir\n\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n",
    ])
    func refusesWhatIsNotItsHTTP(_ request: String) async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send(request)
            #expect(try client.answer().status == 400)
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            var text = ""
            for number in 0..<200 {
                text +=
                    number % 3 == 0
                    ? Samples.post("/in/nobody", "{}") : number % 3 == 1 ? Samples.url("{\"n\":\(number)}") : "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\r\n"
            }
            client.send(text)
            var receipts: [Int] = []
            for number in 0..<200 {
                let answer = try client.answer()
                #expect(answer.status == (number % 3 == 0 ? 401 : 200))
                if number % 3 == 1 { receipts.append(Int(answer.receipt) ?? 0) }
            }
            #expect(receipts == Array(1...receipts.count))
        }
    }

    @Test func answersAClientThatHasSaidAllItHasToSay() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send(Samples.url(Self.json) + Samples.url(#"{"id":"2"}"#))
            client.endSending()
            #expect(try client.answer().receipt == "1")
            #expect(try client.answer().receipt == "2")
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }

    @Test func takesBytesOneAtATime() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            for request in ["\r\n" + Samples.signed(Self.json), Samples.chunked("/in/url/\(Samples.pathSecret)", #"{"id":"2"}"#, size: 3)] {
                for byte in Array(request.utf8) { client.send([byte]) }
                #expect(try client.answer().status == 200)
            }
            #expect(gateway.journal.drafts.map { String(decoding: $0.body, as: UTF8.self) } == [Self.json, #"{"id":"2"}"#])
        }
    }

    @Test func asksForTheBodyThatIsExpected() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            let head = "POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
            client.send(head)
            #expect(try client.answer().status == 100)
            client.send("{}")
            #expect(try client.answer().status == 200)
            // Refused without the body.
            client.send(head.replacing("/\(Samples.pathSecret)", with: "/x"))
            let answer = try client.answer()
            #expect(answer.status == 401 && answer.headers["connection"] == "close")
        }
    }

    @Test func closesBehindTheAnswerOfHTTP10() async throws {
        try await Gateway.run { gateway throws in
            for host in ["", "Host: weir\r\n"] {
                let client = try gateway.client()
                let head = "POST /in/url/\(Samples.pathSecret) HTTP/1.0\r\n\(host)Connection: keep-alive\r\nContent-Length: \(Self.json.utf8.count)\r\n\r\n"
                client.send(head + Self.json + Samples.url("{}"))
                let answer = try client.answer()
                #expect(answer.status == 200 && answer.headers["connection"] == "close")
                #expect(client.endsWithin(milliseconds: 8000))
                #expect(client.leftover.isEmpty)
            }
            #expect(try gateway.answer("GET /readyz HTTP/1.0\r\n\r\n").status == 200)
            #expect(try gateway.answer("POST /in/url/x HTTP/1.0\r\n\r\n").code == "bad_content_length")
        }
    }

    @Test func keepsAByteOrderMark() async throws {
        try await Gateway.run { gateway throws in
            #expect(try gateway.answer(Samples.url("\u{feff}{}")).status == 200)
            #expect(gateway.journal.drafts.first?.body == [0xef, 0xbb, 0xbf, 0x7b, 0x7d])
            // What holds the secret is kept without it, and with the mark.
            #expect(try gateway.answer(Samples.url("\u{feff}{\"a\":\"\(Samples.pathSecret)\"}")).status == 200)
            let kept = gateway.journal.drafts.last.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            #expect(kept.unicodeScalars.first == "\u{feff}" && !kept.contains(Samples.pathSecret))
            #expect(try gateway.answer(Samples.url("\u{feff}{\"a\":nope}")).body.contains("at byte 8"))
        }
    }

    @Test func closesWhenAsked() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send(Samples.url(Self.json, "Connection: close\r\n"))
            let answer = try client.answer()
            #expect(answer.status == 200 && answer.headers["connection"] == "close")
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }

    @Test func answersProbes() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nHEAD /readyz/?x HTTP/1.1\r\nHost: a\r\n\r\nGET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().body == #"{"status":"ok"}"#)
            let head = try client.answer(hasBody: false)
            #expect(head.status == 200 && head.headers["content-length"] == "18")
            #expect(try client.answer().body == #"{"status":"ready"}"#)
            // What stands still behind the journal keeps nobody from sending.
            for (standing, members) in [
                (StandingStill.dataDisk, #","data":"disk_low""#), (.projector, #","projector":"stuck""#), (.delivery, #","delivery":"stopped""#),
                ([.dataDisk, .projector, .delivery], #","data":"disk_low","projector":"stuck","delivery":"stopped""#), ([], ""),
            ] as [(StandingStill, String)] {
                gateway.server.standingStill = standing
                client.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.status == 200 && answer.body == #"{"status":"ready""# + members + "}")
            }
            gateway.journal.set(.stalled)
            client.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.status == 503 && answer.headers["retry-after"] != nil && answer.code == "journal_unavailable")
            client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().status == 200)
        }
    }

    @Test func refusesHeadsOverTheirLimits() async throws {
        try await Gateway.run { gateway throws in
            let fields = String(repeating: "a: b\r\n", count: 99)
            #expect(try gateway.answer("GET /healthz HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").status == 200)
            #expect(try gateway.answer("GET /healthz HTTP/1.1\r\nHost: a\r\n\(fields)a: b\r\n\r\n").status == 431)
            let long = String(repeating: "x", count: 16_384 - 42)
            #expect(try gateway.answer("GET /healthz HTTP/1.1\r\nHost: a\r\nlong: \(long)\r\n\r\n").status == 200)
            let answer = try gateway.answer("GET /healthz HTTP/1.1\r\nHost: a\r\nlong: \(long)x\r\n\r\n")
            #expect(answer.status == 431 && answer.code == "head_too_large" && answer.headers["connection"] == "close")
            // Path and method are looked at first.
            #expect(try gateway.answer("GET /nothing HTTP/1.1\r\nlong: \(long)xxxxxxxxxxxxxxxxxx").status == 404)
            #expect(try gateway.answer("POST /healthz HTTP/1.1\r\nlong: \(long)xxxxxxxxxxxxxxxxxx").status == 405)
            #expect(try gateway.answer("GET /" + String(repeating: "x", count: 20_000)).status == 431)
        }
    }

    @Test func survivesSeventyThousandFields() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            client.send("POST /in/url HTTP/1.1\r\nHost: a\r\n")
            _ = client.send(String(repeating: "a:b\r\n", count: 70_000))
            if let answer = try? client.answer() { #expect(answer.status == 431) }
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(try gateway.answer(Samples.url(Self.json)).status == 200)
        }
    }
}
