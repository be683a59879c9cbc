import Foundation
import Testing

/// `weir check` says what `weir serve` would, and touches nothing.
struct CheckTests {
    private static let yaml = """
        listen: { ingest: "127.0.0.1:0" }
        data: ./data
        sources: { a: { adapter: holm, secrets: [ "file:secret" ] } }
        sinks: { archive: { type: file, path: changes.ndjson } }

        """

    private static func workspace(_ yaml: String = yaml) throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("weir.yaml", yaml)
        try workspace.write("secret", "test-secret-of-some-length")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: workspace.path + "/secret")
        return workspace
    }

    private static func run(_ command: String, in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run([command, "--config", workspace.path + "/weir.yaml"])
    }

    @Test func aConfigurationThatServesIsFine() async throws {
        let workspace = try Self.workspace()
        let outcome = try await Self.run("check", in: workspace)
        #expect(outcome.status == 0 && outcome.output.hasSuffix("weir.yaml: fine (1 source, 1 sink)\n"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path).sorted() == ["secret", "weir.yaml"])
    }

    @Test(arguments: [
        ("data: ./data", "data: ./none/data", "weir: cannot make the data folder %/none/data: there is no such file (hint: mkdir -p %/none)"),
        ("data: ./data", "data: ./secret", "weir: cannot make the data folder %/secret: there is a file of that name"),
        (
            "data: ./data", "data: ./data\njournal: ./none/journal",
            "weir: cannot make the journal's folder %/none/journal: there is no such file (hint: mkdir -p %/none)"
        ),
        ("\"127.0.0.1:0\"", "{ address: \"192.0.2.1:0\", trusted-proxies: [ 127.0.0.1/32 ] }", "weir: 192.0.2.1:0 is not an address of this machine"),
    ]) func whatKeepsAStartFromSucceedingIsSaid(word: String, other: String, expected: String) async throws {
        let workspace = try Self.workspace(Self.yaml.replacing(word, with: other))
        let expected = expected.replacing("%", with: workspace.path)
        let check = try await Self.run("check", in: workspace)
        #expect(check.status == 1 && check.errors == expected + "\n" && check.output.isEmpty, "\(check.errors)")
        let serve = try await Self.run("serve", in: workspace)
        // The same sentence; a hint on a line of its own.
        #expect(serve.status == 1 && expected.hasPrefix(String(serve.errors.prefix { $0 != "\n" })), "\(serve.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path).sorted() == ["secret", "weir.yaml"])
    }

    @Test func everythingIsSaidAtOnce() async throws {
        let workspace = try Self.workspace(Self.yaml.replacing("\"127.0.0.1:0\"", with: "{ address: \"192.0.2.1:0\", trusted-proxies: [ 127.0.0.1/32 ] }"))
        try workspace.write("data/state.db", String(repeating: "no database. ", count: 100))
        let outcome = try await Self.run("check", in: workspace)
        let lines = outcome.errors.split(separator: "\n")
        #expect(outcome.status == 1 && lines.count == 2, "\(outcome.errors)")
        // What is damaged is made again by a start, so it is told and keeps nothing from starting.
        #expect(lines.first?.contains("warning") == true && lines.first?.contains("state.db") == true, "\(outcome.errors)")
        #expect(lines.last?.contains("192.0.2.1:0 is not an address of this machine") == true, "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.path + "/data") == ["state.db"])
    }

    @Test func aFileSinkThatCannotWriteIsFoundAndKeepsNothingFromBeingReceived() async throws {
        let workspace = try Workspace()
        let yaml = """
            listen: { ingest: "127.0.0.1:0" }
            data: ./data
            sources: { a: { adapter: holm, secrets: [ "env:HOLM" ] } }
            sinks: { archive: { type: file, path: out/changes.ndjson } }

            """
        try workspace.write("weir.yaml", yaml)
        try workspace.write("out/other", "")
        if geteuid() == 0 { chown(workspace.path, WeirProgram.nobody, WeirProgram.nobody) }
        let out = workspace.path + "/out", file = workspace.path + "/weir.yaml"
        let environment = ["HOLM": "test-secret-of-some-length"]
        for (mode, words) in [
            (0o555, "weir: the sink 'archive': cannot write in \(out): permission denied (hint: chown \(out) to the gateway's user, or name another path)\n"),
            (0o000, "weir: the sink 'archive': cannot write in \(out): permission denied (hint: chown \(out) to the gateway's user, or name another path)\n"),
            (0o777, ""),
        ] {
            chmod(out, mode_t(mode))
            let check = try await WeirProgram.runUnprivileged(["check", "--config", file], environment: environment)
            #expect(check.status == (words.isEmpty ? 0 : 1) && check.errors == words, "\(check.status) \(check.errors)")
        }
        try workspace.write("out/changes.ndjson", "")
        chmod(out + "/changes.ndjson", 0o444)
        if geteuid() != 0 { chmod(out, 0o777) }
        let check = try await WeirProgram.runUnprivileged(["check", "--config", file], environment: environment)
        #expect(check.status == 1 && check.errors.contains("cannot write \(out)/changes.ndjson: permission denied"), "\(check.errors)")
    }

    @Test func aFileSinkOntoSomethingElseIsFound() async throws {
        let workspace = try Self.workspace()
        for (text, isFound) in [
            ("dear diary", true), ("{\"id\":\"a\"}\n", true), (#"{"specversion":"1.0","id":"a-1-1","source":"/gateway"}"#, false), ("", false),
        ] {
            try workspace.write("changes.ndjson", text)
            let check = try await Self.run("check", in: workspace)
            let words = "weir: the sink 'archive': \(workspace.path)/changes.ndjson is there already and holds something else than changes: it is not touched"
            #expect(check.status == (isFound ? 1 : 0) && check.errors.contains(words) == isFound, "\(check.errors)")
            #expect(String(decoding: workspace.read("changes.ndjson"), as: UTF8.self) == text)
        }
    }

    @Test func filesThatAStartAsRootHasLeftAreFound() async throws {
        let workspace = try Self.workspace()
        for name in ["tallies", "journal/00000000000000000001.segment"] { try workspace.write("data/" + name, "") }
        for path in ["/secret", "/data", "/data/journal"] where geteuid() == 0 { chown(workspace.path + path, WeirProgram.nobody, WeirProgram.nobody) }
        if geteuid() == 0 { chown(workspace.path, WeirProgram.nobody, WeirProgram.nobody) }
        for name in ["tallies", "journal/00000000000000000001.segment"] { chmod(workspace.path + "/data/" + name, 0o400) }
        let check = try await WeirProgram.runUnprivileged(["check", "--config", workspace.path + "/weir.yaml"])
        #expect(check.status == 1 && check.errors.contains("/data/tallies and 1 more: permission denied (hint: a start as root"), "\(check.errors)")
    }

    /// Nothing is there yet, so that the disk is that of a folder above.
    @Test func aDiskWithoutTheReserveIsFoundBeforeTheFirstStart() async throws {
        let workspace = try Self.workspace(Self.yaml + "disk-reserve: 1000TiB\n")
        let check = try await Self.run("check", in: workspace)
        #expect(check.status == 0 && check.errors.contains("less than the reserve of 1048576000 MiB: events are answered 503"), "\(check.errors)")
    }

    /// A start would begin a new journal, and nothing would show that the old one is missing.
    @Test func aJournalThatIsGoneOrOlderIsFound() async throws {
        let workspace = try Self.workspace()
        var gateway = try await RunningGateway.start(in: workspace)
        #expect(await gateway.end() == 0)
        let data = workspace.path + "/data", copy = workspace.path + "/copy", manager = FileManager.default
        try manager.copyItem(atPath: data + "/journal", toPath: copy)
        gateway = try await RunningGateway.start(in: workspace)
        _ = try await PlainRequest.post(
            "/in/a/test-secret-of-some-length", body: VendorSample.all.first { $0.vendor == "holm" }?.body ?? [], port: gateway.port)
        let arrived = await Condition.holds(within: 20) { !SinkChange.lines(of: workspace.read("changes.ndjson")).isEmpty }
        #expect(arrived)
        #expect(await gateway.end() == 0)
        #expect(try await Self.run("check", in: workspace).status == 0)
        try manager.removeItem(atPath: data + "/journal")
        for (name, words) in [("ledger.db", "state.db and ledger.db in \(data) were made of one"), ("state.db", "state.db in \(data) was made of one")] {
            let gone = try await Self.run("check", in: workspace)
            #expect(gone.status == 1 && gone.errors.contains("weir: there is no journal in \(data)/journal, and \(words) (hint: put it back"), "\(gone.errors)")
            let verify = try await WeirProgram.run(["journal", "verify", "--config", "\(workspace.path)/weir.yaml"])
            #expect(name != "ledger.db" || verify.status != 0 && verify.errors.contains("hint: put it back"), "\(verify.errors)")
            // What is decided over it would be told of all that it lacks.
            for command in [
                ["rebuild", "--apply"], ["void", "--source", "a", "--from", "1", "--to", "9", "--reason", "x", "--yes"],
                ["journal", "erase", "1", "--reason", "x"],
            ] {
                let refused = try await WeirProgram.run(command + ["--config", "\(workspace.path)/weir.yaml"])
                #expect(refused.status == 1 && refused.errors.contains("there is no journal in"), "\(command): \(refused.output)\(refused.errors)")
            }
            // Without the ledger the state alone tells, and without either nothing is missing.
            for path in [name, name + "-wal", name + "-shm", name + "-mark"] { try? manager.removeItem(atPath: "\(data)/\(path)") }
            if name == "ledger.db" { try manager.createDirectory(atPath: data + "/journal", withIntermediateDirectories: true) }
        }
        #expect(try await Self.run("check", in: workspace).status == 0)
    }

    /// Nothing is delivered with it, so that it is no matter of a warning; the journal's entries are left to `verify`, which is said.
    @Test func aDamagedLedgerIsFoundWhereverTheBitTurned() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        _ = try await PlainRequest.post(
            "/in/a/test-secret-of-some-length", body: VendorSample.all.first { $0.vendor == "holm" }?.body ?? [], port: gateway.port)
        try #require(await Condition.holds(within: 20) { !SinkChange.lines(of: workspace.read("changes.ndjson")).isEmpty })
        #expect(await gateway.end() == 0)
        let whole = try await Self.run("check", in: workspace)
        #expect(
            whole.status == 0 && whole.errors.isEmpty && whole.output.contains("not looked at: what the journal holds (weir journal verify"), "\(whole.errors)")
        let ledger = Data(workspace.read("data/ledger.db")), id = SinkChange.lines(of: workspace.read("changes.ndjson")).last?.id ?? ""
        let places = [ledger.range(of: Data(id.utf8))?.lowerBound, ledger.range(of: Data("sqlite_autoindex".utf8))?.lowerBound, 100].compactMap(\.self)
        #expect(places.count == 3)
        for place in places {
            var damaged = ledger
            damaged[place] ^= 4
            try damaged.write(to: URL(fileURLWithPath: workspace.path + "/data/ledger.db"))
            let check = try await Self.run("check", in: workspace)
            #expect(check.status == 1 && check.errors.contains("weir: \(workspace.path)/data/ledger.db is damaged ("), "\(place): \(check.errors)")
            #expect(!check.output.contains("fine") && Data(workspace.read("data/ledger.db")) == damaged)
        }
        try FileManager.default.removeItem(atPath: workspace.path + "/data/ledger.db")
        let lost = try await Self.run("check", in: workspace)
        #expect(lost.status == 0 && lost.errors.contains("data/ledger.db is gone: every sink begins anew where its from: says"), "\(lost.errors)")
    }

    @Test func besideARunningGatewayItsLockAndPortAreLeftOut() async throws {
        let workspace = try Self.workspace()
        let gateway = try await RunningGateway.start(in: workspace)
        try workspace.write("weir.yaml", Self.yaml.replacing("\"127.0.0.1:0\"", with: "\"127.0.0.1:\(gateway.port)\""))
        let outcome = try await Self.run("check", in: workspace)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let second = try await Self.run("serve", in: workspace)
        #expect(second.status == 1 && second.errors.contains("is in use by process \(gateway.processIdentifier)"), "\(second.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test(arguments: [
        (["serv"], "did you mean 'weir serve'?"), (["journal", "verfy"], "did you mean 'weir journal verify'?"),
        (["adapter", "tst"], "did you mean 'weir adapter test'?"),
        (["findings", "serv"], "weir findings"), (["xyzzy"], "known: init, serve, check, "),
        (["help", "chekc"], "did you mean 'weir check'?"), (["help", "dead", "lsit"], "did you mean 'weir dead list'?"),
        (["dead"], "list, show, retry, drop; weir dead --help explains them"), (["journal"], "verify, stats, export, erase; weir journal --help"),
        (["sink"], "test, forget; weir sink --help"), ([], "init, serve, check, "),
    ]) func aMisspeltCommandIsGuessed(arguments: [String], hint: String) async throws {
        let outcome = try await WeirProgram.run(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errors.contains("\nhint: " + hint), "\(outcome.errors)")
    }

    @Test(arguments: [["--help"], ["help"], ["dead", "--help"], ["help", "dead"], ["help", "dead", "list"], ["help", "sources"], ["sources", "--help"]])
    func helpThatIsAskedForIsGiven(arguments: [String]) async throws {
        let outcome = try await WeirProgram.run(arguments)
        #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.output.contains("USAGE: weir"), "\(outcome.errors)")
    }
}
