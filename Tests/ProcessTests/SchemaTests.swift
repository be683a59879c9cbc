import Foundation
import Testing

/// Every change that the samples become is valid by the published schemas.
struct SchemaTests {
    @Test(.enabled(if: SchemaCheck.isAvailable, "python3 with the packages jsonschema and pyyaml is missing"))
    func changesOfAllSamplesAreValid() async throws {
        let samples = VendorSample.all
        let workspace = try SampleTests.workspace(sources: samples.map { ($0.source, $0.vendor) } + [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for sample in samples { try await SampleTests.send(sample.source, sample.body, in: workspace) }
        try await SampleTests.sendLast(in: workspace)
        let changes = try await SampleTests.changes(in: workspace, after: 1)
        #expect(await gateway.end() == 0)
        #expect(Set(changes.map { $0.type.prefix { $0 != "." } }) == ["finding", "scan", "notice"])
        let checked = try SchemaCheck.run([workspace.path + "/changes.ndjson"])
        #expect(checked.status == 0, "\(checked.output)")
    }
}

/// The schema checker, which is a script.
enum SchemaCheck {
    static let isAvailable = (try? python(["-c", "import jsonschema, yaml"]).status == 0) ?? false

    static func run(_ files: [String]) throws -> (status: Int32, output: String) {
        try python([Workspace.checkout + "/Tests/Scripts/check_schemas.py"] + files)
    }

    private static func python(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Workspace.checkout)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
