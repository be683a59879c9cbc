import Foundation
import JSONDocument
import Testing

/// `weir adapter new` as a newcomer uses it.
struct AdapterNewTests {
    @Test func aNewAdapterPassesItsCasesAndExplainsItself() async throws {
        let workspace = try Workspace()
        let made = try await WeirProgram.run(["adapter", "new", "acme", "--vendor", "Acme: \"Security\"", "--in", workspace.path + "/adapters"])
        #expect(made.status == 0, "\(made.errors)")
        let folder = workspace.path + "/adapters/acme"
        #expect(made.output.contains("weir adapter try \(folder) BODY.json"))

        let tested = try await WeirProgram.run(["adapter", "test", folder])
        #expect(tested.status == 0 && tested.output.hasSuffix("7 passed, 0 failed\n"), "\(tested.output)\(tested.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/cases")
        for body in names where body.hasSuffix(".body.json") {
            let stem = body.dropLast(".body.json".count)
            #expect(names.contains(stem + ".request.yaml") && names.contains(stem + ".expected.json"))
        }
        for file in ["adapter.yaml", "README.md"] {
            #expect(!String(decoding: workspace.read("adapters/acme/" + file), as: UTF8.self).contains("@"), "a place of \(file) was not filled in")
        }

        let tried = try await WeirProgram.run(["adapter", "try", folder, folder + "/cases/finding_opened-typical.body.json", "--json"])
        let outcome = try JSONValue(parsing: Array(tried.output.utf8.dropLast()))
        let finding = try #require(outcome["records"]?.arrayValue?.first)
        #expect(finding["scanner"]?["vendor_name"] == .string("Acme: \"Security\"") && finding["severity"] == .string("high"))
        #expect(outcome["drift"] == nil)
        #expect(outcome["redacted"] == .array([.string("$.finding.url"), .string("$.finding.request")]))
        #expect(!tried.output.contains("example-password") && !tried.output.contains("example-session"))
    }

    @Test func whatIsThereAlreadyIsNotTouched() async throws {
        let workspace = try Workspace()
        try workspace.write("adapters/acme/adapter.yaml", "mine")
        let again = try await WeirProgram.run(["adapter", "new", "acme", "--in", workspace.path + "/adapters"])
        #expect(again.status == 1 && again.errors.contains("is there already") && again.errors.contains("hint: "))
        #expect(workspace.read("adapters/acme/adapter.yaml") == Array("mine".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path + "/adapters/acme") == ["adapter.yaml"])
    }

    @Test(arguments: [
        ["Acme"], ["-acme"], ["a/b"], [".."], [""], [String(repeating: "a", count: 64)], ["acme", "--vendor", "a\nb"], ["acme", "--in", ""], [],
    ])
    func otherNamesAreUsageErrors(arguments: [String]) async throws {
        let workspace = try Workspace()
        let outcome = try await WeirProgram.run(["adapter", "new"] + (arguments.contains("--in") ? [] : ["--in", workspace.path]) + arguments)
        #expect(outcome.status == 2 && outcome.errors.split(separator: "\n").count == 2, "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path).isEmpty)
    }

    @Test func aFolderThatCannotBeMadeIsSaid() async throws {
        let workspace = try Workspace()
        try workspace.write("file", "")
        let outcome = try await WeirProgram.run(["adapter", "new", "acme", "--in", workspace.path + "/file"])
        #expect(outcome.status == 1 && outcome.errors.hasPrefix("weir: cannot make "), "\(outcome.errors)")
    }
}
