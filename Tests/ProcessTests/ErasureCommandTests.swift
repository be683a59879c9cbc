import Foundation
import JSONDocument
import Testing

/// `weir journal erase`, as somebody sees it who greps the data folder and runs every reading command.
struct ErasureCommandTests {
    private static let words = "LEAKEDPASSWORD"

    /// - Parameter sink: One more sink, as the configuration has it.
    private static func workspace(sink: String? = nil) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("secret", SampleTests.secret)
        try workspace.write(
            "weir.yaml",
            """
            listen: { ingest: 127.0.0.1:0 }
            data: ./data
            sources:
              last: { adapter: reconfirm, secrets: [ "file:secret" ] }
            sinks:
              archive: { type: file, path: changes.ndjson }
              # Nobody listens there.
              away: { type: webhook, url: "http://127.0.0.1:9/hook", networks: [ 127.0.0.0/8 ] }

            """ + (sink.map { "  hook: \($0)\n" } ?? ""))
        return workspace
    }

    private static func post(_ scan: String, finding: String? = nil, day: Int = 1, title: String, to gateway: RunningGateway) async throws -> String {
        let body = """
            {"scanId":"\(scan)","status":"completed","timestamp":"2026-01-0\(day)T00:00:00Z","note":"\(title)",\
            "results":{"threatsFound":1,"details":{"www.example.com":[{"id":"\(finding ?? scan)-1","name":"\(title)","severity":"high"}]}}}
            """
        let answer = try await PlainRequest.post(
            "/in/last", body: Array(body.utf8), headers: ["Authorization: Bearer \(SampleTests.secret)"], port: gateway.port)
        #expect(answer.status == 200)
        return try #require(try JSONValue(parsing: Array(answer.body.utf8))["receipt"]?.stringValue)
    }

    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    /// Every file of the data folder with the words in it.
    private static func holders(_ workspace: Workspace) -> [String] { workspace.files(containing: words).filter { $0.hasPrefix("data/") } }

    private func expectNoneShown(in workspace: Workspace) async throws {
        for command in [
            ["findings"], ["findings", "--json"], ["scans", "--json"], ["events"], ["journal", "export"], ["rebuild", "--diff"], ["dead", "list", "away"],
        ] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(!outcome.output.contains(Self.words), "\(command)")
        }
        let found = try await Self.run(["findings", "--json"], in: workspace)
        for line in found.output.split(separator: "\n") {
            let uid = try #require(try JSONValue(parsing: Array(line.utf8))["uid"]?.stringValue)
            for form in [[], ["--history"], ["--why"]] {
                #expect(try await !Self.run(["show", uid] + form, in: workspace).output.contains(Self.words), "\(form)")
            }
        }
    }

    @Test(arguments: [true, false]) func itsWordsAreNowhereAndNothingIsSentAgain(isRunning: Bool) async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        _ = try await Self.post("a", title: "ordinary", to: gateway)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        _ = try await Self.post("c", title: "after", to: gateway)
        let arrived = await Condition.holds(within: 60) { SinkChange.lines(of: workspace.read("changes.ndjson")).count >= 6 }
        #expect(arrived)
        #expect(!Self.holders(workspace).isEmpty)
        if !isRunning { #expect(await gateway.end() == 0) }
        let erased = try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace)
        #expect(erased.status == 0 && erased.output == "receipt \(receipt): erased\n", "\(erased.errors)")
        #expect(Self.holders(workspace) == [])
        let again = try await Self.run(["journal", "erase", receipt, "--reason", "once more"], in: workspace)
        #expect(again.status == 0 && again.output.hasPrefix("receipt \(receipt): was erased already, by entry "), "\(again.output)\(again.errors)")
        #expect(again.output.contains(": leaked)") && !again.output.contains("once more"), "\(again.output)")
        try await expectNoneShown(in: workspace)
        if isRunning { #expect(await gateway.end() == 0) }
        #expect(try await Self.run(["journal", "verify"], in: workspace).status == 0)
        let before = SinkChange.lines(of: workspace.read("changes.ndjson"))
        for file in ["state.db", "state.db-wal", "state.db-shm"] { try? FileManager.default.removeItem(atPath: workspace.path + "/data/" + file) }
        gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.run(["rebuild", "--apply"], in: workspace).status == 0)
        _ = try await Self.post("d", title: "last", to: gateway)
        let done = await Condition.holds(within: 60) { SinkChange.lines(of: workspace.read("changes.ndjson")).count >= before.count + 2 }
        #expect(done)
        let sinks = try await Self.run(["sinks", "--json"], in: workspace)
        let away = try #require(sinks.output.split(separator: "\n").first { $0.contains("\"away\"") })
        #expect(try JSONValue(parsing: Array(away.utf8))["start"] != nil)
        #expect(await gateway.end() == 0)
        let after = SinkChange.lines(of: workspace.read("changes.ndjson"))
        #expect(after.prefix(before.count).map(\.id) == before.map(\.id) && Set(after.map(\.id)).count == after.count)
        #expect(
            !String(decoding: workspace.read("changes.ndjson"), as: UTF8.self).components(separatedBy: "\n").dropFirst(before.count).joined().contains(
                Self.words))
        #expect(Self.holders(workspace) == [])
    }

    @Test func whatStateKnowsToBeErasedIsNotExportedFromAJournalThatIsOlder() async throws {
        let workspace = try Self.workspace(), files = FileManager.default, journal = workspace.path + "/data/journal"
        var gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("a", title: "with \(Self.words)", to: gateway)
        #expect(await gateway.end() == 0)
        try files.copyItem(atPath: journal, toPath: workspace.path + "/before")
        gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        #expect(await gateway.end() == 0)
        try files.removeItem(atPath: journal)
        try files.moveItem(atPath: workspace.path + "/before", toPath: journal)
        let exported = try await Self.run(["journal", "export"], in: workspace)
        #expect(exported.output.contains("\"erased\":true") && !exported.output.contains(Self.words), "\(exported.output)\(exported.errors)")
    }

    /// Whether the dead letters hold `words` within a minute.
    private static func letters(in workspace: Workspace, come words: String) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await run(["dead", "list", "--json"], in: workspace).output.contains(words) { return true }
        }
        return false
    }

    /// As after an end of the process just behind the decision, whatever of the files had been written by then.
    @Test(arguments: [["state.db", "ledger.db"], ["ledger.db"], ["state.db"]])
    func whatAnEraseThatWasCutOffLeftIsDoneByTheNextStart(older: [String]) async throws {
        let receiver = try await DocumentedReceiver()
        let workspace = try Self.workspace(sink: receiver.sink)
        try workspace.write("hook-secret", DocumentedReceiver.secret)
        var gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        // A dead letter of the same finding, from another receipt.
        _ = try await Self.post("c", finding: "b", day: 2, title: "refuse-me", to: gateway)
        #expect(try await Self.letters(in: workspace, come: "this cannot be taken"))
        #expect(await gateway.end() == 0)
        for file in older { try workspace.copy("data/" + file, to: file) }
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        #expect(Self.holders(workspace) == [])
        for file in older { try workspace.copy(file, to: "data/" + file) }
        if older.contains("state.db") { #expect(!Self.holders(workspace).isEmpty) }
        gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.letters(in: workspace, come: "(erased)"))
        let isGone = await Condition.holds(within: 60) { Self.holders(workspace) == [] }
        #expect(isGone, "\(Self.holders(workspace))")
        #expect(await gateway.end() == 0)
        #expect(Self.holders(workspace) == [])
    }

    /// Neither `state.db` nor `ledger.db` knows of the erasure, so what was erased would be told again: it is not, however soon a sink asks.
    @Test(arguments: [true, false]) func whatWasErasedIsNotToldFromFilesOfBeforeTheErasure(isLedgerLost: Bool) async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        #expect(await gateway.end() == 0)
        try workspace.copy("data/ledger.db", to: "ledger.db")
        gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        #expect(await Condition.holds(within: 60) { SinkChange.lines(of: workspace.read("changes.ndjson")).count >= 2 })
        #expect(await gateway.end() == 0)
        try workspace.copy("data/state.db", to: "state.db")
        gateway = try await RunningGateway.start(in: workspace)
        // What stands between is projected again before the decision is.
        for number in 0..<100 { _ = try await Self.post("c\(number)", title: "between", to: gateway) }
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        #expect(await gateway.end() == 0)
        for name in ["state.db", "ledger.db"] {
            for end in ["", "-wal", "-shm", "-mark"] { try? FileManager.default.removeItem(atPath: workspace.path + "/data/" + name + end) }
        }
        try workspace.copy("state.db", to: "data/state.db")
        if !isLedgerLost { try workspace.copy("ledger.db", to: "data/ledger.db") }
        #expect(Self.holders(workspace) == ["data/state.db"])
        let before = workspace.read("changes.ndjson").count
        gateway = try await RunningGateway.start(in: workspace)
        let last = try await Self.post("d", title: "last", to: gateway)
        #expect(await Condition.holds(within: 60) { String(decoding: workspace.read("changes.ndjson"), as: UTF8.self).contains("-\(last)-1\"") })
        let told = workspace.read("changes.ndjson").dropFirst(before)
        #expect(SinkChange.lines(of: Array(told)).count > 100 && !String(decoding: told, as: UTF8.self).contains(Self.words))
        #expect(await gateway.end() == 0)
    }

    private static let segment = "data/journal/00000000000000000001.segment"

    /// A part of the journal that is put back from before the erasure, with its body, before what came later.
    @Test(arguments: [[], ["state.db"], ["journal/erased"], ["journal/erased", "state.db"]])
    func aBodyThatIsPutBackIsErasedByTheNextStart(lost: [String]) async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        _ = try await Self.post("c", title: "after", to: gateway)
        #expect(await gateway.end() == 0)
        let before = workspace.read(Self.segment), end = (before.lastIndex { $0 != 0 } ?? 0) / 4096 * 4096 + 4096
        gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        #expect(await gateway.end() == 0)
        #expect(Self.holders(workspace) == [])
        let sent = SinkChange.lines(of: workspace.read("changes.ndjson"))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: workspace.path + "/" + Self.segment))
        try file.write(contentsOf: before.prefix(end))
        try file.close()
        for name in lost { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: workspace.path + "/data/" + name + end) } }
        #expect(Self.holders(workspace) == [Self.segment])
        let verified = try await Self.run(["journal", "verify"], in: workspace)
        #expect(verified.status == 1 && verified.output.contains("not erased: ") && verified.errors.contains("what was erased"), "\(verified)")
        for command in [["journal", "export"], ["journal", "export", "--all"], ["show", receipt], ["events", "--json"], ["findings", "--json"]] {
            let outcome = try await Self.run(command, in: workspace)
            #expect(!(outcome.output + outcome.errors).contains(Self.words), "\(command)")
        }
        gateway = try await RunningGateway.start(in: workspace)
        #expect(await Condition.holds(within: 60) { Self.holders(workspace) == [] }, "\(Self.holders(workspace))")
        let last = try await Self.post("d", title: "last", to: gateway)
        #expect(await Condition.holds(within: 60) { String(decoding: workspace.read("changes.ndjson"), as: UTF8.self).contains("-\(last)-1\"") })
        try await expectNoneShown(in: workspace)
        #expect(try await !Self.run(["show", receipt], in: workspace).output.contains(Self.words))
        #expect(await gateway.end() == 0)
        let later = SinkChange.lines(of: workspace.read("changes.ndjson"))
        #expect(later.prefix(sent.count).map(\.id) == sent.map(\.id) && Set(later.map(\.id)).count == later.count)
        #expect(try await Self.run(["journal", "verify"], in: workspace).status == 0)
    }

    /// The decision is not in the journal that is put back: only state.db knows of it.
    @Test func whatOnlyStateKnowsToBeErasedIsDecidedAgain() async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        _ = try await Self.post("c", title: "after", to: gateway)
        #expect(await gateway.end() == 0)
        let files = FileManager.default, journal = workspace.path + "/data/journal"
        try files.copyItem(atPath: journal, toPath: workspace.path + "/older")
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        let known = try await Self.run(["findings", "--json"], in: workspace).output
        try files.removeItem(atPath: journal)
        try files.moveItem(atPath: workspace.path + "/older", toPath: journal)
        gateway = try await RunningGateway.start(in: workspace)
        #expect(await Condition.holds(within: 60) { Self.holders(workspace) == [] }, "\(Self.holders(workspace))")
        #expect(await gateway.end() == 0)
        let exported = try await Self.run(["journal", "export", "--all"], in: workspace)
        #expect(exported.output.contains("\\\"action\\\":\\\"erase\\\""))
        #expect(try await Self.run(["journal", "verify"], in: workspace).status == 0)
        for end in ["", "-wal", "-shm"] { try? files.removeItem(atPath: workspace.path + "/data/state.db" + end) }
        gateway = try await RunningGateway.start(in: workspace)
        _ = try await Self.post("d", title: "last", to: gateway)
        try await expectNoneShown(in: workspace)
        #expect(await gateway.end() == 0)
        let made = try await Self.run(["findings", "--json"], in: workspace).output
        #expect(known.split(separator: "\n").allSatisfy { made.contains($0) })
        #expect(Self.holders(workspace) == [])
    }

    /// Neither the journal that is put back nor state.db, which is lost, knows of the erasure: that cannot be done again, but said.
    /// Of a receipt that came after the copy nothing is told: its number is another's soon.
    @Test(arguments: ["ledger.db", "the list"]) func whatOnlyOneFileKnowsToBeErasedIsTold(file: String) async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        let receipt = try await Self.post("b", title: "with \(Self.words)", to: gateway)
        #expect(await Condition.holds(within: 60) { SinkChange.lines(of: workspace.read("changes.ndjson")).count >= 2 })
        #expect(await gateway.end() == 0)
        let files = FileManager.default, journal = workspace.path + "/data/journal", older = workspace.path + "/older"
        try files.copyItem(atPath: journal, toPath: older)
        gateway = try await RunningGateway.start(in: workspace)
        let later = try await Self.post("d", title: "later", to: gateway)
        for number in [receipt, later] {
            #expect(try await Self.run(["journal", "erase", number, "--reason", "leaked"], in: workspace).status == 0)
        }
        #expect(await gateway.end() == 0)
        if file != "ledger.db" { try files.copyItem(atPath: journal + "/erased", toPath: older + "/erased") }
        try files.removeItem(atPath: journal)
        try files.moveItem(atPath: older, toPath: journal)
        for name in ["state.db", "ledger.db"] where name != file {
            for end in ["", "-wal", "-shm"] { try? files.removeItem(atPath: workspace.path + "/data/" + name + end) }
        }
        gateway = try await RunningGateway.start(in: workspace)
        let told = "has no decision about them: look with 'weir show N' and erase them again: \(receipt)\""
        #expect(await Condition.holds(within: 60) { String(decoding: workspace.read("changes.ndjson"), as: UTF8.self).contains(told) })
        #expect(try await Self.run(["journal", "erase", receipt, "--reason", "leaked"], in: workspace).status == 0)
        #expect(Self.holders(workspace) == [])
        #expect(await gateway.end() == 0)
    }

    @Test func whereNothingWasErasedNothingIsSaidOfErasures() async throws {
        let workspace = try Self.workspace()
        try workspace.write("data/ledger.db", String(repeating: "no database. ", count: 1000))
        let gateway = try await RunningGateway.start(in: workspace)
        _ = try await Self.post("a", title: "x", to: gateway)
        @Sendable func log() -> String { String(decoding: workspace.read("gateway.log"), as: UTF8.self) }
        #expect(await Condition.holds(within: 60) { log().contains("nothing is delivered: ") })
        #expect(try await Self.run(["sinks"], in: workspace).status == 0)
        #expect(await gateway.end() == 0)
        #expect(!log().contains("eras"), "\(log())")
    }
}
