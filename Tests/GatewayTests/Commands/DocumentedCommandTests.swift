import ArgumentParser
import Foundation
import Sinks
import Testing

@testable import Gateway
@testable import weir

/// What README and docs show works as it stands there.
struct DocumentedCommandTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    private static func text(_ file: String) throws -> String { try String(contentsOfFile: root + "/" + file, encoding: .utf8) }

    /// The fenced blocks of a language in a document.
    private static func blocks(_ language: String, in file: String) throws -> [String] {
        try text(file).components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
    }

    @Test func theConfigurationOfTheReadmeStartsOnLoopback() throws {
        let folder = try TemporaryFolder()
        let yaml = try #require(try Self.blocks("yaml", in: "README.md").first { $0.contains("sources:") })
        try folder.write("secrets/probely", "0123456789abcdef")
        let environment = ["HOSTEDSCAN_SECRET": "0123456789abcdefgh", "HOOK_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
        let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: environment)
        #expect(configuration.listen.ingest.address.isLoopback && configuration.sources.count == 2 && configuration.sinks.count == 2)
    }

    /// The commands in a document: in code within a line, and lines of their own in a block.
    private static func commands(in file: String) throws -> [String] {
        let text = try text(file)
        let lines = text.split(separator: "\n").map { $0.hasPrefix("$ ") ? String($0.dropFirst(2)) : String($0) }
        return (text.components(separatedBy: "`") + lines).filter { $0.hasPrefix("weir ") && !$0.hasPrefix("weir  ") }
    }

    /// Every `weir WORD`, up to the first word that is a name or an option; and every option is one of that command's.
    @Test(
        arguments: [
            "README.md", "docs/operations.md", "docs/adapters.md", "docs/sinks.md", "docs/journal-format.md", "adapters/hostedscan/README.md",
            "adapters/holm/README.md", "adapters/probely/README.md", "adapters/reconfirm/README.md", "examples/adapter/README.md",
        ])
    func everyCommandThatIsNamedIsThere(file: String) throws {
        let pieces = try Self.commands(in: file)
        for piece in pieces {
            var command: any ParsableCommand.Type = Weir.self
            for word in piece.split(whereSeparator: { " |\n".contains($0) }).dropFirst() {
                let names = command.configuration.subcommands.map { $0.configuration.commandName ?? String(describing: $0).lowercased() }
                guard !names.isEmpty, word.allSatisfy({ $0.isLowercase }) else { break }
                if command.configuration.defaultSubcommand != nil, !names.contains(String(word)) { break }
                let index = try #require(names.firstIndex(of: String(word)), "\(file): `\(piece)`")
                command = command.configuration.subcommands[index]
            }
            let help = ([command] + [command.configuration.defaultSubcommand].compactMap { $0 }).map { Weir.helpMessage(for: $0) }.joined()
            for word in piece.split(whereSeparator: { " |[]\\,;:\n".contains($0) }) where word.hasPrefix("--") {
                #expect(help.contains(word), "\(file): `\(piece)`")
            }
        }
        #expect(!pieces.isEmpty || !file.hasPrefix("docs/"))
    }

    @Test func theServiceMayWriteWhereItsDataIs() throws {
        let unit = try #require(try Self.blocks("ini", in: "docs/operations.md").first)
        #expect(try unit + "\n" == Self.text("examples/weir.service"))
        let steps = try #require(try Self.blocks("sh", in: "docs/operations.md").first { $0.contains("useradd") })
        #expect(steps.contains("weir init --config /etc/weir/weir.yaml --data /var/lib/weir ") && unit.contains("serve --config /etc/weir/weir.yaml\n"))
        #expect(unit.contains("\nStateDirectory=weir\n") && unit.contains("ProtectSystem=strict") && unit.contains("WantedBy="))
        // The data folder, and the file sink's, as the first step writes them.
        let configuration = try GatewayConfiguration.parse(
            Init.text(["holm"], data: "/var/lib/weir"), file: "/etc/weir/weir.yaml", environment: [:], needsSecrets: false)
        #expect(configuration.storage.data == "/var/lib/weir")
        #expect((configuration.sinks.first?.options as? FileSinkOptions)?.path == "/var/lib/weir/changes.ndjson")
    }

    @Test func everySchemaThatTheReadmeNamesIsThere() throws {
        let names = Set(EmbeddedSchemas.schemas.map(\.name))
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root + "/schemas").map { $0.replacingOccurrences(of: ".schema.json", with: "") }
        #expect(names == Set(files))
        let help = Weir.helpMessage(for: SchemaCommand.self, columns: 1000)
        for name in names { #expect(help.contains(name), "weir schema --help does not name \(name)") }
    }
}
