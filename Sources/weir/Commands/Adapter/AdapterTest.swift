import Adapters
import ArgumentParser
import Foundation
import Gateway
import YAMLDocument

/// `weir adapter test [FOLDER]`.
struct AdapterTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the cases of one adapter's folder, or of all in a folder.",
        discussion: "UPDATE_EXPECTED=1 in the environment writes differing expectations anew.")

    @Argument(help: "A folder with an adapter.yaml, or with such folders.")
    var folder = "adapters"

    @OptionGroup var config: ConfigurationOption

    func run() throws {
        let path = FilePaths.absolute(folder, in: FilePaths.workingDirectory)
        let updates = ProcessInfo.processInfo.environment["UPDATE_EXPECTED"] == "1"
        var passed = 0, failed = 0, broken = 0
        for (folder, shown) in try adapterFolders(path) {
            do throws(CommandFailure) {
                let adapter = try AdapterFinder.compile(folder: folder, shown: shown)
                let counts = try run(CaseRunner(adapter: adapter, updates: updates), folder: folder, shown: shown)
                passed += counts.passed
                failed += counts.failed
            } catch {
                error.report()
                broken += 1
            }
        }
        StandardOutput.line("\(passed) passed, \(failed) failed")
        if broken > 0 { throw CommandFailure("\(broken.of("adapter")) could not be tested") }
        if failed > 0 {
            throw CommandFailure(
                "\(failed) of \(passed + failed) cases failed", hint: updates ? nil : "read the differences; UPDATE_EXPECTED=1 takes them over")
        }
    }

    private func adapterFolders(_ path: String) throws(CommandFailure) -> [(folder: String, shown: String)] {
        if FilePaths.exists(path + "/adapter.yaml") { return [(path, folder)] }
        switch FilePaths.entries(of: path) {
        case .failure(let error):
            let isBuiltIn = EmbeddedAdapters.guides.contains { $0.name == folder }
            throw CommandFailure(
                error.message,
                hint: isBuiltIn
                    ? "\(folder) is built in: its folder, with its cases, is adapters/\(folder) of Weir's source"
                    : "name the folder: weir adapter test FOLDER")
        case .success(let names):
            let found = names.filter { FilePaths.exists("\(path)/\($0)/adapter.yaml") }
            guard !found.isEmpty else { throw CommandFailure("no adapter.yaml is in \(path), or in a folder of it") }
            return found.map { ("\(path)/\($0)", "\(folder)/\($0)") }
        }
    }

    private func run(_ runner: CaseRunner, folder: String, shown: String) throws(CommandFailure) -> (passed: Int, failed: Int) {
        var issues = IssueCollector(file: shown)
        let cases = AdapterCase.load(from: URL(fileURLWithPath: shown + "/cases"), issues: &issues)
        var passed = 0, failed = 0
        for adapterCase in cases {
            let result = runner.run(adapterCase)
            switch result.verdict {
            case .passed: passed += 1
            case .updated:
                passed += 1
                StandardOutput.line("updated  \(shown)  \(SafeText.escaped(result.name))")
            case .failed(let lines):
                failed += 1
                StandardOutput.line("failed   \(shown)  \(SafeText.escaped(result.name))")
                for line in lines { StandardOutput.line("    " + SafeText.escaped(line)) }
            }
        }
        if issues.hasErrors { throw CommandFailure(issues.list) }
        if cases.isEmpty { throw CommandFailure("\(shown) has no cases", hint: "\(shown)/cases/EVENT-WHAT.body.json, .request.yaml and .expected.json") }
        return (passed, failed)
    }
}
