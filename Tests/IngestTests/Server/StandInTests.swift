import Adapters
import Testing

@testable import Ingest

/// What tells nobody which sources there are, and how they are set up.
struct StandInTests {
    private static func table(_ sources: [IngestSource], key: String = "key") -> RoutingTable {
        RoutingTable(SourceTable(generation: 1, sources: sources, standInKey: Array(key.utf8)), counters: IngestCounters(), previous: nil)
    }

    private static func answers(_ table: RoutingTable) -> [String] {
        (0..<200).map { number in withBytes("name-\(number)") { table.decoy(for: $0)?.source.authenticator.scheme.word ?? "none" } }
    }

    @Test func namesThatNoSourceHasAnswerTheSameAfterARestart() {
        let before = Self.answers(Self.table(Samples.sources()))
        #expect(Set(before) == ["hmac", "bearer", "secret-url"])
        #expect(Self.answers(Self.table(Samples.sources())) == before)
        #expect(Self.answers(Self.table(Samples.sources().reversed())) == before)
        #expect(Self.answers(Self.table(Samples.sources(), key: "another")) != before)
    }

    @Test func aSourceMoreChangesOnlyTheAnswersThatBecomeItsOwn() {
        let before = Self.answers(Self.table(Samples.sources()))
        let after = Self.answers(Self.table(Samples.sources() + [Samples.source("more", .basic, ["user:password"])]))
        #expect(zip(before, after).allSatisfy { $0 == $1 || $1 == "basic" })
        #expect(after.contains("basic"))
    }

    @Test func announcedSizesTellNothingUntilTheCredentialIsRight() async throws {
        let sources = [
            Samples.source("signed", .hmac(Samples.signature), [Samples.secret], limits: SourceLimits(bodyMax: 1000)),
            Samples.source("large", .hmac(Samples.signature), [Samples.secret], limits: SourceLimits(bodyMax: 5000)),
        ]
        try await Gateway.run(sources: sources) { gateway throws in
            let body = "\"" + String(repeating: "x", count: 3000) + "\""
            for path in ["/in/signed", "/in/large", "/in/nobody"] {
                let wrong = try gateway.answer(Samples.post(path, body, Samples.signatureLines(Array(body.utf8), secret: "wrong")))
                #expect(wrong.status == 401, "\(path)")
                let huge = "POST \(path) HTTP/1.1\r\nHost: a\r\n\(Samples.signatureLines([], secret: "wrong"))Content-Length: 5001\r\n\r\n"
                #expect(try gateway.answer(huge).status == 413, "\(path)")
            }
            #expect(try gateway.answer(Samples.signed(body)).status == 413)
            #expect(try gateway.answer(Samples.post("/in/large", body, Samples.signatureLines(Array(body.utf8)))).status == 200)
            #expect(try gateway.answer(Samples.signed("{}")).status == 200)
        }
    }

    @Test func everySourceDoesTheWorkOfTheOneWithMostSecrets() {
        let secrets = (0..<3).map { LabelledSecret(label: "\($0)", value: Array("secret-\($0)".utf8)) }
        #expect(Authenticator(scheme: .hmac(Samples.signature), secrets: Array(secrets[..<1])).work == 2)
        #expect(Authenticator(scheme: .hmac(Samples.signature), secrets: Array(secrets[..<1]), work: 3).work == 3)
        #expect(Authenticator(scheme: .hmac(Samples.signature), secrets: secrets).work == 3)
    }
}
