import Foundation
import JSONDocument
import YAMLDocument

/// One case of an adapter: a request, and what must become of it; three files side by side.
package struct AdapterCase: Sendable {
    /// The beginning of the files' names: `<event>-<what it shows>`.
    package let name: String
    package let body: [UInt8]
    package let request: CaseRequest
    /// Where the expectation stands.
    package let expectedFile: URL
    /// The expectation; nothing before it was first written.
    package let expected: [UInt8]?

    private static let bodyEnding = ".body.json"

    /// The cases in a folder, by name; what is wrong with their files goes to `issues`.
    package static func load(from folder: URL, issues: inout IssueCollector) -> [AdapterCase] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        checkCompanions(names, folder, issues: &issues)
        return names.filter { $0.hasSuffix(bodyEnding) }.sorted().compactMap { load(String($0.dropLast(bodyEnding.utf8.count)), in: folder, issues: &issues) }
    }

    private static func load(_ name: String, in folder: URL, issues: inout IssueCollector) -> AdapterCase? {
        let requestFile = folder.appending(path: name + ".request.yaml")
        let expectedFile = folder.appending(path: name + ".expected.json")
        guard let body = try? Data(contentsOf: folder.appending(path: name + bodyEnding)) else {
            issues.merge(
                IssueList([Issue(file: folder.appending(path: name + bodyEnding).relativePath, line: 1, column: 1, message: "the file cannot be read")]))
            return nil
        }
        guard let yaml = try? String(contentsOf: requestFile, encoding: .utf8) else {
            issues.merge(IssueList([Issue(file: requestFile.relativePath, line: 1, column: 1, message: "the case has no such file, or it is not UTF-8")]))
            return nil
        }
        switch CaseRequest.parse(yaml, file: requestFile.relativePath) {
        case .failure(let list):
            issues.merge(list)
            return nil
        case .success(let request):
            return AdapterCase(
                name: name, body: Array(body), request: request, expectedFile: expectedFile, expected: (try? Data(contentsOf: expectedFile)).map { Array($0) })
        }
    }

    /// Files without a body beside them are slips.
    private static func checkCompanions(_ names: [String], _ folder: URL, issues: inout IssueCollector) {
        for name in names.sorted() where !name.hasPrefix(".") {
            let stem = [".body.json", ".request.yaml", ".expected.json"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.utf8.count)) }
            if let stem, names.contains(stem + bodyEnding) { continue }
            let message = stem == nil ? "not a file of a case" : "there is no '\(stem ?? "")\(bodyEnding)' beside it"
            issues.merge(IssueList([Issue(file: folder.appending(path: name).relativePath, line: 1, column: 1, message: message)]))
        }
    }
}
