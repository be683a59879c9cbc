import Testing

@testable import Ingest

struct SlowClientTests {
    private static let head = "POST /in/url/\(Samples.pathSecret) HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"

    @Test func aSlowHeadIsTold() async throws {
        try await Gateway.run(limits: { $0.headTimeout = .milliseconds(100) }) { gateway throws in
            let client = try gateway.client()
            client.send("POST /in/url HTTP/1.1\r\nHost: a\r\n")
            let answer = try client.answer()
            #expect(answer.status == 408 && answer.code == "head_timeout" && answer.headers["connection"] == "close")
            #expect(client.endsWithin(milliseconds: 8000))
        }
    }

    @Test func dribblingDoesNotHelpAHead() async throws {
        try await Gateway.run(limits: { $0.headTimeout = .milliseconds(150) }) { gateway throws in
            let client = try gateway.client()
            client.send(Samples.url("{}"))
            #expect(try client.answer().status == 200)
            let started = Clock.milliseconds()
            client.send("POST /in/url HTTP/1.1\r\n")
            while !client.readMore(until: Clock.milliseconds() + 10) { client.send("a: b\r\n") }
            #expect(try client.answer().status == 408)
            #expect(Clock.milliseconds() - started < 8000)
        }
    }

    @Test func aSilentConnectionIsClosedWithoutAWord() async throws {
        try await Gateway.run(limits: { $0.headTimeout = .milliseconds(100) }) { gateway throws in
            let client = try gateway.client()
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(client.leftover.isEmpty)
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        try await Gateway.run(limits: { $0.idleTimeout = .milliseconds(100) }) { gateway throws in
            let client = try gateway.client()
            client.send(Samples.url("{}"))
            #expect(try client.answer().status == 200)
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(client.leftover.isEmpty)
        }
    }

    @Test func aSlowBodyIsTold() async throws {
        try await Gateway.run(limits: { $0.bodyTimeout = .milliseconds(100) }) { gateway throws in
            let client = try gateway.client()
            client.send(Self.head + "\"")
            let answer = try client.answer()
            #expect(answer.status == 408 && answer.code == "body_timeout")
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(gateway.server.counters.snapshot()["url"]?.refusals == ["body_timeout": 1])
        }
    }

    @Test func aBodyBelowThePaceIsTold() async throws {
        try await Gateway.run(limits: {
            $0.bodyGrace = .milliseconds(100)
            $0.bodyBytesPerSecondMin = 100_000
        }) { gateway throws in
            let client = try gateway.client()
            client.send(Self.head)
            while !client.readMore(until: Clock.milliseconds() + 10) { client.send("x") }
            #expect(try client.answer().code == "body_timeout")
        }
    }

    @Test func goodClientsAreAnsweredBesideSlowOnes() async throws {
        try await Gateway.run { gateway throws in
            let slow = try (0..<200).map { number in
                let client = try gateway.client()
                client.send(number % 2 == 0 ? "POST /in/url HTT" : Self.head + "\"")
                return client
            }
            let client = try gateway.client()
            for number in 0..<50 {
                client.send(Samples.url("{\"n\":\(number)}"))
                #expect(try client.answer().status == 200)
            }
            #expect(slow.count == 200)
        }
    }

    @Test func aClientThatTakesNoAnswersIsClosed() async throws {
        try await Gateway.run(limits: { $0.writeTimeout = .milliseconds(200) }) { gateway throws in
            let client = try gateway.client()
            let probes = Array(String(repeating: "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", count: 500).utf8)
            let end = Clock.milliseconds() + 60_000
            var isOpen = true
            while isOpen, Clock.milliseconds() < end { isOpen = client.sendSome(probes) >= 0 && gateway.server.load.connections > 0 }
            #expect(!isOpen)
        }
    }
}
