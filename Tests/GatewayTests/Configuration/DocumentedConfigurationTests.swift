import Foundation
import Testing
import YAMLDocument

@testable import Gateway

/// Every piece of configuration that the documentation shows is one that `weir check` takes, its secrets and files stood in for.
struct DocumentedConfigurationTests {
    private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    private static func blocks(in file: String) throws -> [String] {
        try String(contentsOf: checkout.appending(path: file), encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    /// What stands behind the names that the documentation uses for secrets.
    private static let environment: [String: String] = [
        "HOOK_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "SLACK_WEBHOOK_URL": "https://hooks.slack.example/services/T/B/x",
        "HOSTEDSCAN_SECRET": "0123456789abcdefgh", "HOLM_URL_SECRET": "0123456789abcdefgh", "RECONFIRM_TOKEN": "0123456789abcdefgh",
    ]

    /// The issues of the whole configuration that a piece is part of: of `sinks:` or of `routes:`, or one that begins at the top.
    private static func issues(_ piece: String, in folder: TemporaryFolder) throws -> String {
        var yaml = piece
        let names = piece.split(separator: "\n").filter { $0.first?.isLetter == true }.compactMap { $0.split(separator: ":").first.map(String.init) }
        let isAtTheTop = names.contains { ["sources", "routes", "adapters", "public-url", "listen"].contains($0) }
        if !isAtTheTop { yaml = "sinks:\n" + piece.split(separator: "\n").map { "  \($0)\n" }.joined() }
        if !names.contains("sources") { yaml += "\nsources:\n  r: { adapter: reconfirm, secrets: [ \"file:secrets/probely\" ] }\n" }
        if names.contains("routes"), !names.contains("sinks") {
            let sinks = piece.components(separatedBy: "to: [").dropFirst().flatMap { ($0.components(separatedBy: "]").first ?? "").split(separator: ",") }
            yaml += "sinks:\n"
            for sink in Set(sinks.map { $0.trimmingCharacters(in: .whitespaces) }) { yaml += "  \(sink): { type: file, path: \(sink).ndjson }\n" }
        }
        var environment = environment
        for word in piece.components(separatedBy: "env:").dropFirst() {
            let name = String(word.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            environment[name] = environment[name] ?? "c3RhbmQtaW4tc2VjcmV0"
        }
        do throws(IssueList) {
            let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: environment)
            return configuration.warnings.filter { !$0.message.contains("there are no sinks") }.map(\.message).joined(separator: "\n")
        } catch { return error.text }
    }

    /// A folder with the files that the documentation names.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["probely"] { try folder.write("secrets/\(name)", "0123456789abcdefgh") }
        for name in ["data/x", "tls/x"] { try folder.write(name, "") }
        try TestCertificate.write("weir", in: folder.path + "/tls", days: 60)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path + "/secrets/probely")
        try folder.write("tls/siem-ca.pem", folder.read("tls/weir.pem"))
        return folder
    }

    @Test(arguments: [("docs/sinks.md", 12), ("adapters/holm/README.md", 1), ("adapters/hostedscan/README.md", 1), ("adapters/reconfirm/README.md", 1)])
    func everyPieceIsTaken(file: String, count: Int) throws {
        let folder = try Self.folder()
        let blocks = try Self.blocks(in: file)
        #expect(blocks.count == count)
        for block in blocks { #expect(try Self.issues(block, in: folder) == "", "\(file):\n\(block)") }
    }

    @Test func whatASourceMayAddIsTaken() throws {
        let folder = try Self.folder()
        let blocks = try Self.blocks(in: "adapters/probely/README.md")
        #expect(blocks.count == 2 && blocks[1].contains("redact:"))
        #expect(try Self.issues(blocks[0], in: folder) == "")
        let added = "sources:\n  shop:\n    adapter: probely\n    secrets: [ \"file:secrets/probely\" ]\n" + blocks[1]
        #expect(try Self.issues(added, in: folder) == "")
    }

    /// A piece that says something wrong is not taken for one that is right.
    @Test func aMistakeInAPieceWouldBeFound() throws {
        let folder = try Self.folder()
        #expect(
            try Self.issues("soc: { type: splunk-hec, url: \"https://a.example\", token: \"env:T\", indx: x }", in: folder).contains("did you mean 'index'?"))
        #expect(try Self.issues("routes:\n  - { to: [ a ], whn: { type: x } }", in: folder).contains("whn"))
    }
}
