import Foundation
import JSONDocument
import Testing
import YAMLDocument

@testable import Adapters

struct CaseRunnerTests {
    private static let manifest = """
        adapter: tiny
        vendor: Tiny
        authenticate: bearer
        event: { key: $.id, kind: $.kind }
        records:
          - kinds: [ found ]
            finding: { key: $.id, title: $.title, status: open }
        """

    /// A folder of files that is removed afterwards, and the cases in it.
    private func withCases(_ files: [String: String], _ body: (URL, [AdapterCase], IssueList) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cases-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        var issues = IssueCollector(file: "cases")
        let cases = AdapterCase.load(from: folder, issues: &issues)
        try body(folder, cases, issues.list)
    }

    private func adapter() throws -> Adapter { try Adapter.compile(name: "tiny", yaml: Self.manifest, file: "tiny.yaml").get() }

    private static let request = "secret: s3cret\ntime: 2026-03-02T10:00:00Z\n"

    @Test func aMissingExpectationFailsUntilItIsWritten() throws {
        let files = ["found-one.body.json": #"{"id":"1","kind":"found","title":"A"}"#, "found-one.request.yaml": Self.request]
        try withCases(files) { folder, cases, issues in
            #expect(issues.issues.isEmpty)
            let one = try #require(cases.first)
            #expect(one.name == "found-one")
            guard case .failed = CaseRunner(adapter: try adapter()).run(one).verdict else {
                Issue.record("passed without an expectation")
                return
            }
            #expect(CaseRunner(adapter: try adapter(), updates: true).run(one).verdict == .updated)
            var collector = IssueCollector(file: "cases")
            let again = try #require(AdapterCase.load(from: folder, issues: &collector).first)
            #expect(CaseRunner(adapter: try adapter()).run(again).verdict == .passed)
            let written = try JSONValue(parsing: try #require(again.expected))
            #expect(written["records"]?.arrayValue?.first?["title"] == .string("A"))
            #expect(written["event"]?["kind"] == .string("found"))
        }
    }

    @Test func aDifferenceIsShownByLines() throws {
        let expected = #"{"refusal":"wrong_secret"}"#
        let files = [
            "found-one.body.json": #"{"id":"1","kind":"found"}"#, "found-one.request.yaml": Self.request + "headers: {}\n", "found-one.expected.json": expected,
        ]
        try withCases(files) { _, cases, _ in
            let result = CaseRunner(adapter: try adapter()).run(try #require(cases.first))
            #expect(result.verdict == .failed([#"-   "refusal": "wrong_secret""#, #"+   "refusal": "missing_credential""#]))
        }
    }

    @Test func headersAreSentAsTheyAre() throws {
        let files = [
            "found-one.body.json": #"{"id":"1","kind":"found"}"#, "found-one.request.yaml": Self.request + "headers: { Authorization: bearer s3cret }\n",
            "found-one.expected.json": "no JSON",
        ]
        try withCases(files) { _, cases, _ in
            let one = try #require(cases.first)
            guard case .mapped = CaseRunner(adapter: try adapter()).outcome(of: one) else {
                Issue.record("refused")
                return
            }
            #expect(CaseRunner(adapter: try adapter()).run(one).verdict == .failed(["the expectation is not JSON"]))
        }
    }

    @Test func slipsInTheFolderAreNamed() throws {
        let files = [
            "a.body.json": "{}", "b.request.yaml": Self.request, "c.body.json": "{}",
            "c.request.yaml": "secret: [ x ]\ntime: soon\nheader: {}\ntimezone: Mars/Olympus\n",
            "d.body.json": "{}", "d.request.yaml": "headers: x\n", "notes.txt": "x",
        ]
        try withCases(files) { _, cases, issues in
            #expect(cases.isEmpty)
            for message in [
                "a.request.yaml:1:1: error: the case has no such file", "there is no 'b.body.json' beside it", "notes.txt:1:1: error: not a file of a case",
                "c.request.yaml:1:9: error: 'secret' must be a word", "'time' must be a moment", "did you mean 'headers'?",
                "there is no time zone 'Mars/Olympus'",
                "'secret' is missing", "'time' is missing", "'headers' must be a mapping",
            ] {
                #expect(issues.text.contains(message), "\(message) in \(issues)")
            }
        }
    }

    @Test func indentedJSONReadsBackAsTheSame() throws {
        let text = #"{"a":[],"b":{},"c":[1.50,{"d":"\n\"é"},[null,true]],"e":"x"}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        let indented = IndentedJSON.text(value)
        #expect(try JSONValue(parsing: Array(indented.utf8)) == value)
        #expect(indented.hasPrefix("{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1.50,\n"))
        #expect(indented.hasSuffix("}\n"))
    }
}
