import Journal
import Testing

@testable import Ingest

struct BodyLimitTests {
    private static let sources = Samples.sources(limits: SourceLimits(bodyMax: 1000))

    /// A JSON string of exactly `size` bytes.
    private static func body(_ size: Int) -> String { "\"" + String(repeating: "x", count: size - 2) + "\"" }

    @Test(arguments: [(999, 200), (1000, 200), (1001, 413)])
    func announcedLengthsAreHeldToTheLimit(_ row: (size: Int, status: Int)) async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let answer = try gateway.answer(Samples.url(Self.body(row.size)))
            #expect(answer.status == row.status)
            #expect(gateway.journal.drafts.map(\.body.count) == (row.status == 200 ? [row.size] : []))
        }
    }

    @Test(arguments: [(999, 200), (1000, 200), (1001, 413)], [1, 7, 100, 1000, 5000])
    func chunkedBodiesAreHeldToTheLimit(_ row: (size: Int, status: Int), _ chunk: Int) async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let answer = try gateway.answer(Samples.chunked("/in/url/\(Samples.pathSecret)", Self.body(row.size), size: chunk))
            #expect(answer.status == row.status)
            // Never a part of a body.
            #expect(gateway.journal.drafts.map(\.body.count) == (row.status == 200 ? [row.size] : []))
        }
    }

    @Test(arguments: ["Content-Length: 10000000000", "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked"])
    func tooMuchIsAnsweredDroppedAndClosed(_ length: String) async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let client = try gateway.client()
            client.send("POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n" + (length.hasPrefix("T") ? "fffffffff\r\n" : ""))
            let started = Clock.milliseconds()
            var sent = 0
            let piece = [UInt8](repeating: 0x20, count: 16_384)
            var isOpen = true
            while isOpen, Clock.milliseconds() - started < 5000 {
                let count = client.sendSome(piece)
                if count < 0 { isOpen = false } else { sent += count }
                if count == 0 { _ = client.readMore(until: Clock.milliseconds() + 5) }
            }
            #expect(!isOpen)
            // The answer, 64 KiB, and what the sockets on both sides hold.
            #expect(sent < 16 << 20)
            let refusals = gateway.server.counters.snapshot()["url"]?.refusals
            #expect(refusals == ["body_too_large": 1])
            #expect(gateway.journal.drafts.isEmpty)
        }
    }

    @Test func aClientThatStopsGetsItsAnswerAndTheEnd() async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let client = try gateway.client()
            client.send("POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\nxx")
            let answer = try client.answer()
            #expect(answer.status == 413 && answer.code == "body_too_large" && answer.headers["connection"] == "close")
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }

    @Test func everySizeUpToTheLimitArrivesWhole() async throws {
        try await Gateway.run(sources: Samples.sources(limits: SourceLimits(bodyMax: 4 << 20))) { gateway throws in
            let client = try gateway.client()
            for size in [2, 2000, 65_535, 65_536, 65_537, 200_000, 4 << 20] {
                client.send(Samples.signed(Self.body(size)))
                #expect(try client.answer().status == 200)
                client.send(Samples.chunked("/in/url/\(Samples.pathSecret)", Self.body(size), size: 70_000))
                #expect(try client.answer().status == 200)
                #expect(gateway.journal.drafts.suffix(1).allSatisfy { $0.body == Array(Self.body(size).utf8) })
            }
            #expect(gateway.server.load.bodyBytes == 0)
        }
    }
}
