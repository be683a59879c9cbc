import Foundation
import JSONDocument
import Testing

/// `weir void`, and what is shown of it afterwards, with a gateway and without one.
struct VoidCommandTests {
    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    private static func numbers(in workspace: Workspace) async throws -> [String] {
        let lines = try await run(["events", "--sort", "old", "--json"], in: workspace).output.split(separator: "\n")
        return try lines.map { try #require(try JSONValue(parsing: Array($0.utf8))["receipt"]?.stringValue) }
    }

    @Test func aVoidCountsReceiptsIsDoneOnceAndIsShown() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for number in 1...4 { try await SampleTests.sendLast(in: workspace, number: number) }
        let changes = try await SampleTests.changes(in: workspace, after: 4)
        let numbers = try await Self.numbers(in: workspace)
        try #require(numbers.count == 4)
        for (isRunning, from, to) in [(true, 0, 1), (false, 2, 2)] {
            if !isRunning { #expect(await gateway.end() == 0) }
            let void = ["void", "--source", "last", "--from", numbers[from], "--to", numbers[to], "--reason"]
            let count = to - from + 1, receipts = "\(count) receipt\(count == 1 ? "" : "s")", made = "\(count) change\(count == 1 ? "" : "s")"
            let preview = try await Self.run(void + ["leaked"], in: workspace)
            #expect(preview.status == 0 && preview.output.hasSuffix("\(receipts) would be left out\n"), "\(preview.output)\(preview.errors)")
            let done = try await Self.run(void + ["leaked", "--yes"], in: workspace)
            #expect(done.status == 0 && done.output.hasSuffix(": \(receipts) left out, \(made) made for the sinks\n"), "\(done.output)\(done.errors)")
            let decision = try #require(done.output.split(separator: " ").dropFirst().first?.dropLast())
            let entries = try await Self.run(["journal", "stats"], in: workspace).output
            for extra in [[], ["--yes"]] {
                let again = try await Self.run(void + ["for another reason"] + extra, in: workspace)
                let words = "decision \(decision) has left these receipts out already; nothing \(extra.isEmpty ? "would be" : "was") added\n"
                #expect(again.status == 0 && again.output == words, "\(again.output)\(again.errors)")
            }
            let unchanged = try await Self.run(["journal", "stats"], in: workspace).output.components(separatedBy: "decision")
            #expect(entries.components(separatedBy: "decision").last?.prefix { $0 != "\n" } == unchanged.last?.prefix { $0 != "\n" }, "no decision was added")

            let shown = try await Self.run(["show", String(decision), "--json"], in: workspace)
            let entry = try JSONValue(parsing: Array(shown.output.utf8))
            #expect(entry["kind"]?.stringValue == "decision" && entry["content"]?["reason"]?.stringValue == "leaked", "\(shown.output)\(shown.errors)")
            #expect(entry["left_out"]?.integerValue == Int64(count) && entry["changes"]?.arrayValue?.count == count, "\(shown.output)")
            let uid = try #require(changes[from].json["subject"]?.stringValue)
            let gone = try await Self.run(["show", uid, "--json"], in: workspace)
            #expect(gone.status == 0 && gone.output.contains(uid), "\(gone.output)\(gone.errors)")
            #expect(
                gone.errors.contains("\(uid) counts no more: entry \(decision) left out what had told of it (") && gone.errors.contains(": leaked)"),
                "\(gone.errors)")
            let history = try await Self.run(["show", uid, "--history"], in: workspace)
            #expect(history.status == 0 && history.output.contains("scan.cancelled"), "\(history.output)")
        }
        let kept = try await Self.run(["scans", "--json"], in: workspace)
        #expect(kept.output.split(separator: "\n").count == 1)
    }

    /// Rows that would read alike name what differs.
    @Test func aDifferenceThatIsNotInTheSummaryIsNamed() async throws {
        let workspace = try SampleTests.workspace(sources: [("scans", "hostedscan"), ("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for (number, tags) in ["\"prod\"", "\"prod\",\"pci\""].enumerated() {
            let risk = """
                {"id":"r-\(number)","event_created_at":"2026-01-01T00:0\(number):00Z","type":"risk.updated","data":{"id":"risk-1","target":"a.example","tags":[\(tags)],\
                "status":"OPEN","risk_definition":{"title":"A title","threat_level":"HIGH"}}}
                """
            try await SampleTests.send("scans", Array(risk.utf8), in: workspace)
        }
        try await SampleTests.sendLast(in: workspace)
        _ = try await SampleTests.changes(in: workspace, after: 1)
        let numbers = try await Self.numbers(in: workspace)
        try #require(numbers.count == 3)
        let preview = try await Self.run(["void", "--source", "scans", "--from", numbers[1], "--to", numbers[1], "--reason", "leaked"], in: workspace)
        let row = preview.output.split(separator: "\n").first { $0.hasPrefix("f_") } ?? ""
        #expect(preview.status == 0 && row.contains("high open A title") && row.contains("(labels, "), "\(preview.output)\(preview.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test func aRangeWithoutReceiptsIsNamedAndNothingIsDecided() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace, number: 1)
        _ = try await SampleTests.changes(in: workspace, after: 1)
        let void = ["void", "--source", "last", "--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z", "--reason", "a slip"]
        for isRunning in [true, false] {
            if !isRunning { #expect(await gateway.end() == 0) }
            for extra in [[], ["--yes"]] {
                let outcome = try await Self.run(void + extra, in: workspace)
                #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome.output)")
                #expect(outcome.errors.contains("no receipt of 'last' lies in that range: there is nothing to leave out"), "\(outcome.errors)")
            }
        }
        #expect(try await !Self.run(["journal", "stats"], in: workspace).output.contains("decision"))
    }

    @Test func anErasureIsShownByItsNumberWithoutWhatItTookAway() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        try await SampleTests.sendLast(in: workspace)
        _ = try await SampleTests.changes(in: workspace, after: 1)
        let number = try #require(try await Self.numbers(in: workspace).first)
        #expect(try await Self.run(["journal", "erase", number, "--reason", "asked for"], in: workspace).status == 0)
        #expect(await gateway.end() == 0)
        let export = try await Self.run(["journal", "export", "--all"], in: workspace).output
        let line = try #require(export.split(separator: "\n").last { $0.contains("asked for") })
        let decision = try #require(try ["entry", "receipt", "number"].compactMap { try JSONValue(parsing: Array(line.utf8))[$0]?.stringValue }.first)
        let shown = try await Self.run(["show", decision, "--json"], in: workspace)
        let entry = try JSONValue(parsing: Array(shown.output.utf8))
        #expect(entry["content"]?["action"]?.stringValue == "erase" && entry["content"]?["husk"] == nil, "\(shown.output)\(shown.errors)")
    }
}
