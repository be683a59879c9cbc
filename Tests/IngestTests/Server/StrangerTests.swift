import Testing

@testable import Ingest

/// What those who prove nothing may take, and that everybody else is answered beside them.
struct StrangerTests {
    private static let head = "POST /in/signed HTTP/1.1\r\nHost: a\r\n\(Samples.signatureLines(Array("{}".utf8)))Content-Length: 65536\r\n\r\n"
    private static let probe = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func bodiesThatStopHalfWayStayWithinTheBudget() async throws {
        try await Gateway.run(limits: { $0.bodiesInFlightMax = 300_000 }) { gateway throws in
            var strangers: [RawClient] = []
            for _ in 0..<30 {
                let stranger = try gateway.client(from: "127.0.0.2")
                stranger.send(Self.head + String(repeating: "x", count: 60_000))
                strangers.append(stranger)
                #expect(gateway.server.load.bodyBytes <= 300_000)
            }
            #expect(gateway.eventually { gateway.server.load.connections <= 5 })
            // The first came to their end, and were told why.
            let answer = try strangers[0].answer()
            #expect(answer.status == 503 && answer.code == "memory_full" && answer.headers["retry-after"] != nil)
            // A good sender's body of the same size comes in parts, and goes through.
            let body = "\"" + String(repeating: "y", count: 60_000) + "\""
            let request = Array(Samples.signed(body).utf8)
            let good = try gateway.client()
            good.send(Array(request[..<30_000]))
            #expect(gateway.eventually { gateway.server.load.connections > 5 || gateway.server.load.bodyBytes > 200_000 })
            good.send(Array(request[30_000...]))
            #expect(try good.answer().status == 200)
            for stranger in strangers { stranger.reset() }
            #expect(gateway.eventually { gateway.server.load.bodyBytes == 0 })
            #expect(gateway.server.counters.snapshot()["signed"]?.refusals["memory_full"] ?? 0 >= 20)
        }
    }

    @Test func headsThatStopHalfWayStayWithinTheBudgetOfTheirAddress() async throws {
        try await Gateway.run(limits: { $0.bodiesInFlightPerAddressMax = 40_000 }) { gateway throws in
            let strangers = try (0..<40).map { _ in
                let stranger = try gateway.client(from: "127.0.0.2")
                stranger.send("POST /in/signed HTTP/1.1\r\nHost: a\r\na: " + String(repeating: "x", count: 8000))
                return stranger
            }
            #expect(gateway.eventually { gateway.server.load.connections <= 5 })
            #expect(gateway.server.load.bodyBytes <= 40_000)
            #expect(try gateway.answer(Samples.signed("{}")).status == 200)
            #expect(strangers.count == 40)
        }
    }

    @Test func whoTakesNoAnswersHasFewMadeForHimAndGetsAllWhenHeDoes() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            let probes = 20_000
            var request = Array(String(repeating: Self.probe, count: probes).utf8)[...]
            // As much as the sockets on both sides take.
            var quiet = 0
            while !request.isEmpty, quiet < 100 {
                let sent = client.sendSome(Array(request.prefix(65_536)))
                quiet = sent > 0 ? 0 : quiet + 1
                request = request.dropFirst(sent)
                if sent == 0 { _ = gateway.eventually(within: 1) { false } }
            }
            // One read, a turn's answers, and what is held back of the next read.
            #expect(gateway.server.load.bodyBytes <= 100_000)
            var answered = 0
            while answered < probes {
                request = request.dropFirst(max(0, client.sendSome(Array(request.prefix(65_536)))))
                #expect(try client.answer().status == 200)
                answered += 1
            }
            #expect(gateway.eventually { gateway.server.load.bodyBytes == 0 })
        }
    }

    @Test func aCrowdThatFillsTheTableMakesRoomForANewcomer() async throws {
        try await Gateway.run(limits: { $0.connectionsMax = 10 }) { gateway throws in
            let known = try gateway.client(from: "127.0.0.2")
            known.send(Samples.url("{}"))
            #expect(try known.answer().status == 200)
            let crowd = try (0..<9).map { _ in try gateway.client(from: "127.0.0.2") }
            #expect(gateway.eventually { gateway.server.load.connections == 10 })
            let newcomers = try (0..<3).map { _ in try gateway.client() }
            for (number, newcomer) in newcomers.enumerated() {
                newcomer.send(Samples.url("{\"n\":\(number)}"))
                #expect(try newcomer.answer().status == 200)
            }
            // The oldest of the crowd end, one for each.
            #expect(gateway.eventually { crowd.count { $0.endsWithin(milliseconds: 5) } == 3 })
            known.send(Samples.url(#"{"n":9}"#))
            #expect(try known.answer().status == 200)
            #expect(gateway.server.counters.snapshot()["(none)"]?.refusals["too_many_connections"] ?? 0 >= 3)
        }
    }

    @Test func anAddressFullOfStrangersMakesRoomForItsOwn() async throws {
        try await Gateway.run(limits: { $0.connectionsPerAddressMax = 3 }) { gateway throws in
            let crowd = try (0..<3).map { _ in try gateway.client() }
            #expect(gateway.eventually { gateway.server.load.connections == 3 })
            #expect(try gateway.answer(Samples.url("{}")).status == 200)
            #expect(crowd.contains { $0.endsWithin(milliseconds: 100) })
        }
    }

    @Test func aCrowdThatOnlyReplacesItsOwnKindIsTurnedAwayAtTheDoor() async throws {
        try await Gateway.run(limits: {
            $0.connectionsPerAddressMax = 3
            $0.successionsPerSecond = 1
            $0.successionsAtOnce = 2
        }) { gateway throws in
            let crowd = try (0..<60).map { _ in try gateway.client(from: "127.0.0.2") }
            // Nobody is forgotten: all but those in the table come to an end.
            #expect(gateway.eventually { crowd.count { $0.endsWithin(milliseconds: 1) } >= 57 })
            #expect(gateway.server.counters.snapshot()["(none)"]?.refusals["too_many_connections_of_address"] ?? 0 >= 20)
            #expect(try gateway.answer(Samples.url("{}")).status == 200)
            #expect(gateway.server.load.connections <= 4)
        }
    }

    @Test func strangersAreReadInTurnsAndNobodyIsForgotten() async throws {
        try await Gateway.run(limits: { $0.strangersReadPerTurnMax = 1 }) { gateway throws in
            let body = "\"" + String(repeating: "y", count: 100_000) + "\""
            let half = Array(Samples.signed(body).utf8).prefix(60_000)
            let crowd = try (0..<40).map { _ in
                let stranger = try gateway.client(from: "127.0.0.2")
                stranger.send(Array(half))
                return stranger
            }
            // Somebody new, and somebody known, beside a crowd whose bytes wait to be read.
            let good = try gateway.client()
            for number in 0..<5 {
                good.send(Samples.signed("{\"n\":\(number)}"))
                #expect(try good.answer().status == 200)
            }
            for stranger in crowd { stranger.send(Array(Array(Samples.signed(body).utf8).dropFirst(60_000))) }
            for stranger in crowd { #expect(try stranger.answer().status == 200) }
        }
    }

    @Test func manyRequestsAtOnceAreAnsweredInOrderOverSeveralTurns() async throws {
        try await Gateway.run(limits: {
            $0.requestsAheadMax = 2
            $0.strangersPerTurnMax = 3
        }) { gateway throws in
            let clients = try (0..<8).map { _ in try gateway.client() }
            let requests = (0..<20).map { $0 % 3 == 0 ? Samples.url("{\"n\":\($0)}") : $0 % 3 == 1 ? Self.probe : Samples.post("/in/nobody", "{}") }
            for client in clients { client.send(requests.joined()) }
            for client in clients {
                for index in requests.indices { #expect(try client.answer().status == (index % 3 == 2 ? 401 : 200)) }
            }
            // A client that has said all it has to say gets every answer too.
            let last = try gateway.client()
            last.send(requests.joined())
            last.endSending()
            for index in requests.indices { #expect(try last.answer().status == (index % 3 == 2 ? 401 : 200)) }
            #expect(last.endsWithin(milliseconds: 8000))
        }
    }
}
