import FindingModel
import Foundation
import Testing
import YAMLDocument

@testable import Adapters

/// What docs/adapters.md shows works as it stands there.
struct DocumentedExamplesTests {
    private static let text: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("docs/adapters.md"), encoding: .utf8)) ?? ""
    }()

    /// The fenced blocks of that language, in their order.
    private static func blocks(_ language: String) -> [String] {
        text.components(separatedBy: "\n```").filter { $0.hasPrefix(language + "\n") }.map { String($0.dropFirst(language.count + 1)) + "\n" }
    }

    /// The first cell of each row of the table with that heading, without code marks.
    private static func rows(_ heading: String) -> [String] {
        guard let start = text.range(of: heading) else { return [] }
        return text[start.upperBound...].components(separatedBy: "\n").dropFirst(2).prefix { $0.hasPrefix("|") }.compactMap {
            $0.components(separatedBy: " | ").first?.dropFirst(2).trimmingCharacters(in: .whitespaces)
        }
    }

    private static func compiled(_ yaml: String, name: String = "acme") -> Result<Adapter, IssueList> {
        Adapter.compile(name: name, yaml: yaml, file: "adapters/acme/adapter.yaml")
    }

    @Test func manifestThatIsReadFromTheTopCompiles() throws {
        let manifest = Self.blocks("yaml").prefix(3).joined()
        let adapter = try Self.compiled(manifest).get()
        #expect(adapter.name == "acme")
        #expect(manifest.contains("authenticate:") && manifest.contains("redact:") && manifest.contains("records:"))
    }

    @Test func everySchemeOfTheTableCompiles() throws {
        let schemes = Self.rows("| scheme | credential |")
        #expect(schemes.count == 5)
        for scheme in schemes where !scheme.contains("…") {
            _ = try Self.compiled(Self.manifest(authenticate: scheme.replacingOccurrences(of: "`", with: ""))).get()
        }
    }

    @Test func everyValueOfTheTableCompilesWhereItsFieldTakesIt() throws {
        let forms = Self.rows("| form | gives |").flatMap { $0.components(separatedBy: "` · `") }.flatMap { $0.components(separatedBy: "`, `") }
            .map { $0.replacingOccurrences(of: "`", with: "") }
        #expect(forms.count >= 14)
        for form in forms {
            let value = form.replacingOccurrences(of: "[ x, y ]", with: "[ $.x, $.y ]").replacingOccurrences(of: "[ a, b ]", with: "[ $.a, $.b ]")
                .replacingOccurrences(of: "from: x", with: "from: $.x")
            let isOfEvent = form.contains("header") || form.contains("only-key")
            let field =
                switch form {
                case _ where form.contains("hash"): "key"
                case _ where form.contains("map") || form.contains("when"): "status"
                case _ where form.contains("time:"): "first_seen_time"
                case _ where form.contains("all:") || form.contains("split"): "labels"
                default: "desc"
                }
            let isDuration = form.contains("duration")
            let block =
                isDuration ? "scan: { key: $.k, duration_ms: \(value) }" : "finding: { each: $.i, key: .k, \(field == "key" ? "" : "\(field): \(value)") }"
            let keyed = field == "key" ? "finding: { each: $.i, key: \(value) }" : block
            let manifest =
                isOfEvent ? Self.manifest(event: "{ key: $.id, kind: \(value) }") : Self.manifest(record: keyed)
            if case .failure(let issues) = Self.compiled(manifest) { Issue.record("\(form): \(issues.text)") }
        }
    }

    @Test func errorReadsAsItIsShown() throws {
        let shown = try #require(Self.blocks("").first { $0.hasPrefix("adapters/acme/adapter.yaml:") }?.trimmingCharacters(in: .newlines))
        var lines = Self.manifest(record: "finding:").components(separatedBy: "\n").filter { !$0.isEmpty }
        lines += Array(repeating: "      # a comment", count: 12 - lines.count) + ["      key: $.k", "      sevrity: $.s"]
        guard case .failure(let issues) = Self.compiled(lines.joined(separator: "\n") + "\n") else {
            Issue.record("it compiles")
            return
        }
        #expect(issues.text.contains(shown), "\(issues.text)")
    }

    @Test func caseThatIsShownRunsOnASecretURLAdapter() throws {
        let yaml = try #require(Self.blocks("yaml").first { $0.contains("request.yaml") })
        let shown = try CaseRequest.parse(yaml, file: "request.yaml").get()
        let adapter = try Self.compiled(Self.manifest(authenticate: "secret-url", event: "{ key: $.id, kind: { header: X-Event } }")).get()
        let runner = CaseRunner(adapter: adapter)
        func isAccepted(_ request: CaseRequest) throws -> Bool {
            let trial = AdapterCase(
                name: "c", body: Array(#"{"id":1,"k":"F"}"#.utf8), request: request, expectedFile: URL(fileURLWithPath: "/dev/null"), expected: nil)
            if case .mapped = try #require(runner.outcome(of: trial)) { return true }
            return false
        }
        #expect(try isAccepted(shown) == false, "another secret in the URL")
        var right = shown
        right.path = nil
        #expect(try isAccepted(right))
        right.path = ""
        #expect(try isAccepted(right) == false)
    }

    private static func manifest(
        authenticate: String = "bearer", event: String = "{ key: $.id, kind: $.e }", record: String = "finding: { key: $.k }"
    ) -> String {
        "adapter: acme\nvendor: Acme\nauthenticate: \(authenticate)\nevent: \(event)\nrecords:\n  - kinds: [ found ]\n    \(record)\n"
    }
}
