import Foundation
import Testing
import YAMLDocument

@testable import Gateway

/// The keys of each type of sinks are the same in the program, in the schema and in the documentation.
struct SinkKeysTests {
    private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized

    private static func text(of path: String) throws -> String {
        try String(contentsOf: checkout.appending(path: path), encoding: .utf8)
    }

    /// What the program asks a sink's mapping for.
    private static func keysRead(_ type: SinkType) throws -> Set<String> {
        var context = SettingsContext(issues: IssueCollector(file: "weir.yaml"), directory: "/w", environment: [:])
        let node = try #require(YAMLDocument.parse("type: \(type.word)\n", issues: &context.issues))
        var reader = try #require(MappingReader(node, "a sink", &context.issues))
        _ = type.read(&reader, "a sink", &context)
        // Read for every type alike.
        return Set(reader.known + ["type", "from"])
    }

    private static func schemaKeys(_ type: SinkType) throws -> Set<String> {
        let schema = try JSONSerialization.jsonObject(with: Data(try text(of: "schemas/config.schema.json").utf8)) as? [String: Any]
        let definitions = schema?["$defs"] as? [String: Any]
        let sink = try #require(definitions?["\(type.word)-sink"] as? [String: Any])
        return Set((sink["properties"] as? [String: Any] ?? [:]).keys)
    }

    /// The section about a type, and those that it shares with others.
    private static func documentation(_ type: SinkType) throws -> String {
        let sections = try text(of: "docs/sinks.md").components(separatedBy: "\n## ")
        let isAbout = ["`\(type.word)`\n", "Settings of every sink\n"] + (["jira", "servicenow"].contains(type.word) ? ["Sinks of tickets\n"] : [])
        let about = sections.filter { section in isAbout.contains { section.hasPrefix($0) } }
        try #require(about.count == isAbout.count)
        return about.joined(separator: "\n")
    }

    @Test(arguments: SinkType.all.map(\.word)) func everyKeyIsInTheSchemaAndDescribed(_ word: String) throws {
        let type = try #require(SinkType.all.first { $0.word == word })
        let keys = try Self.keysRead(type)
        #expect(keys.count > 4)
        #expect(try Self.schemaKeys(type).sorted() == keys.sorted())
        let text = try Self.documentation(type)
        #expect(keys.filter { !text.contains("`\($0)`") }.sorted() == [])
    }
}
