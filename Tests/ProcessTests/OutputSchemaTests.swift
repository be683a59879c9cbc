import Foundation
import JSONDocument
import Testing

/// Every line that the commands print with `--json` is valid by a published schema, with a gateway and without one.
struct OutputSchemaTests {
    private let workspace: Workspace
    private let receiver: DocumentedReceiver

    init() async throws {
        workspace = try SampleTests.workspace(sources: VendorSample.all.map { ($0.source, $0.vendor) } + [("last", "reconfirm")])
        receiver = try await DocumentedReceiver()
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        let more = "sinks:\n  hook: \(receiver.sink)\n  gone: { type: webhook, url: \"http://127.0.0.1:1/\", networks: [ 127.0.0.0/8 ] }"
        try workspace.write("weir.yaml", yaml.replacingOccurrences(of: "sinks:", with: more) + "  - { to: [ hook, gone ], when: { source: last } }\n")
        try workspace.write("hook-secret", DocumentedReceiver.secret)
    }

    private func run(_ arguments: [String]) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    /// Holds every line that the commands print against their schemas.
    private func check(_ commands: [(schema: String, arguments: [String])], _ place: String) async throws {
        var files: [String] = []
        for command in commands { files.append("\(command.schema):" + (try await printed(command.arguments, place))) }
        let checked = try SchemaCheck.run(files)
        #expect(checked.status == 0, "\(place): \(checked.output)")
    }

    /// The file that holds what the command prints with `--json`.
    private func printed(_ arguments: [String], _ place: String) async throws -> String {
        let outcome = try await run(arguments + ["--json"])
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        let name = "\(place)-\(arguments.prefix(3).joined(separator: "-")).ndjson".replacingOccurrences(of: "/", with: "-")
        try workspace.write(name, outcome.output)
        return workspace.path + "/" + name
    }

    @Test(.enabled(if: SchemaCheck.isAvailable && DocumentedReceiver.isAvailable, "python3 with the packages jsonschema and pyyaml is missing"))
    func everyLineIsValid() async throws {
        let gateway = try await RunningGateway.start(in: workspace)
        for sample in VendorSample.all { try await SampleTests.send(sample.source, sample.body, in: workspace) }
        _ = try await PlainRequest.post("/in/last", body: Array("{}".utf8), headers: ["Authorization: Bearer wrong"], port: gateway.port)
        let refused = #"{"scanId":"r-1","status":"failed","timestamp":"2026-01-01T00:00:00Z","note":"refuse-me"}"#
        try await SampleTests.send("last", Array(refused.utf8), in: workspace)
        try await SampleTests.sendLast(in: workspace)
        let changes = try await SampleTests.changes(in: workspace, after: 2)
        var dead = try await run(["dead", "list"])
        for _ in 0..<200 where dead.output == "no dead letters\n" { dead = try await run(["dead", "list"]) }
        #expect(dead.output.contains("this cannot be taken"), "\(dead.output)")
        let replay = try await run(["replay", "hook", "--from", "2020-01-01", "--type", "scan.failed", "--yes"])
        #expect(replay.status == 0 && replay.output.hasPrefix("hook gets 2 changes"), "\(replay.output)\(replay.errors)")
        var sinks = try await run(["sinks"])
        for _ in 0..<200 where !sinks.output.contains("the last replay") || !sinks.output.contains("gone: 127.0.0.1") { sinks = try await run(["sinks"]) }
        #expect(sinks.output.contains("1 of 2 delivered, 1 refused"), "\(sinks.output)")

        try await checkAll(changes, "running")
        #expect(await gateway.end() == 0)
        try await checkAll(changes, "stopped")
        // Another account gives its records other uids.
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        try workspace.write("weir.yaml", yaml.replacingOccurrences(of: "last: { adapter: reconfirm,", with: "last: { adapter: reconfirm, account: other,"))
        try await check([("difference", ["rebuild", "--diff"])], "stopped")
    }

    private func checkAll(_ changes: [SinkChange], _ place: String) async throws {
        let finding = try #require(changes.first { $0.type == "finding.opened" })
        let uid = try #require(finding.json["subject"]?.stringValue), receipt = try #require(finding.json["data"]?["raw"]?["receipt"]?.stringValue)
        let letter = try #require(changes.first { String(decoding: $0.json.bytes, as: UTF8.self).contains("refuse-me") })
        let body = VendorSample.folder + "/samples/probely/finding_detected.json"
        let commands = [
            ("event", ["events"]), ("finding", ["findings"]), ("scan", ["scans"]), ("source", ["sources"]), ("sink", ["sinks"]), ("dead", ["dead", "list"]),
            ("dead", ["dead", "show", letter.id]), ("receipt", ["show", receipt]), ("finding", ["show", uid]), ("reason", ["show", uid, "--why"]),
            ("change", ["show", uid, "--history"]), ("change", ["show", finding.id]), ("entry", ["show", "1"]), ("verification", ["journal", "verify"]),
            ("statistics", ["journal", "stats"]),
            ("trial", ["adapter", "try", "probely", body]),
        ]
        try await check(commands, place)
        let exported = try await run(["journal", "export", "--all"]), lines = exported.output.split(separator: "\n")
        #expect(exported.status == 0 && lines.contains { $0.contains("\"receipt\"") } && lines.contains { $0.contains("\"entry\"") }, "\(exported.errors)")
        try workspace.write("\(place)-export.ndjson", exported.output)
        let checked = try SchemaCheck.run(["export:\(workspace.path)/\(place)-export.ndjson"])
        #expect(checked.status == 0, "\(place): \(checked.output)")
    }

    @Test(.enabled(if: DocumentedReceiver.isAvailable, "python3 is missing"))
    func whatIsShownForReceiversTellsARightSignatureFromAWrongOne() async throws {
        let wrong = try await DocumentedReceiver(secret: "whsec_" + Data("another secret of 32 bytes, indeed".utf8).base64EncodedString())
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        try workspace.write("weir.yaml", yaml.replacingOccurrences(of: "sinks:", with: "sinks:\n  wrong: \(wrong.sink)"))
        let gateway = try await RunningGateway.start(in: workspace)
        let right = try await run(["sink", "test", "hook"])
        #expect(right.status == 0, "\(right.output)\(right.errors)")
        let refused = try await run(["sink", "test", "wrong"])
        #expect(refused.status == 1 && (refused.output + refused.errors).contains("401"), "\(refused.output)\(refused.errors)")
        #expect(await gateway.end() == 0)
    }
}
