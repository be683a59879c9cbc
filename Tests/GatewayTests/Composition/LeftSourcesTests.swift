import Console
import Delivery
import Foundation
import Testing

@testable import Gateway

/// Sources that have left the configuration.
struct LeftSourcesTests {
    private static let body = #"{"scanId":"left","status":"completed","timestamp":"2026-01-01T00:00:00Z"}"#

    private func configuration(_ folder: TemporaryFolder, renamed line: String) throws -> GatewayConfiguration {
        let yaml = GatewayUnderTest.yaml.replacingOccurrences(of: "  r: { adapter: reconfirm, secrets: [ \"env:SECRET\" ] }", with: line)
        return try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: GatewayUnderTest.environment)
    }

    @Test func aSourceThatLeftIsToldWithWhatToDoAboutANewName() async throws {
        let folder = try TemporaryFolder()
        #expect(await LeftSources.sentences(try configuration(folder, renamed: "  r: { adapter: reconfirm, secrets: [ \"env:SECRET\" ] }")) == [])
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("r", Self.body).status == 200)
        try await test.waitForChanges(1)
        #expect(await LeftSources.sentences(test.configuration) == [])
        await test.gateway.stop()
        let renamed = try configuration(folder, renamed: "  again: { adapter: reconfirm, secrets: [ \"env:SECRET\" ] }")
        let sentences = await LeftSources.sentences(renamed)
        #expect(sentences.count == 1)
        #expect(sentences.first?.hasPrefix("source 'r' is not configured") == true && sentences.first?.contains("account: r") == true, "\(sentences)")
        let told = try configuration(folder, renamed: "  again: { adapter: reconfirm, account: r, secrets: [ \"env:SECRET\" ] }")
        #expect(await LeftSources.sentences(told) == [])
    }
}

/// Sinks that have left the configuration, or have another name there.
struct LeftSinksTests {
    private static let known = [
        SinkPosition(name: "old", start: 0, cursor: 7, delivered: 7, filtered: 0, expired: 0), SinkPosition(name: "unused", start: 3),
        SinkPosition(name: "stays", start: 0, cursor: 7, delivered: 7, filtered: 0, expired: 0),
    ]

    @Test(arguments: [
        (["stays", "new"], ["stays", "new"], ["new"]), (["stays", "new"], ["stays"], []), (["stays", "old", "new"], ["stays", "old", "new"], []),
        (["stays"], ["stays"], []), (["stays", "new", "newer"], ["new", "newer"], ["new", "newer"]),
    ]) func aSinkWithANewNameIsTold(configured: [String], begins: [String], told: [String]) {
        let sinks = begins.map { SinkDescription(name: $0, type: "file") }
        let sentences = LeftSinks.renamed(Self.known, types: ["old": "file"], configured: Set(configured), begins: sinks)
        #expect(
            sentences.count == told.count && zip(sentences, told).allSatisfy { $0.hasPrefix("sink '\($1)' is new") && $0.contains("if it is 'old' by") },
            "\(sentences)")
    }

    /// Of one that ran before the ledger noted its kind, nobody knows it.
    @Test(arguments: [("file", true), ("webhook", false), (nil, true)]) func aSinkOfAnotherKindIsNotTakenForIt(type: String?, isTold: Bool) {
        let new = SinkDescription(name: "new", type: "file")
        let sentences = LeftSinks.renamed(Self.known, types: type.map { ["old": $0] } ?? [:], configured: ["stays", "new"], begins: [new])
        #expect(sentences.isEmpty != isTold, "\(sentences)")
    }

    @Test func aSinkThatWasAnotherIsTold() {
        let configured = [("old", "file"), ("stays", "file"), ("new", "file")].map { SinkDescription(name: $0, type: $1) }
        let sentences = LeftSinks.changed(["old": "webhook", "stays": "file"], configured)
        #expect(
            sentences.count == 1 && sentences.first?.hasPrefix("sink 'old' was one of type webhook, and goes on as one of type file") == true, "\(sentences)")
    }
}
