import Foundation
import Gateway
import Testing

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
