import Foundation
import JSONDocument
import Testing

/// What the listing commands print, and what they say beside it.
struct ListingCommandTests {
    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    @Test func aListIsNotWholeWhileStateIsMadeAgain() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let state = workspace.path + "/data/state.db", older = workspace.path + "/older.db"
        for number in 1...2 {
            let gateway = try await RunningGateway.start(in: workspace)
            try await SampleTests.sendLast(in: workspace, number: number)
            _ = try await SampleTests.changes(in: workspace, after: number)
            #expect(await gateway.end() == 0)
            if number == 1 { try FileManager.default.copyItem(atPath: state, toPath: older) }
        }
        let whole = try await Self.run(["scans", "--json"], in: workspace)
        #expect(whole.status == 0 && whole.output.split(separator: "\n").count == 2 && whole.errors.isEmpty, "\(whole.errors)")

        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.moveItem(atPath: older, toPath: state)
        for arguments in [["scans", "--json"], ["scans"], ["events"], ["sources"]] {
            let partial = try await Self.run(arguments, in: workspace)
            #expect(partial.status == 3 && partial.errors.contains("weir: rebuilding, ") && partial.errors.contains(" of "), "\(arguments) \(partial.errors)")
        }
        let partial = try await Self.run(["scans", "--json"], in: workspace)
        #expect(partial.output.split(separator: "\n").count == 1)

        try FileManager.default.removeItem(atPath: state)
        let none = try await Self.run(["findings"], in: workspace)
        #expect(none.status == 3 && none.output.isEmpty && none.errors.contains("rebuilding, 0 of "), "\(none.output)\(none.errors)")
    }

    @Test func aBrokenConfigurationHidesNothing() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace)
        let change = try #require(try await SampleTests.changes(in: workspace, after: 1).first { $0.type == "scan.failed" })
        let uid = try #require(change.json["subject"]?.stringValue)
        let receipt = try #require(change.json["data"]?["raw"]?["receipt"]?.stringValue)
        let commands = [["scans"], ["events"], ["sources"], ["sinks"], ["show", uid], ["show", receipt], ["dead", "list"], ["journal", "stats"]]
        for isRunning in [true, false] {
            for broken in [yaml.replacingOccurrences(of: "adapter: reconfirm", with: "adaptr: reconfirm"), "data: ./data # here\n\tsources: [", ""] {
                try workspace.write("weir.yaml", broken)
                for command in commands {
                    let outcome = try await Self.run(command, in: workspace)
                    #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(isRunning) \(command): \(outcome.errors)")
                    #expect(outcome.errors.contains("weir check says why"))
                }
            }
            if isRunning { #expect(await gateway.end() == 0) }
        }
        try workspace.write("weir.yaml", "data: ./elsewhere\nsources: [")
        let elsewhere = try await Self.run(["scans"], in: workspace)
        #expect(elsewhere.status == 1 && elsewhere.errors.contains("weir.yaml:"), "\(elsewhere.errors)")
    }

    @Test func wordsThatAreNotKnownAreErrorsWithAHint() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace)
        _ = try await SampleTests.changes(in: workspace, after: 1)
        for (arguments, errors) in [
            (["findings", "--source", "lst"], "weir: unknown source 'lst'\nhint: did you mean 'last'?\n"),
            (["scans", "--source", "hostedscan"], "weir: unknown source 'hostedscan'\nhint: known: last\n"),
            (["events", "--source", "lats"], "weir: unknown source 'lats'\nhint: did you mean 'last'?\n"),
            (["events", "--kind", "scna"], "weir: unknown kind 'scna'\nhint: "),
            (["findings", "--status", "opn"], "weir: unknown status 'opn'\nhint: did you mean 'open'?\n"),
            (["scans", "--sort", "severity"], "weir: unknown order 'severity'\nhint: known: new, old, seen\n"),
            (["findings", "--after", "f_0"], "weir: there is no record 'f_0' to go on after\n"),
            (["show", "99"], "weir: there is no receipt 99\n"),
        ] {
            let outcome = try await Self.run(arguments, in: workspace)
            #expect(outcome.status == 1 && outcome.errors.hasPrefix(errors), "\(arguments): \(outcome.errors)")
        }
        let usage = try await Self.run(["events", "--since", "7days"], in: workspace)
        #expect(usage.status == 2 && usage.errors.contains("did you mean '7d'?"), "\(usage.errors)")
        let filtered = try await Self.run(["scans", "--since", "7d", "--sort", "old", "--limit", "5"], in: workspace)
        #expect(filtered.status == 0 && filtered.output.contains("failed"), "\(filtered.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test func aReceiptIsShownByItsNumber() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace)
        let change = try #require(try await SampleTests.changes(in: workspace, after: 1).first { $0.type == "scan.failed" })
        let number = try #require(change.json["data"]?["raw"]?["receipt"]?.stringValue)
        let shown = try await Self.run(["show", number, "--json"], in: workspace)
        let receipt = try JSONValue(parsing: Array(shown.output.utf8))
        #expect(receipt["receipt"]?.stringValue == number && receipt["outcome"]?.stringValue == "mapped" && receipt["source"]?.stringValue == "last")
        #expect(receipt["verdict"]?["scheme"]?.stringValue == "bearer" && receipt["body"]?.stringValue == "kept")
        #expect(receipt["changes"]?.arrayValue?.contains { $0["id"]?.stringValue == change.id } == true, "\(shown.output)")
        let wrong = try await Self.run(["show", number, "--history"], in: workspace)
        #expect(wrong.status == 1 && wrong.errors.contains("is a receipt"), "\(wrong.errors)")
        #expect(await gateway.end() == 0)
    }
}
