import Foundation
import JSONDocument
import Synchronization
import Testing

/// SIGHUP: another configuration comes into force, or the old one stays.
struct ReloadTests {
    private static func yaml(secrets: [String], more: String = "", sinks: String = "  archive: { type: file, path: changes.ndjson }\n") -> String {
        let list = secrets.map { "\"file:\($0)\"" }.joined(separator: ", ")
        return "listen: { ingest: 127.0.0.1:0 }\ndata: ./data\nsources:\n  scan: { adapter: reconfirm, secrets: [ \(list) ] }\n\(more)sinks:\n\(sinks)"
    }

    private static func workspace() throws -> Workspace {
        let workspace = try Workspace()
        for name in ["old", "new"] { try workspace.write(name, secret(name)) }
        try workspace.write("weir.yaml", yaml(secrets: ["old"]))
        return workspace
    }

    private static func secret(_ name: String) -> String { "secret-\(name)-of-more-than-sixteen-bytes" }

    /// Writes the configuration, sends the signal, and waits until the log says what came of it for the `count`th time.
    private static func reload(_ yaml: String, _ gateway: RunningGateway, in workspace: Workspace, says words: String, count: Int = 1) async throws {
        try workspace.write("weir.yaml", yaml)
        kill(gateway.processIdentifier, SIGHUP)
        let said = await Condition.holds(within: 20) {
            String(decoding: workspace.read("gateway.log"), as: UTF8.self).components(separatedBy: words).count > count
        }
        try #require(said, "\(String(decoding: workspace.read("gateway.log"), as: UTF8.self))")
    }

    private static func post(_ source: String, _ id: String, secret: String, to gateway: RunningGateway) async throws -> Int {
        let body = Array("{\"scanId\":\"\(id)\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\"}".utf8)
        return try await PlainRequest.post("/in/\(source)", body: body, headers: ["Authorization: Bearer \(secret)"], port: gateway.port).status
    }

    private static func configEntries(_ workspace: Workspace) async throws -> Int64? {
        let stats = try await WeirProgram.run(["journal", "stats", "--json", "--config", workspace.path + "/weir.yaml"])
        return try JSONValue(parsing: Array(stats.output.utf8.dropLast()))["entries"]?["config"]?.integerValue
    }

    @Test func aSecretIsReplacedUnderLoadWithoutARefusal() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        let load = Load(secret: Self.secret("old"))
        let senders = (0..<4).map { sender in
            Task { [gateway] in
                var statuses: [Int] = []
                while !load.hasEnded {
                    statuses.append(try await Self.post("scan", "\(sender)-\(statuses.count)", secret: load.secret, to: gateway))
                    load.sent(by: sender)
                }
                return statuses
            }
        }
        try await Self.reload(Self.yaml(secrets: ["old", "new"]), gateway, in: workspace, says: "reloaded")
        let before = load.use(Self.secret("new"))
        // Until the last one that was begun with the old secret has been answered.
        try #require(await Condition.holds(within: 20) { load.everybodySent(2, since: before) })
        try await Self.reload(Self.yaml(secrets: ["new"]), gateway, in: workspace, says: "reloaded", count: 2)
        #expect(try await Self.post("scan", "late", secret: Self.secret("old"), to: gateway) == 401)
        #expect(try await Self.post("scan", "late", secret: Self.secret("new"), to: gateway) == 200)
        load.end()
        for sender in senders {
            let statuses = try await sender.value
            #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 }, "\(Set(statuses))")
        }
        // What records depend on is the same, so the journal needs no other entry.
        #expect(try await Self.configEntries(workspace) == 1)
        #expect(await gateway.end() == 0)
    }

    @Test func sourcesAndSinksComeAndGo() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.post("scan", "1", secret: Self.secret("old"), to: gateway) == 200)
        let begun = await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("changes.ndjson")).count == 1 }
        #expect(begun)
        let more = "  other: { adapter: reconfirm, secrets: [ \"file:new\" ] }\n"
        let sinks = "  second: { type: file, path: second.ndjson }\n"
        try await Self.reload(Self.yaml(secrets: ["old"], more: more, sinks: sinks), gateway, in: workspace, says: "reloaded")
        #expect(try await Self.configEntries(workspace) == 2)
        #expect(try await Self.post("other", "2", secret: Self.secret("new"), to: gateway) == 200)
        let arrived = await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("second.ndjson")).count == 2 }
        #expect(arrived, "a new sink begins at the first change")
        #expect(SinkChange.lines(of: workspace.read("changes.ndjson")).count <= 1, "a sink that is gone gets nothing more")
        let listed = try await WeirProgram.run(["sources", "--json", "--config", workspace.path + "/weir.yaml"])
        #expect(listed.output.split(separator: "\n").count == 2)
        // What is left of a sink that is gone is shown, and was told.
        let left = try await WeirProgram.run(["sinks", "--config", workspace.path + "/weir.yaml"])
        #expect(left.output.contains("archive        not configured") && left.output.contains("archive: it has left the configuration"), "\(left.output)")
        let check = try await WeirProgram.run(["check", "--config", workspace.path + "/weir.yaml"])
        #expect(check.status == 0 && check.errors.contains("sink 'archive' is not configured, and its changes ("), "\(check.errors)")
        let waiting = try await WeirProgram.run(["dead", "list", "archive", "--waiting", "--config", workspace.path + "/weir.yaml"])
        #expect(waiting.status == 0 && waiting.output == "no changes wait\n", "\(waiting.errors)")

        try await Self.reload(Self.yaml(secrets: ["old"]), gateway, in: workspace, says: "reloaded", count: 2)
        #expect(try await Self.post("other", "3", secret: Self.secret("new"), to: gateway) == 401)
        #expect(try await Self.post("scan", "4", secret: Self.secret("old"), to: gateway) == 200)
        // The first sink goes on from its cursor: nothing is missing, nothing is there twice.
        let caughtUp = await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("changes.ndjson")).count == 3 }
        #expect(caughtUp)
        #expect(Set(SinkChange.lines(of: workspace.read("changes.ndjson")).map(\.id)).count == 3)
        #expect(await gateway.end() == 0)
        // A sink that is gone and has nothing left to do is no matter any more.
        try workspace.write("weir.yaml", Self.yaml(secrets: ["old"]).replacing("archive:", with: "third:"))
        let stopped = try await WeirProgram.run(["sinks", "--json", "--config", workspace.path + "/weir.yaml"])
        #expect(stopped.output.contains("\"second\"") && stopped.output.contains("\"third\"") && !stopped.output.contains("\"archive\""), "\(stopped.output)")
        // Nor is one that a person gives up.
        let file = ["--config", workspace.path + "/weir.yaml"]
        let early = try await WeirProgram.run(["sink", "forget", "second"] + file)
        #expect(early.status == 0 && early.output.hasPrefix("second would be given up: its changes ("), "\(early.output)\(early.errors)")
        #expect(try await WeirProgram.run(["sinks"] + file).output.contains("weir sink forget second gives it up"))
        let given = try await WeirProgram.run(["sink", "forget", "second", "--yes"] + file)
        #expect(given.status == 0 && given.output.hasPrefix("second is given up: its changes ("), "\(given.output)\(given.errors)")
        #expect(try await !WeirProgram.run(["sinks", "--json"] + file).output.contains("\"second\""))
    }

    @Test func aSinkIsGivenUpOnceTheGatewayServesItNoMore() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        #expect(try await Self.post("scan", "1", secret: Self.secret("old"), to: gateway) == 200)
        #expect(await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("changes.ndjson")).count == 1 })
        let forget = ["sink", "forget", "archive", "--yes", "--config", workspace.path + "/weir.yaml"]
        let refused = try await WeirProgram.run(forget)
        #expect(
            refused.status == 1 && refused.errors.contains("names the sink 'archive', so that it is to go on\nhint: take it out first"), "\(refused.errors)")
        try await Self.reload(Self.yaml(secrets: ["old"]).replacing("archive:", with: "third:"), gateway, in: workspace, says: "reloaded")
        var given = try await WeirProgram.run(forget)
        // Its last request may still be under way.
        for _ in 0..<50 where given.status != 0 { given = try await WeirProgram.run(forget) }
        #expect(given.output == "archive is given up: nothing is left to do for it\n", "\(given.errors)")
        let again = try await WeirProgram.run(forget)
        #expect(again.status == 1 && again.errors.hasPrefix("weir: there is no sink 'archive'\n"), "\(again.errors)")
        try await Self.reload(Self.yaml(secrets: ["old"]), gateway, in: workspace, says: "reloaded", count: 2)
        // Under the same name it is a new one, which begins with the first change, as the one between them did in the same file.
        #expect(await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("changes.ndjson")).count == 3 })
        #expect(await gateway.end() == 0)
    }

    @Test(arguments: [
        ("sources: [", "not YAML"), ("sources: { scan: { adapter: nobody, secrets: [ \"file:old\" ] } }", "unknown adapter 'nobody'"),
        ("sources: { scan: { adapter: reconfirm, secrets: [ \"file:gone\" ] } }", "there is no such file"),
    ]) func whatDoesNotCheckLeavesEverythingAsItWas(yaml: String, reason: String) async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        try await Self.reload(yaml, gateway, in: workspace, says: "not reloaded, the old configuration stays in force")
        #expect(String(decoding: workspace.read("gateway.log"), as: UTF8.self).contains(reason))
        #expect(try await Self.post("scan", "1", secret: Self.secret("old"), to: gateway) == 200)
        try workspace.write("weir.yaml", Self.yaml(secrets: ["old"]))
        #expect(try await Self.configEntries(workspace) == 1)
        #expect(await gateway.end() == 0)
    }

    @Test func whatNeedsARestartIsSaid() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        let yaml = Self.yaml(secrets: ["old"]).replacing("data: ./data", with: "data: ./elsewhere\nconnections: 5")
        // The last of the three lines: the others stand before it.
        try await Self.reload(yaml, gateway, in: workspace, says: "needs a restart to take effect key=connections")
        let log = String(decoding: workspace.read("gateway.log"), as: UTF8.self)
        #expect(log.contains("needs a restart to take effect key=data"), "\(log)")
        // For `data`, the journal in it, and `connections`. It does so as long as that is not what runs, and the journal's shortcut stays in the
        // folder that is in use.
        try await Self.reload(yaml, gateway, in: workspace, says: "needs a restart to take effect key=connections", count: 2)
        #expect(try await Self.post("scan", "1", secret: Self.secret("old"), to: gateway) == 200)
        try await Self.reload(Self.yaml(secrets: ["old"]), gateway, in: workspace, says: "reloaded", count: 3)
        #expect(String(decoding: workspace.read("gateway.log"), as: UTF8.self).components(separatedBy: "needs a restart").count == 7)
        #expect(try await Self.configEntries(workspace) == 1)
        #expect(await gateway.end() == 0)
    }
}

/// What several senders have in common while they send.
private final class Load: Sendable {
    private let state: Mutex<(secret: String, hasEnded: Bool, rounds: [Int])>

    init(secret: String) { state = Mutex((secret, false, [0, 0, 0, 0])) }

    var secret: String { state.withLock { $0.secret } }
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func sent(by sender: Int) { state.withLock { $0.rounds[sender] += 1 } }
    func end() { state.withLock { $0.hasEnded = true } }

    /// Has them use another secret from now on; returns how often each has sent.
    func use(_ secret: String) -> [Int] {
        state.withLock { state in
            state.secret = secret
            return state.rounds
        }
    }

    func everybodySent(_ times: Int, since rounds: [Int]) -> Bool { state.withLock { zip($0.rounds, rounds).allSatisfy { $0 >= $1 + times } } }
}
