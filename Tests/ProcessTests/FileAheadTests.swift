import Foundation
import Testing

/// What commands say of sources and sinks that stand in the file and that the running gateway has not read yet.
struct FileAheadTests {
    private static let yaml = """
        listen: { ingest: 127.0.0.1:0 }
        data: ./data
        sources:
          last: { adapter: reconfirm, secrets: [ "file:secret" ] }
        sinks:
          archive: { type: file, path: changes.ndjson }

        """
    private static let more =
        yaml.replacing("sinks:\n", with: "  late: { adapter: holm, secrets: [ \"file:secret\" ] }\nsinks:\n")
        + "  soar: { type: file, path: soar.ndjson }\n"

    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    /// Commands that name a sink or source, and their exit codes where the gateway does not know it.
    private static let naming: [([String], Int32)] = [
        (["sink", "test", "soar"], 1), (["replay", "soar", "--from", "1"], 1), (["replay", "soar", "--cancel"], 1), (["dead", "retry", "soar", "--all"], 1),
        (["dead", "drop", "soar", "f_0"], 1), (["dead", "list", "soar"], 1), (["findings", "--source", "late"], 1), (["scans", "--source", "late"], 1),
        (["events", "--source", "late"], 1), (["void", "--source", "late", "--from", "1", "--to", "1", "--reason", "x", "--yes"], 1),
    ]

    @Test func whatTheGatewayHasNotReadYetIsSaid() async throws {
        let workspace = try Workspace()
        try workspace.write("secret", SampleTests.secret)
        try workspace.write("weir.yaml", Self.yaml)
        try workspace.write("body.json", "{}")
        let gateway = try await RunningGateway.start(in: workspace)
        let file = workspace.path + "/weir.yaml", cure = "kill -HUP \(gateway.processIdentifier), or systemctl reload weir, takes it in\n"
        for (command, _) in Self.naming {
            let unknown = try await Self.run(command, in: workspace)
            #expect(unknown.status == 1 && !unknown.errors.contains("kill -HUP"), "\(command): \(unknown.errors)")
        }
        try workspace.write("weir.yaml", Self.more)
        for (command, status) in Self.naming {
            let outcome = try await Self.run(command, in: workspace)
            #expect(outcome.status == status && outcome.errors.hasSuffix(cure) && outcome.errors.contains(file), "\(command): \(outcome.errors)")
        }
        for (command, name) in [
            (["sinks"], "the sink 'soar'"), (["sources"], "the source 'late'"), (["send", "late", workspace.path + "/body.json"], "the source 'late'"),
        ] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(outcome.errors == "weir: \(file) names \(name), not read by the running gateway yet: \(cure)", "\(command): \(outcome.errors)")
        }
        for command in [["replay", "nope", "--from", "1"], ["sink", "test", "nope"]] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(outcome.status == 1 && outcome.errors.contains("there is no sink 'nope'\nhint: known: "), "\(command): \(outcome.errors)")
        }
        // A file that cannot be used hides nothing, neither what is there nor what is not.
        try workspace.write("weir.yaml", Self.more + "sink: 1\n")
        let unknown = try await Self.run(["replay", "soar", "--from", "1"], in: workspace)
        #expect(unknown.status == 1 && unknown.errors.hasSuffix("weir: there is no sink 'soar'\n"), "\(unknown.errors)")
        let tested = try await Self.run(["sink", "test", "archive"], in: workspace)
        #expect(tested.status == 0 && tested.output == "archive: delivered\n", "\(tested.output)\(tested.errors)")
        #expect(await gateway.end() == 0)
    }

    /// Has the gateway read the file again, and waits until it says so.
    private static func reload(_ gateway: RunningGateway, in workspace: Workspace) async throws {
        kill(gateway.processIdentifier, SIGHUP)
        try #require(await Condition.holds(within: 20) { String(decoding: workspace.read("gateway.log"), as: UTF8.self).contains("reloaded") })
    }

    /// `--diff` reads the files, and `--apply` is the gateway's: what was looked at is what is done.
    @Test func whatTheGatewayHasNotReadIsComparedAndNotApplied() async throws {
        let workspace = try Workspace()
        try workspace.write("secret", SampleTests.secret)
        try workspace.write("weir.yaml", Self.yaml)
        let gateway = try await RunningGateway.start(in: workspace)
        let file = workspace.path + "/weir.yaml", cure = "kill -HUP \(gateway.processIdentifier), or systemctl reload weir, takes it in"
        #expect(try await Self.run(["rebuild", "--diff"], in: workspace).errors.isEmpty)
        try workspace.write("weir.yaml", Self.more)
        let diff = try await Self.run(["rebuild", "--diff"], in: workspace)
        #expect(diff.status == 0 && diff.errors.contains("the running gateway has not read yet what was compared with here: \(cure)"), "\(diff.errors)")
        let early = try await Self.run(["rebuild", "--apply"], in: workspace)
        let words = "weir: the running gateway has not read the adapters and sources of \(file) as they are now\nhint: \(cure)"
        #expect(early.status == 1 && early.output.isEmpty && early.errors.hasPrefix(words), "\(early.errors)")
        try await Self.reload(gateway, in: workspace)
        let applied = try await Self.run(["rebuild", "--apply"], in: workspace)
        #expect(applied.status == 0 && applied.output == "rebuilt: 0 changes\n", "\(applied.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test func aSecretThatTheGatewayHasNotReadIsNotCalledItsOwn() async throws {
        let workspace = try Workspace()
        try workspace.write("secret", SampleTests.secret)
        try workspace.write("second", "another-secret-of-some-length")
        try workspace.write("weir.yaml", Self.yaml)
        let gateway = try await RunningGateway.start(in: workspace)
        let taken = "The secret that the gateway takes, from file:secret:  \(SampleTests.secret)\n"
        let cure = "kill -HUP \(gateway.processIdentifier), or systemctl reload weir, takes it in"
        #expect(try await Self.run(["sources", "setup", "last"], in: workspace).output.contains(taken))
        for yaml in [
            Self.yaml.replacing("\"file:secret\"", with: "\"file:second\""),
            Self.yaml.replacing("last:", with: "late:").replacing("secret\"", with: "second\""),
        ] {
            try workspace.write("weir.yaml", yaml)
            let name = yaml.contains("late:") ? "late" : "last"
            let early = try await Self.run(["sources", "setup", name], in: workspace)
            #expect(early.status == 0 && !early.output.contains("The secret that the gateway takes"), "\(early.output)")
            #expect(early.output.contains("The secret from file:second, which the running gateway does NOT take yet:  another-secret-of-some-length\n"))
            #expect(early.output.contains("what the vendor sends with it is refused: \(cure).\n"), "\(early.output)")
        }
        // What is signed with it is refused, and the reason is told.
        try workspace.write("weir.yaml", Self.yaml.replacing("\"file:secret\"", with: "\"file:second\""))
        try workspace.write("body.json", "{}")
        let sent = try await Self.run(["send", "last", workspace.path + "/body.json"], in: workspace)
        #expect(
            sent.status == 1 && sent.output.hasPrefix("401 ")
                && sent.errors == "weir: the running gateway has not read the secret from file:second yet: \(cure)\n")
        try workspace.write("weir.yaml", Self.yaml.replacing("last:", with: "late:").replacing("secret\"", with: "second\""))
        try await Self.reload(gateway, in: workspace)
        let read = try await Self.run(["sources", "setup", "late"], in: workspace)
        #expect(read.output.contains("The secret that the gateway takes, from file:second:  another-secret-of-some-length\n"), "\(read.output)")
        #expect(await gateway.end() == 0)
    }
}
