import Adapters
import Foundation
import JSONDocument
import YAMLDocument

/// The folder that a new adapter begins as: `examples/adapter`, with its names filled in.
struct AdapterTemplate {
    let name: String
    /// As records show it.
    let vendor: String
    /// The folder, as the person named it.
    let shown: String

    /// Names below the folder, and texts.
    var files: [(name: String, text: String)] {
        EmbeddedTemplate.files.map { ($0.name, filled($0.text)) }
    }

    /// Writes what becomes of each case, as `UPDATE_EXPECTED=1` would: it depends on the adapter's name, which is part of every uid.
    ///
    /// - Returns: the number of cases.
    func writeExpectations(_ path: String) throws(CommandFailure) -> Int {
        let runner = CaseRunner(adapter: try AdapterFinder.compile(folder: path, shown: shown), updates: true)
        var issues = IssueCollector(file: shown)
        let cases = AdapterCase.load(from: URL(fileURLWithPath: path + "/cases"), issues: &issues)
        if issues.hasErrors { throw CommandFailure(issues.list) }
        for adapterCase in cases {
            if case .failed(let lines) = runner.run(adapterCase).verdict { throw CommandFailure(lines.first ?? "the case \(adapterCase.name) failed") }
        }
        return cases.count
    }

    private func filled(_ text: String) -> String {
        // A JSON string is a YAML string, whatever characters it holds.
        let quoted = String(decoding: JSONValue.string(vendor).bytes, as: UTF8.self)
        return text.replacing("@NAME@", with: name).replacing("@FOLDER@", with: shown).replacing("@VENDOR-TEXT@", with: vendor)
            .replacing("@VENDOR@", with: quoted)
    }
}
