import Bytes
import Adapters
import Journal
import Testing

@testable import Ingest

struct AllowanceTests {
    @Test func aSourceOverItsRateIsTold() async throws {
        try await Gateway.run(sources: Samples.sources(limits: SourceLimits(rate: 1, burst: 3))) { gateway throws in
            // Only authentic requests with JSON count.
            for _ in 0..<5 { #expect(try gateway.answer(Samples.post("/in/url/x", "{}")).status == 401) }
            for _ in 0..<5 { #expect(try gateway.answer(Samples.url("nope")).status == 400) }
            for _ in 0..<3 { #expect(try gateway.answer(Samples.url("{}")).status == 200) }
            let answer = try gateway.answer(Samples.url("{}"))
            #expect(answer.status == 429 && answer.code == "rate_limited" && answer.headers["retry-after"] == "1")
            // Other sources have their own.
            #expect(try gateway.answer(Samples.bearer("{}")).status == 200)
        }
    }

    @Test func aSourceOverItsBytesIsTold() async throws {
        try await Gateway.run(sources: Samples.sources(limits: SourceLimits(bytesPerDay: 20))) { gateway throws in
            #expect(try gateway.answer(Samples.url(#"{"a":"0123456"}"#)).status == 200)
            let answer = try gateway.answer(Samples.url(#"{"a":"0123456"}"#))
            #expect(answer.status == 429 && answer.code == "bytes_per_day_exceeded" && Int(answer.headers["retry-after"] ?? "") ?? 0 > 1)
        }
    }

    @Test func aNewTableKeepsAllowancesAndCounts() async throws {
        let limits = SourceLimits(rate: 1, burst: 2)
        try await Gateway.run(sources: Samples.sources(limits: limits)) { gateway throws in
            for _ in 0..<2 { #expect(try gateway.answer(Samples.url("{}")).status == 200) }
            let more = Samples.source("more", .bearer, [Samples.token])
            gateway.server.replace(sources: SourceTable(generation: 8, sources: Samples.sources(limits: limits).filter { $0.name != "token" } + [more]))
            let isGone = gateway.eventually { (try? gateway.answer(Samples.bearer("{}")).status) == 401 }
            #expect(isGone)
            #expect(try gateway.answer(Samples.url("{}")).status == 429)
            #expect(try gateway.answer(Samples.bearer("[]").replacing("/in/token", with: "/in/more")).status == 200)
            #expect(gateway.journal.drafts.last?.generation == 8)
            #expect(gateway.server.counters.snapshot()["url"]?.accepted == 2)
        }
    }

    @Test func anAddressHasOnlySoManyConnections() async throws {
        try await Gateway.run(limits: { $0.connectionsPerAddressMax = 3 }) { gateway throws in
            var clients = try (0..<3).map { _ in try gateway.client() }
            for client in clients {
                client.send(Samples.url("{}"))
                #expect(try client.answer().status == 200)
            }
            let refused = try gateway.client()
            let answer = try refused.answer()
            #expect(answer.status == 503 && answer.code == "too_many_connections" && answer.headers["retry-after"] != nil)
            #expect(refused.endsWithin(milliseconds: 8000))
            let other = try gateway.client(from: "127.0.0.2")
            other.send(Samples.url("{}"))
            #expect(try other.answer().status == 200)
            clients.removeLast()
            let isAdmitted = gateway.eventually { (try? gateway.answer(Samples.url("{}")).status) == 200 }
            #expect(isAdmitted)
            #expect(gateway.server.counters.snapshot()["(none)"]?.refusals["too_many_connections_of_address"] ?? 0 > 0)
        }
    }

    @Test func thereAreOnlySoManyConnections() async throws {
        try await Gateway.run(limits: { $0.connectionsMax = 2 }) { gateway throws in
            let clients = try (0..<2).map { _ in try gateway.client() }
            for client in clients {
                client.send(Samples.url("{}"))
                #expect(try client.answer().status == 200)
            }
            #expect(try gateway.client(from: "127.0.0.3").answer().code == "too_many_connections")
        }
    }

    @Test func onlyTrustedProxiesSayWhomTheySpeakFor() async throws {
        let proxies = AddressBlockList([try AddressBlock("127.0.0.1")])
        let allow = AddressBlockList([try AddressBlock("198.51.100.0/24")])
        let source = Samples.source("url", .secretURL, [Samples.pathSecret], deduplicates: false, allow: allow)
        try await Gateway.run(sources: [source], trustedProxies: proxies) { gateway throws in
            let forwarded = Samples.url("{}", "X-Forwarded-For: 198.51.100.7\r\n")
            #expect(try gateway.answer(forwarded).status == 200)
            #expect(gateway.journal.drafts.last?.peer == "198.51.100.7")
            #expect(try gateway.answer(Samples.url("{}", "X-Forwarded-For: 198.51.100.7, 203.0.113.1\r\n")).status == 401)
            #expect(try gateway.answer(Samples.url("{}", "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 198.51.100.8\r\n")).status == 200)
            #expect(try gateway.answer(Samples.url("{}")).status == 401)
            let direct = try gateway.client(from: "127.0.0.2")
            direct.send(forwarded)
            #expect(try direct.answer().status == 401)
            let refusals = try #require(gateway.server.counters.snapshot()["url"])
            #expect(refusals.refusals == ["address_not_allowed": 3])
            #expect(refusals.lastRefusals.map(\.peer) == ["203.0.113.1", "127.0.0.1", "127.0.0.2"])
        }
    }

    @Test func requestsBehindAProxyCountForTheirClient() async throws {
        let proxies = AddressBlockList([try AddressBlock("127.0.0.1")])
        try await Gateway.run(trustedProxies: proxies, limits: { $0.connectionsPerAddressMax = 1 }) { gateway throws in
            gateway.journal.hold()
            let first = try gateway.client(), second = try gateway.client(), third = try gateway.client()
            first.send(Samples.url("{}", "X-Forwarded-For: 198.51.100.7\r\n"))
            #expect(gateway.eventually { gateway.journal.heldBack == 1 })
            second.send(Samples.url("{}", "X-Forwarded-For: 198.51.100.7\r\n"))
            #expect(try second.answer().code == "too_many_connections")
            third.send(Samples.url(#"{"n":1}"#, "X-Forwarded-For: 198.51.100.8\r\n"))
            #expect(gateway.eventually { gateway.journal.heldBack == 2 })
            gateway.journal.release()
            #expect(try first.answer().status == 200)
            #expect(try third.answer().status == 200)
            // The next request of the same connection is another client's.
            first.send(Samples.url("{}", "X-Forwarded-For: 198.51.100.8\r\n"))
            #expect(try first.answer().status == 200)
        }
    }

    @Test func aFloodOfRefusalsIsCountedAndNotLogged() async throws {
        try await Gateway.run { gateway throws in
            let client = try gateway.client()
            for _ in 0..<100 {
                client.send(Samples.post("/in/nobody", "{}") + Samples.post("/in/other", "{}"))
                for _ in 0..<2 { #expect(try client.answer().status == 401) }
            }
            let tally = try #require(gateway.server.counters.snapshot()["(unknown)"])
            #expect(tally.refusals == ["unknown_source": 200] && tally.lastRefusals.count == 20)
            #expect((1...3).contains(gateway.log.all.count))
            #expect(gateway.log.all.first == "refused peer=127.0.0.1 reason=unknown_source size=2 source=(unknown) status=401")
        }
    }

    /// What a stranger sees of a source that does not exist, over many names, is what he sees of some source that does.
    @Test func unknownNamesLookLikeSources() async throws {
        try await Gateway.run { gateway throws in
            let signature = Samples.signatureLines(Array("{}".utf8), secret: "wrong")
            var waits = Set<Bool>()
            for number in 0..<24 {
                let client = try gateway.client()
                client.send("POST /in/name-\(number) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(signature)Content-Length: 2\r\n\r\n")
                let first = try client.answer()
                waits.insert(first.status == 100)
                if first.status == 100 {
                    client.send("{}")
                    #expect(try client.answer().status == 401)
                } else {
                    #expect(first.status == 401)
                }
            }
            #expect(waits == [true, false])
            #expect(gateway.server.counters.snapshot()["(unknown)"]?.refusals == ["unknown_source": 24])
        }
    }
}
