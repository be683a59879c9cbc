import Foundation
import Testing

/// One mistake has one exit code, whichever command is given it and whether a gateway runs.
struct ExitCodeTests {
    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    private static func expect(_ status: Int32, _ arguments: [String], _ words: String = "", in workspace: Workspace, _ place: String) async throws {
        let outcome = try await run(arguments, in: workspace)
        #expect(
            outcome.status == status && outcome.errors.hasPrefix("weir: ") && (words.isEmpty || outcome.errors.contains(words)),
            "\(place) \(arguments): \(outcome.status) \(outcome.errors)")
    }

    /// A name that nothing has: 1.
    private static let unknownNames = [
        ["findings", "--source", "nobody"], ["events", "--kind", "nothing"], ["findings", "--sort", "new", "--after", "f_0"], ["show", "f_0"],
        ["show", "99999"], ["show", "aaaaaaaa-1-1"], ["sink", "test", "nobody"], ["replay", "nobody", "--from", "1"], ["dead", "list", "nobody"],
        ["dead", "show", "f_0"], ["dead", "retry", "nobody", "--all"], ["dead", "drop", "archive", "f_0"],
        ["void", "--source", "last", "--from", "99999", "--to", "99999", "--reason", "x"],
        ["void", "--source", "last", "--from", "1", "--to", "99999", "--reason", "x", "--yes"],
        ["void", "--source", "lst", "--from", "1", "--to", "2", "--reason", "x"], ["journal", "erase", "99999", "--reason", "x"],
    ]
    /// The same, of commands that ask no gateway about it.
    private static let unknownToFiles = [
        ["send", "nobody", "/dev/null"], ["sources", "setup", "nobody"], ["schema", "nothing"], ["adapter", "try", "nobody", "/dev/null"],
        ["journal", "export", "--from", "99999"], ["journal", "verify", "--head", "/nowhere"],
    ]

    /// A word or value that cannot be meant, as whoever answers finds out: 2. `CommandLineTests` has those that the command itself refuses.
    private static let wrongValues = [
        ["findings", "--status", "opn"], ["findings", "--min-severity", "worst"], ["scans", "--sort", "severity"], ["events", "--outcome", "lost"],
        ["events", "--after", "x"], ["findings", "--after", "f_0"], ["findings", "--text", ""], ["show", "1", "--history"],
    ]

    /// A word that is no command: 2, whatever follows it.
    private static let noCommands = [
        (["findigns"], "there is no command 'weir findigns'\nhint: did you mean 'weir findings'?"), (["hlep"], "did you mean 'weir help'?"),
        (["erase", "3"], "did you mean 'weir journal erase'?"), (["sources", "setpu", "last"], "did you mean 'weir sources setup'?"),
        (["xyzzyxyzzy"], "hint: known: init, serve, "), (["replay", "archive", "--from", "1", "--type", "finding.opend"], "did you mean 'finding.opened'?"),
    ]

    /// What only a running gateway can do: 3 without one.
    private static let needAGateway = [["send", "last", "/dev/null"], ["replay", "archive", "--from", "1"]]

    @Test func oneMistakeHasOneExitCode() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace)
        _ = try await SampleTests.changes(in: workspace, after: 1)
        try await Self.expect(1, ["replay", "archive", "--from", "99999"], "there is no receipt 99999 yet", in: workspace, "running")
        for place in ["running", "stopped"] {
            for command in Self.unknownNames { try await Self.expect(1, command, in: workspace, place) }
            for command in Self.wrongValues { try await Self.expect(2, command, in: workspace, place) }
            if place == "running" { #expect(await gateway.end() == 0) }
        }
        for command in Self.unknownToFiles { try await Self.expect(1, command, in: workspace, "stopped") }
        for (command, words) in Self.noCommands { try await Self.expect(2, command, words, in: workspace, "stopped") }
        for command in Self.needAGateway { try await Self.expect(3, command, "no gateway runs", in: workspace, "stopped") }
    }

    /// One wrong command line of each command, and of each kind of wrongness.
    private static let wrongUsage = [
        ["bogus"], ["init", "--bogus"], ["serve", "bogus"], ["check", "--config"], ["send", "last"], ["send", "last", "b", "--header", "x"],
        ["sources", "--bogus"], ["sources", "setpu", "last"], ["sources", "setup"], ["events", "--outcome", "lost"], ["events", "--sort", "severity"],
        ["findings", "--status", "opn"], ["findings", "--min-severity", "worst"], ["findings", "--since", "2", "--until", "1"],
        ["scans", "--sort", "best"], ["scans", "--limit", "none"], ["sinks", "extra"], ["sink", "tset", "archive"], ["sink", "test"],
        ["dead", "list", "--after", "x"], ["dead", "show"], ["dead", "retry", "archive"], ["dead", "drop", "archive", "f_0", "--all"],
        ["replay", "archive"], ["replay", "archive", "--from", "1", "--type", "bogus"], ["replay", "archive", "--from", "2", "--to", "1"], ["show"],
        ["show", "1", "--why"], ["adapter", "tst"], ["adapter", "new", "A B"], ["adapter", "test", "--bogus"],
        ["adapter", "try", "holm", "b", "--header", "x"], ["rebuild", "--diff", "--apply"],
        ["void", "--source", "last", "--from", "2026-03-02", "--to", "2026-03-01", "--reason", "x"], ["journal", "verfy"],
        ["journal", "verify", "--head"], ["journal", "stats", "--bogus"], ["journal", "export", "--from", "x"], ["journal", "erase", "0", "--reason", "x"],
        ["schema"], ["schema", "config", "extra"],
    ]

    @Test func whatIsWrongWithTheCommandLineIsWrongUsageWhateverThereIs() async throws {
        let workspace = try Workspace()
        for place in ["without a configuration", "without data", "with a broken configuration"] {
            for command in Self.wrongUsage {
                // Those that end with an option that lacks its value take no more.
                let whole = command.last == "--config" || command.last == "--head" ? command : command + ["--config", workspace.path + "/weir.yaml"]
                let outcome = try await WeirProgram.run(whole)
                let lines = outcome.errors.split(separator: "\n")
                #expect(
                    outcome.status == 2 && outcome.output.isEmpty && lines.count == 2 && lines[0].hasPrefix("weir: ") && lines[1].hasPrefix("hint: "),
                    "\(place) \(command): \(outcome.status) \(outcome.errors)")
            }
            let yaml = "sources: { last: { adapter: reconfirm, secrets: \"file:none\" } }\nsinks: { archive: { type: file, path: x } }\n"
            try workspace.write("weir.yaml", place == "without data" ? "sorces: {}\n" : yaml)
        }
    }

    @Test func aConfigurationThatIsNotThereHidesNoSlip() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        #expect(await gateway.end() == 0)
        try FileManager.default.removeItem(atPath: workspace.path + "/weir.yaml")
        for command in [
            ["findings"], ["sources"], ["show", "1"], ["dead", "list"], ["journal", "stats"], ["check"], ["send", "last", "/dev/null"],
            ["void", "--source", "last", "--from", "1", "--to", "1", "--reason", "x"], ["journal", "erase", "1", "--reason", "x"],
            ["dead", "drop", "archive", "--all"],
        ] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.contains("there is no such file"), "\(command): \(outcome.errors)")
            #expect(outcome.errors.contains("weir init writes a first one"), "\(command): \(outcome.errors)")
        }
    }
}
