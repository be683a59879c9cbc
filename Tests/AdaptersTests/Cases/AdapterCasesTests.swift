import Foundation
import JSONDocument
import Testing
import YAMLDocument

@testable import Adapters

/// The adapters of `adapters/`, with their cases.
enum AdapterFolders {
    static let root = VendorSamples.package.appending(path: "adapters")
    static let names = ["holm", "hostedscan", "probely", "reconfirm"]

    static func adapter(_ name: String) throws -> Adapter {
        let yaml = try String(contentsOf: root.appending(path: "\(name)/adapter.yaml"), encoding: .utf8)
        return try Adapter.compile(name: name, yaml: yaml, file: "adapters/\(name)/adapter.yaml").get()
    }

    static func cases(_ name: String) throws -> [AdapterCase] {
        var issues = IssueCollector(file: name)
        let cases = AdapterCase.load(from: root.appending(path: "\(name)/cases"), issues: &issues)
        try issues.check()
        return cases
    }
}

struct AdapterCasesTests {
    /// `UPDATE_EXPECTED=1` writes expectations anew; never where nobody reads them.
    private static let updates = ProcessInfo.processInfo.environment["UPDATE_EXPECTED"] == "1"

    @Test func expectationsAreNotRewrittenInContinuousIntegration() {
        #expect(!(Self.updates && ProcessInfo.processInfo.environment["CI"] == "true"))
    }

    @Test(arguments: AdapterFolders.names)
    func everyCaseBecomesWhatIsExpected(name: String) throws {
        let updates = Self.updates && ProcessInfo.processInfo.environment["CI"] != "true"
        let runner = CaseRunner(adapter: try AdapterFolders.adapter(name), updates: updates)
        for adapterCase in try AdapterFolders.cases(name) {
            if case .failed(let lines) = runner.run(adapterCase).verdict {
                Issue.record("\(name)/\(adapterCase.name):\n\(lines.joined(separator: "\n"))")
            }
        }
    }

    @Test(arguments: AdapterFolders.names)
    func manifestsCompileWithoutWarnings(name: String) throws {
        #expect(try AdapterFolders.adapter(name).warnings.isEmpty)
    }
}
