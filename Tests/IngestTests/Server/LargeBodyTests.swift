import Testing

@testable import Ingest

/// Bodies that are judged beside the event loops.
struct LargeBodyTests {
    private static let sources = Samples.sources(limits: SourceLimits(bodyMax: 8 << 20))

    private static func body(_ size: Int) -> String { "\"" + String(repeating: "x", count: size - 2) + "\"" }

    @Test(arguments: [262_144, 262_145, 4 << 20]) func areAnsweredLikeSmallOnes(_ size: Int) async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let client = try gateway.client()
            let body = Self.body(size)
            client.send(Samples.signed(body) + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.answer().receipt == "1")
            #expect(try client.answer().body == #"{"status":"ok"}"#)
            client.send(Samples.post("/in/signed", body, Samples.signatureLines([])))
            #expect(try client.answer().status == 401)
            client.send(Samples.url(String(Self.body(size).dropLast()) + "x"))
            #expect(try client.answer().code == "invalid_json")
            client.send(Samples.url("{}"))
            #expect(try client.answer().status == 200)
            #expect(gateway.eventually { gateway.server.load.bodyBytes == 0 })
        }
    }

    @Test func aClientThatLeavesIsMissedByNobody() async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            for _ in 0..<5 {
                let client = try gateway.client()
                client.send(Samples.signed(Self.body(2 << 20)))
                client.reset()
            }
            #expect(try gateway.answer(Samples.url("{}")).status == 200)
            #expect(gateway.eventually { gateway.server.load == (0, 0) })
        }
    }

    /// A body whose reading would take more than eight times its size: numbers without end.
    @Test func oneThatIsAllStructureIsTooLarge() async throws {
        try await Gateway.run(sources: Self.sources) { gateway throws in
            let zeros = "[" + String(repeating: "0,", count: 2 << 20) + "0]"
            let answer = try gateway.answer(Samples.signed(zeros))
            #expect(answer.status == 413 && answer.code == "body_too_large")
            // As many in a small body are nobody's harm, and findings are never so dense.
            #expect(try gateway.answer(Samples.signed("[" + String(repeating: "0,", count: 100_000) + "0]")).status == 200)
            let finding = #"{"id":"a1","n":17,"tags":["x","y"],"open":true,"text":"something about it"},"#
            #expect(try gateway.answer(Samples.signed("[" + String(repeating: finding, count: 20_000) + "{}]")).status == 200)
        }
    }
}
