import Synchronization
import Testing

@testable import Ingest

struct MemoryTests {
    private static let url = "/in/url/\(Samples.pathSecret)"

    private static func head(_ length: Int) -> String { "POST \(url) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" }

    @Test func largeBodiesWaitForRoomAndGoOn() async throws {
        try await Gateway.run(
            sources: Samples.sources(limits: SourceLimits(bodyMax: 131_072)),
            limits: {
                $0.bodiesInFlightMax = 131_072
                $0.promptBytesMax = 1024
                $0.budgetTimeout = .seconds(10)
            }
        ) { gateway throws in
            let body = "\"" + String(repeating: "x", count: 100_000) + "\""
            let first = try gateway.client(), second = try gateway.client()
            first.send(Self.head(body.utf8.count) + body.dropLast())
            #expect(gateway.eventually { (100_000..<131_072).contains(gateway.server.load.bodyBytes) })
            second.send(Self.head(body.utf8.count) + body)
            #expect(!second.readMore(until: Clock.milliseconds() + 50))
            // Small ones are answered all the while.
            #expect(try gateway.answer(Samples.url("{}")).status == 200)
            first.send("\"")
            #expect(try first.answer().status == 200)
            #expect(try second.answer().status == 200)
            #expect(gateway.server.load.bodyBytes == 0)
        }
    }

    @Test func withoutRoomForLongTheyAreRefused() async throws {
        try await Gateway.run(limits: {
            $0.bodiesInFlightMax = 131_072
            $0.promptBytesMax = 1024
            $0.budgetTimeout = .milliseconds(50)
        }) { gateway throws in
            let first = try gateway.client(), second = try gateway.client(from: "127.0.0.2")
            first.send(Self.head(120_000) + String(repeating: "x", count: 100_000))
            #expect(gateway.eventually { (100_000..<131_072).contains(gateway.server.load.bodyBytes) })
            second.send(Self.head(120_000) + String(repeating: "x", count: 100_000))
            let answer = try second.answer()
            #expect(answer.status == 503 && answer.code == "memory_full" && answer.headers["retry-after"] != nil && answer.headers["connection"] == "close")
            first.reset()
            #expect(gateway.eventually { gateway.server.load.bodyBytes == 0 })
        }
    }

    @Test func aHundredEndlessBodiesCostLittle() async throws {
        let heads = [
            "Content-Length: 10000000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2540be400\r\n",
        ]
        let signature = Samples.signatureLines(Array("{}".utf8))
        try await Gateway.run { gateway throws in
            let piece = [UInt8](repeating: 0x20, count: 32_768)
            let isOver = Mutex(false)
            let streamers = 4
            let done = Mutex(0)
            for streamer in 0..<streamers {
                // Each thread keeps 25 connections busy and dials again where one was closed.
                Threads.start {
                    var clients: [RawClient?] = Array(repeating: nil, count: 25)
                    var turn = streamer
                    while !isOver.withLock({ $0 }) {
                        for index in clients.indices {
                            turn += 1
                            if let client = clients[index] {
                                if client.sendSome(piece) < 0 || client.hasEnded { clients[index] = nil }
                                _ = client.readMore(until: Clock.milliseconds())
                            } else if let client = try? gateway.client() {
                                let path = turn % 2 == 0 ? Self.url : "/in/signed"
                                let lines = turn % 2 == 0 ? "" : signature
                                client.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\(lines)" + heads[turn / 2 % 2])
                                clients[index] = client
                            }
                        }
                    }
                    done.withLock { $0 += 1 }
                }
            }
            let small = try gateway.client()
            let end = Clock.milliseconds() + 1500
            var answered = 0, peak = 0
            // On a machine that is busy with others fewer are answered in the time.
            while answered < 21 || Clock.milliseconds() < end {
                small.send(Samples.url("{\"n\":\(answered)}"))
                #expect(try small.answer(within: 60_000).status == 200)
                answered += 1
                peak = max(peak, gateway.server.load.bodyBytes)
            }
            isOver.withLock { $0 = true }
            #expect(gateway.eventually { done.withLock { $0 } == streamers })
            // Of the process itself, Tests/Faults/flood.py looks: here other tests are beside it.
            #expect(peak < 80 << 20, "\(peak >> 20) MiB")
            #expect(gateway.server.counters.snapshot()["url"]?.refusals["body_too_large"] ?? 0 > 0)
        }
    }
}
