import Foundation
import JSONDocument
import Testing

/// `weir journal verify`, `stats` and `export` of a copy, without a configuration; and what is said where entries cannot be read.
struct JournalCommandTests {
    /// A data folder with two receipts, whose gateway has ended; and the numbers of the receipts.
    private static func made() async throws -> (workspace: Workspace, receipts: [String]) {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for number in 1...2 { try await SampleTests.sendLast(in: workspace, number: number) }
        _ = try await SampleTests.changes(in: workspace, after: 2)
        let listed = try await run(["events", "--sort", "old", "--json"], in: workspace).output.split(separator: "\n")
        let numbers = try listed.map { try #require(JSONValue(parsing: Array($0.utf8))["receipt"]?.stringValue) }
        try #require(numbers.count == 2)
        #expect(await gateway.end() == 0)
        return (workspace, numbers)
    }

    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    @Test func aCopyIsReadWithoutAConfiguration() async throws {
        let (workspace, _) = try await Self.made()
        let copies = try Workspace()
        try FileManager.default.copyItem(atPath: workspace.path + "/data", toPath: copies.path + "/whole")
        try FileManager.default.copyItem(atPath: workspace.path + "/data/journal", toPath: copies.path + "/alone")
        for command in [["verify"], ["stats"], ["export"], ["verify", "--json"], ["stats", "--json"], ["export", "--all"]] {
            let own = try await Self.run(["journal"] + command, in: workspace)
            #expect(own.status == 0 && !own.output.isEmpty, "\(own.errors)")
            for copy in ["whole", "alone"] {
                let outcome = try await WeirProgram.run(["journal"] + command + ["--data", "\(copies.path)/\(copy)"])
                #expect(outcome.status == 0 && outcome.output == own.output && outcome.errors.isEmpty, "\(command) \(copy): \(outcome.errors)")
            }
        }
        for (folder, words) in [("none", "there is no folder \(copies.path)/none"), ("", "there is no journal in \(copies.path)")] {
            let outcome = try await WeirProgram.run(["journal", "verify", "--data", "\(copies.path)/\(folder)"])
            #expect(outcome.status == 1 && outcome.output.isEmpty && outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test func whatCannotBeReadIsSaidByEveryListAndByCheck() async throws {
        let (workspace, receipts) = try await Self.made()
        for command in [["check"], ["sources"], ["findings"]] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(!outcome.errors.contains("cannot be read"), "\(command): \(outcome.errors)")
        }
        // A bit of the first receipt's body, and everything that was made of it.
        let folder = workspace.path + "/data/journal"
        let segment = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first { $0.first?.isNumber == true })
        var bytes = Data(workspace.read("data/journal/" + segment))
        let place = try #require(bytes.range(of: Data("\"scanId\"".utf8)))
        bytes[place.lowerBound + 1] ^= 1
        try bytes.write(to: URL(fileURLWithPath: folder + "/" + segment))
        for name in try FileManager.default.contentsOfDirectory(atPath: workspace.path + "/data") where name.hasPrefix("state.db") {
            try FileManager.default.removeItem(atPath: workspace.path + "/data/" + name)
        }
        let gateway = try await RunningGateway.start(in: workspace)
        let words = "weir: warning: entry \(receipts[0]) of the journal cannot be read: 'weir journal verify' names the place\n"
        for place in ["running", "stopped"] {
            for command in [["sources"], ["sinks"], ["findings"], ["scans", "--json"], ["events"]] {
                let outcome = try await Self.run(command, in: workspace)
                #expect(outcome.status == 0 && outcome.errors == words, "\(place) \(command): \(outcome.status) \(outcome.errors)")
            }
            let void = ["void", "--source", "last", "--from", "1", "--to", String(receipts[0]), "--reason", "x"]
            for command in [void, ["replay", "archive", "--from", "1"]] where place == "running" || command == void {
                let outcome = try await Self.run(command, in: workspace)
                #expect(outcome.status == 0 && outcome.errors.hasPrefix(words), "\(place) \(command): \(outcome.status) \(outcome.errors)")
            }
            let check = try await Self.run(["check"], in: workspace)
            #expect(
                check.status == 0
                    && check.errors.contains("entry \(receipts[0]) of the journal cannot be read (hint: 'weir journal verify' names the place)"),
                "\(place): \(check.errors)")
            if place == "running" { #expect(await gateway.end() == 0) }
        }
    }
}
