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
        // What the program prints needs no other file.
        let schema = try await WeirProgram.run(["schema", "change"])
        try workspace.write("change.json", schema.output)
        let alone = try SchemaCheck.run(alone: workspace.path + "/change.json", lines: workspace.path + "/changes.ndjson")
        #expect(schema.status == 0 && alone.status == 0, "\(schema.errors)\(alone.output)")
        try workspace.write("broken.ndjson", #"{"specversion":"1.0","type":"finding.opened","data":{"uid":7}}"#)
        #expect(try SchemaCheck.run(alone: workspace.path + "/change.json", lines: workspace.path + "/broken.ndjson").status != 0)
    }
}

/// The schema checker, which is a script.
enum SchemaCheck {
    static let isAvailable = (try? python(["-c", "import jsonschema, yaml"]).status == 0) ?? false

    static func run(_ files: [String]) throws -> (status: Int32, output: String) {
        try python([Workspace.checkout + "/Tests/Scripts/check_schemas.py"] + files)
    }

    /// Holds every line of a file against a schema that stands alone in its file.
    static func run(alone schema: String, lines: String) throws -> (status: Int32, output: String) {
        let script = """
            import json, sys, jsonschema
            validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
            for line in open(sys.argv[2]): validator.validate(json.loads(line))
            """
        return try python(["-c", script, schema, lines])
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
