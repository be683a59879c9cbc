import Foundation
import JSONDocument
import Testing

/// The sessions that README shows print what it shows, on what `make run` sends; and that tells nobody of drift.
struct DocumentedSessionTests {
    private static func text(_ file: String) throws -> String { try String(contentsOfFile: Workspace.checkout + "/" + file, encoding: .utf8) }

    /// The fenced blocks of a language.
    private static func blocks(_ language: String, in file: String) throws -> [String] {
        try text(file).components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "\n```").first }
    }

    /// What `examples/run.sh` sends, in its order: source, sample.
    private static func sent() throws -> [[String]] {
        try text("examples/run.sh").split(separator: "\n").filter { $0.hasPrefix("send ") }.map { $0.split(separator: " ").dropFirst().map(String.init) }
    }

    /// The examples in a folder of their own, on free ports, with the receiver left out.
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace()
        var yaml = try text("examples/weir.yaml")
        for port in ["8080", "8081"] { yaml = yaml.replacingOccurrences(of: "127.0.0.1:\(port)", with: "127.0.0.1:0") }
        try workspace.write("weir.yaml", yaml)
        for name in ["hostedscan", "probely", "holm", "reconfirm", "operator"] { try workspace.write("secrets/" + name, SampleTests.secret) }
        try workspace.write("secrets/hook", DocumentedReceiver.secret)
        try FileManager.default.copyItem(atPath: Workspace.checkout + "/examples/samples", toPath: workspace.path + "/samples")
        return workspace
    }

    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        let arguments = arguments.map { $0.hasPrefix("samples/") ? workspace.path + "/" + $0 : $0 }
        return try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    /// Cells that stand two spaces apart, with times of this year, which are those of receipt, left out.
    private static func cells(_ line: String) -> [String] {
        line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && !$0.hasPrefix("20") || $0.hasPrefix("2024") }
    }

    /// Whether the printed line is the one that is shown, whose cells a narrow terminal may have cut.
    private static func isShown(_ printed: String, _ shown: String) -> Bool {
        let (printed, shown) = (cells(printed), cells(shown))
        return printed.count == shown.count
            && zip(printed, shown).allSatisfy { $1.hasSuffix("…") ? $0.hasPrefix($1.dropLast()) : $0 == $1 }
    }

    @Test func sessionsOfTheReadmePrintWhatItShows() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        let sent = try Self.sent()
        #expect(sent.count == 8)
        for sample in sent {
            let outcome = try await Self.run(["send", sample[0], "samples/" + sample[1]], in: workspace)
            #expect(outcome.status == 0 && outcome.output.hasPrefix("200 "), "\(sample): \(outcome.errors)")
        }
        _ = await Condition.holds(within: 60) { SinkChange.lines(of: workspace.read("data/changes.ndjson")).count >= 22 }

        var commands = 0
        for block in try Self.blocks("console", in: "README.md") {
            var lines = block.split(separator: "\n").map(String.init)[...]
            while let line = lines.popFirst() {
                guard line.hasPrefix("$ weir ") else { continue }
                let shown = Array(lines.prefix { !$0.hasPrefix("$ ") })
                let outcome = try await Self.run(line.split(separator: " ").dropFirst(2).map(String.init), in: workspace)
                #expect(outcome.status == 0, "\(line): \(outcome.errors)")
                let printed = outcome.output.split(separator: "\n").map(String.init)
                #expect(printed.count == shown.count && zip(printed, shown).allSatisfy { Self.isShown($0, $1) }, "\(line) prints\n\(outcome.output)")
                commands += 1
            }
        }
        #expect(commands == 2)
        try await Self.expectTheChange(in: workspace)
        try await Self.expectNoDrift(in: workspace)
        #expect(await gateway.end() == 0)
    }

    /// The first change is the one that is shown, shortened.
    private static func expectTheChange(in workspace: Workspace) async throws {
        let shown = try JSONValue(parsing: Array(try #require(try blocks("json", in: "README.md").first).utf8))
        let first = try #require(SinkChange.lines(of: workspace.read("data/changes.ndjson")).first)
        #expect(isPart(shown, of: first.json, except: ["id"]), "\(String(decoding: first.json.bytes, as: UTF8.self))")
        let id = try #require(shown["id"]?.stringValue)
        #expect(id.split(separator: "-").dropFirst() == first.id.split(separator: "-").dropFirst() && id.count == first.id.count)
    }

    private static func isPart(_ shown: JSONValue, of whole: JSONValue?, except names: Set<String> = []) -> Bool {
        guard let whole else { return false }
        if let members = shown.objectValue { return members.allSatisfy { names.contains($0.name) || isPart($0.value, of: whole[$0.name]) } }
        if let items = shown.arrayValue, let all = whole.arrayValue { return items.count <= all.count && zip(items, all).allSatisfy { isPart($0, of: $1) } }
        return shown == whole
    }

    private static func expectNoDrift(in workspace: Workspace) async throws {
        let outcome = try await run(["sources", "--json"], in: workspace)
        let sources = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(sources.count == 4)
        for source in sources {
            #expect(source["drift"]?.arrayValue?.isEmpty == true && source["events"]?["mapped"]?.integerValue == 2, "\(outcome.output)")
        }
    }
}
