import Foundation
import Glibc
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
        for arguments in [["scans", "--json"], ["scans"], ["events"], ["sources"], ["sinks"], ["sinks", "--json"]] {
            let partial = try await Self.run(arguments, in: workspace)
            #expect(partial.status == 3 && partial.errors.contains("weir: rebuilding, ") && partial.errors.contains(" of "), "\(arguments) \(partial.errors)")
        }
        let partial = try await Self.run(["scans", "--json"], in: workspace)
        #expect(partial.output.split(separator: "\n").count == 1)
        try await expectNoComparison(in: workspace)

        try FileManager.default.removeItem(atPath: state)
        let none = try await Self.run(["findings"], in: workspace)
        #expect(none.status == 3 && none.output.isEmpty && none.errors.contains("rebuilding, 0 of "), "\(none.output)\(none.errors)")
    }

    /// Expects that nothing is compared with half a state.db.
    private func expectNoComparison(in workspace: Workspace) async throws {
        for arguments in [
            ["rebuild", "--diff"], ["rebuild", "--diff", "--json"], ["rebuild"],
            ["void", "--source", "last", "--from", "1", "--to", "2", "--reason", "a test"],
        ] {
            let refused = try await Self.run(arguments, in: workspace)
            #expect(refused.status == 3 && refused.output.isEmpty, "\(arguments) \(refused.output)")
            #expect(refused.errors.hasPrefix("weir: rebuilding, ") && refused.errors.contains(": nothing can be compared with it yet\n"), "\(refused.errors)")
        }
    }

    @Test func aListSaysSoWhileTheRunningGatewayMakesItAgain() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let state = workspace.path + "/data/state.db", older = workspace.path + "/older.db"
        var gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace, number: 1)
        let uid = try #require(try await SampleTests.changes(in: workspace, after: 1).first { $0.type == "scan.failed" }?.json["subject"]?.stringValue)
        #expect(await gateway.end() == 0)
        try FileManager.default.copyItem(atPath: state, toPath: older)
        gateway = try await RunningGateway.start(in: workspace)
        // Harmless without the test switch; with it the projector stands at this receipt.
        let marked = "{\"scanId\":\"last-2\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"note\":\"weir-test-hang\"}"
        try await SampleTests.send("last", Array(marked.utf8), in: workspace)
        _ = try await SampleTests.changes(in: workspace, after: 2)
        #expect(await gateway.end() == 0)
        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.moveItem(atPath: older, toPath: state)

        gateway = try await RunningGateway.start(
            in: workspace, environment: ["WEIR_TEST_POISON": "1", "WEIR_TEST_WATCHDOG_SECONDS": "60", "SWIFT_BACKTRACE": "enable=no"])
        for (arguments, lines) in [
            (["scans", "--json"], 1), (["scans"], 2), (["events", "--json"], 1), (["findings"], 0), (["show", uid], nil), (["sources"], nil), (["sinks"], nil),
        ] as [([String], Int?)] {
            let partial = try await Self.run(arguments, in: workspace)
            #expect(partial.status == 3 && partial.errors.contains("weir: rebuilding, ") && partial.errors.contains(" of "), "\(arguments) \(partial.errors)")
            if let lines { #expect(partial.output.split(separator: "\n").count == lines, "\(arguments) \(partial.output)") }
        }
        try await expectNoComparison(in: workspace)
        // Half of it would be sent, and the other half never.
        for flag in [[], ["--yes"]] {
            let refused = try await Self.run(["replay", "archive", "--from", "1"] + flag, in: workspace)
            #expect(refused.status == 3 && refused.output.isEmpty, "\(refused.output)")
            #expect(refused.errors.hasPrefix("weir: rebuilding, "), "\(refused.errors)")
        }
        _ = await gateway.end(SIGKILL)
        gateway = try await RunningGateway.start(in: workspace)
        let isWhole = try await Self.becomesWhole(in: workspace)
        #expect(isWhole, "two scans, exit 0, not a word on standard error")
        #expect(await gateway.end() == 0)
    }

    /// Whether the list of scans comes to have both, and no word beside it, before long.
    private static func becomesWhole(in workspace: Workspace) async throws -> Bool {
        for _ in 0..<60 {
            let scans = try await run(["scans", "--json"], in: workspace)
            if scans.status == 0, scans.output.split(separator: "\n").count == 2, scans.errors.isEmpty { return true }
        }
        return false
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
        for (arguments, status, errors) in [
            (["findings", "--source", "lst"], 1, "weir: unknown source 'lst'\nhint: did you mean 'last'?\n"),
            (["scans", "--source", "hostedscan"], 1, "weir: unknown source 'hostedscan'\nhint: known: last\n"),
            (["events", "--source", "lats"], 1, "weir: unknown source 'lats'\nhint: did you mean 'last'?\n"),
            (["events", "--kind", "scna"], 1, "weir: unknown kind 'scna'\nhint: "),
            (["findings", "--status", "opn"], 2, "weir: unknown status 'opn'\nhint: did you mean 'open'?\n"),
            (["scans", "--sort", "severity"], 2, "weir: unknown order 'severity'\nhint: known: new, old, seen\n"),
            (["findings", "--sort", "new", "--after", "f_0"], 1, "weir: there is no record 'f_0' to go on after\n"),
            (
                ["findings", "--after", "f_0"], 2,
                "weir: 'f_0' is no place in order 'seen', in which records move\nhint: after is what the page before gave as next"
            ),
            (["show", "99"], 1, "weir: there is no entry 99\n"),
        ] as [([String], Int32, String)] {
            let outcome = try await Self.run(arguments, in: workspace)
            #expect(outcome.status == status && outcome.errors.hasPrefix(errors), "\(arguments): \(outcome.errors)")
        }
        let usage = try await Self.run(["events", "--since", "7days"], in: workspace)
        #expect(usage.status == 2 && usage.errors.contains("did you mean '7d'?"), "\(usage.errors)")
        let filtered = try await Self.run(["scans", "--since", "7d", "--sort", "old", "--limit", "5"], in: workspace)
        #expect(filtered.status == 0 && filtered.output.contains("failed"), "\(filtered.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test func receiptsAreNamedByTheirNumbersToo() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace, number: 1)
        try await SampleTests.sendLast(in: workspace, number: 2)
        _ = try await SampleTests.changes(in: workspace, after: 2)
        let listed = try await Self.run(["events", "--sort", "old", "--json"], in: workspace).output.split(separator: "\n")
        let numbers = try listed.map { try #require(JSONValue(parsing: Array($0.utf8))["receipt"]?.stringValue) }
        try #require(numbers.count == 2)
        for (arguments, count) in [
            (["events", "--since", numbers[1]], 1), (["events", "--until", numbers[0]], 1), (["scans", "--since", numbers[0], "--until", numbers[1]], 2),
            (["scans", "--since", numbers[1]], 1),
        ] {
            let outcome = try await Self.run(arguments + ["--json"], in: workspace)
            #expect(outcome.status == 0 && outcome.output.split(separator: "\n").count == count, "\(arguments): \(outcome.output)\(outcome.errors)")
        }
        let replay = try await Self.run(["replay", "archive", "--from", numbers[1], "--to", numbers[1], "--type", "scan.*"], in: workspace)
        #expect(replay.status == 0 && replay.output.contains("would get 1 change"), "\(replay.output)\(replay.errors)")
        #expect(replay.output.contains(", made by entry \(numbers[1]) (20") && !replay.errors.contains("beyond"), "\(replay.output)\(replay.errors)")
        let beyond = try await Self.run(["replay", "archive", "--from", numbers[0], "--to", "100000"], in: workspace)
        #expect(beyond.status == 0 && beyond.output.contains(", made by entries \(numbers[0]) to \(numbers[1]) (20"), "\(beyond.output)")
        #expect(beyond.errors.contains("--to 100000 lies beyond the newest entry, "), "\(beyond.errors)")
        let void = ["void", "--source", "last", "--reason", "a test"]
        let preview = try await Self.run(void + ["--from", numbers[1], "--to", numbers[1]], in: workspace)
        #expect(preview.status == 0 && preview.output.contains("scan.cancelled"), "\(preview.output)\(preview.errors)")
        for (from, to, words) in [
            ("99999", "99999", "there is no receipt 99999 yet"), (numbers[1], numbers[0], "is later than --to"),
            ("soon", "2026-01-01", "'soon' is not a time such as 2026-03-02"),
        ] {
            for isMade in [false, true] {
                let outcome = try await Self.run(void + ["--from", from, "--to", to] + (isMade ? ["--yes"] : []), in: workspace)
                #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
        let done = try await Self.run(void + ["--from", numbers[1], "--to", numbers[1], "--yes"], in: workspace)
        #expect(done.status == 0 && done.output.hasSuffix(": 1 receipt left out, 1 change made for the sinks\n"), "\(done.output)\(done.errors)")
        let left = try await Self.run(["events", "--outcome", "voided", "--json"], in: workspace)
        #expect(left.output.split(separator: "\n").count == 1 && left.output.contains("\"receipt\":\"\(numbers[1])\""), "\(left.output)")
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
        #expect(wrong.status == 2 && wrong.errors.contains("is an entry of the journal"), "\(wrong.errors)")
        let alone = try await Self.run(["show", change.id, "--json"], in: workspace)
        #expect(try alone.status == 0 && JSONValue(parsing: Array(alone.output.utf8)) == change.json, "\(alone.output)")
        #expect(await gateway.end() == 0)
    }

    @Test func everyListSaysHowToGoOnAndGoesOnExactlyThere() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for number in 1...5 { try await SampleTests.sendLast(in: workspace, number: number) }
        let changes = try await SampleTests.changes(in: workspace, after: 5)
        for (list, id, orders) in [("scans", "uid", ["seen", "new", "old"]), ("events", "receipt", ["new", "old"])] {
            for order in orders + [nil] {
                var shown: [String] = [], place: String?
                repeat {
                    // What was said holds the order.
                    let words = place.map { ["--after", $0] } ?? order.map { ["--sort", $0] } ?? []
                    let page = try await Self.run([list, "--json", "--limit", "2"] + words, in: workspace)
                    #expect(page.status == 0, "\(page.errors)")
                    shown += try page.output.split(separator: "\n").map { try #require(try JSONValue(parsing: Array($0.utf8))[id]?.stringValue) }
                    place = page.errors.components(separatedBy: "--after ").dropFirst().first?.components(separatedBy: " ").first
                    if place != nil { #expect(page.errors.hasPrefix("2 rows shown; --limit shows more, --after "), "\(page.errors)") }
                } while place != nil && shown.count < 20
                #expect(shown.count == 5 && Set(shown).count == 5, "\(list) \(order ?? "in its own order"): \(shown)")
            }
        }
        let table = try await Self.run(["scans", "--limit", "3"], in: workspace)
        let place = try #require(table.errors.components(separatedBy: "--after ").dropFirst().first?.components(separatedBy: " ").first)
        let rest = try await Self.run(["scans", "--after", place], in: workspace)
        #expect(rest.status == 0 && rest.output.split(separator: "\n").count == 3 && rest.errors.isEmpty, "\(rest.output)\(rest.errors)")
        let uid = try #require(changes.first { $0.type == "scan.failed" }?.json["subject"]?.stringValue)
        let limited = try await Self.run(["show", uid, "--limit", "1"], in: workspace)
        #expect(limited.status == 2 && limited.errors.contains("--limit and --after need --history"), "\(limited.errors)")
        #expect(await gateway.end() == 0)
    }
}
