import Foundation
import JSONDocument
import Testing

/// A first configuration, secrets, and a gateway with TLS of its own, as a person sets them up.
struct FirstStepsTests {
    private static func mode(_ path: String) throws -> Int { try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) }

    @Test func initWritesAConfigurationThatStarts() async throws {
        let workspace = try Workspace()
        let file = workspace.path + "/weir.yaml"
        let made = try await WeirProgram.run(["init", "--adapter", "reconfirm", "--adapter", "probely", "--config", file])
        #expect(made.status == 0, "\(made.errors)")
        for name in ["reconfirm", "probely"] { #expect(try Self.mode(workspace.path + "/secrets/" + name) == 0o600) }
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        try workspace.write("weir.yaml", yaml.replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:0"))
        let check = try await WeirProgram.run(["check", "--config", file])
        #expect(check.status == 0 && check.errors.isEmpty && check.output.contains("fine (2 sources, 1 sink)"), "\(check.errors)")
        let gateway = try await RunningGateway.start(in: workspace)
        try workspace.write("body.json", "{\"scanId\":\"s-1\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\"}")
        let sent = try await WeirProgram.run(["send", "reconfirm", workspace.path + "/body.json", "--config", file])
        #expect(sent.status == 0 && sent.output.hasPrefix("200 "), "\(sent.errors)")
        for (name, words) in [("reconfirm", "Token to enter there:  "), ("probely", "/in/probely/")] {
            let setup = try await WeirProgram.run(["sources", "setup", name, "--config", file])
            let secret = String(decoding: workspace.read("secrets/" + name), as: UTF8.self).trimmingCharacters(in: .newlines)
            #expect(setup.status == 0 && setup.output.contains(words + secret + "\n"), "what is shown is what the gateway takes: \(setup.output)")
            #expect(setup.output.contains("The secret that the gateway takes, from file:secrets/\(name):  \(secret)\n"), "\(setup.output)")
        }
        #expect(await gateway.end() == 0)
        let again = try await WeirProgram.run(["init", "--config", file])
        #expect(again.status == 1 && again.errors.contains("is there already"))
        let log = String(decoding: workspace.read("gateway.log"), as: UTF8.self)
        #expect(log.contains("notice gateway: started configuration=") && log.contains(" version=") && log.contains("notice gateway: stopped"), "\(log)")
    }

    /// It is kept, as every authentic event is; that nothing can be made of it is no riddle.
    @Test func anEventAtAnotherVendorsAddressIsNamed() async throws {
        let workspace = try SampleTests.workspace(sources: [("shop", "probely")]), file = workspace.path + "/weir.yaml"
        let gateway = try await RunningGateway.start(in: workspace)
        let body = VendorSample.folder + "/samples/holm/finished_scan.json"
        let words = "the adapter 'probely' knows no such event, and 'holm' does: is the address of this source entered at another vendor"
        let sent = try await WeirProgram.run(["send", "shop", body, "--config", file])
        #expect(sent.status == 0 && sent.output.hasPrefix("200 ") && sent.errors.hasPrefix("weir: " + words), "\(sent.output)\(sent.errors)")
        let receipt = try #require(try JSONValue(parsing: Array(sent.output.utf8.dropFirst(4)))["receipt"]?.stringValue)
        var sources = try await WeirProgram.run(["sources", "--config", file])
        for _ in 0..<200 where !sources.output.contains("DRIFT  ") { sources = try await WeirProgram.run(["sources", "--config", file]) }
        #expect(sources.output.contains("\nshop: of receipt \(receipt), \(words)"), "\(sources.output)")
        #expect(await gateway.end() == 0)
    }

    @Test func aFolderIsNoPlaceForAConfiguration() async throws {
        let workspace = try Workspace()
        try workspace.write("there/x", "")
        for name in ["there", "there/", "new/"] {
            let path = "\(workspace.path)/\(name)", place = "\(workspace.path)/\(name.split(separator: "/")[0])"
            let made = try await WeirProgram.run(["init", "--config", path])
            #expect(made.status == 1 && made.errors == "weir: \(path) is a folder\nhint: name the file: --config \(place)/weir.yaml\n", "\(made.errors)")
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: workspace.path).sorted() == ["there", "there/x"])
    }

    /// As root for a service's user, who is somebody else, or as that user: whatever the umask.
    @Test(arguments: ["0077", "0000", "0022"]) func whatInitWritesWorksForTheGatewaysUserWhateverTheUmask(umask: String) async throws {
        let workspace = try Workspace()
        let etc = workspace.path + "/etc/weir", isRoot = geteuid() == 0
        let arguments = "init --adapter holm --config \(etc)/weir.yaml --data \(workspace.path)/data"
        let made = try await WeirProgram.run(["-c", "umask \(umask); exec \(WeirProgram.path) \(arguments)"], program: "/bin/sh")
        #expect(made.status == 0, "\(made.errors)")
        let isClosed = !isRoot && umask == "0077"
        for (path, mode) in [("", isClosed ? 0o700 : 0o755), ("/weir.yaml", isClosed ? 0o600 : 0o644), ("/secrets", 0o700), ("/secrets/holm", 0o600)] {
            #expect(try Self.mode(etc + path) == mode, "\(path)")
        }
        // The documented steps.
        let yaml = String(decoding: workspace.read("etc/weir/weir.yaml"), as: UTF8.self)
        try workspace.write("etc/weir/other.yaml", yaml.replacingOccurrences(of: "127.0.0.1:8080", with: "127.0.0.1:0"))
        chmod(workspace.path + "/etc", 0o755)
        try FileManager.default.createDirectory(atPath: workspace.path + "/data", withIntermediateDirectories: true)
        for path in ["/etc/weir/secrets", "/etc/weir/secrets/holm", "/data"] where isRoot {
            chown(workspace.path + path, WeirProgram.nobody, WeirProgram.nobody)
        }
        chmod(workspace.path + "/data", 0o700)
        let check = try await WeirProgram.runUnprivileged(["check", "--config", etc + "/other.yaml"])
        #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
    }

    /// HostedScan's page has the endpoint registered first, and shows the secret that it made then.
    @Test func aSecretThatTheVendorMakesIsNotGivenOutAsOurs() async throws {
        let workspace = try Workspace()
        let file = workspace.path + "/weir.yaml", path = workspace.path + "/secrets/hostedscan"
        let made = try await WeirProgram.run(["init", "--adapter", "hostedscan", "--adapter", "holm", "--config", file, "--data", workspace.path + "/kept"])
        #expect(made.status == 0 && made.output.contains("HostedScan makes its secret itself: secrets/hostedscan holds a stand-in"), "\(made.output)")
        #expect(!made.output.contains("Holm Security makes"))
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        #expect(yaml.contains("\ndata: \(workspace.path)/kept\n") && yaml.contains("path: \(workspace.path)/kept/changes.ndjson,"), "\(yaml)")
        let check = try await WeirProgram.run(["check", "--config", file])
        #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
        for arguments in [[], ["--write"]] {
            if !arguments.isEmpty { try FileManager.default.removeItem(atPath: path) }
            let setup = try await WeirProgram.run(["sources", "setup", "hostedscan", "--config", file] + arguments)
            let places = [
                "1. URL to enter at the vendor:  https://YOUR-HOST/in/hostedscan\n", "2. HostedScan then makes the secret", "(umask 077; cat > \(path))",
            ]
            .compactMap { setup.output.range(of: $0)?.lowerBound }
            #expect(setup.status == 0 && places.count == 3 && places == places.sorted(), "\(setup.output)")
            #expect(!setup.output.contains("to enter as the signing secret") && !setup.output.contains("A new secret"), "\(setup.output)")
            #expect(try Self.mode(path) == 0o600)
        }
        let refused = try await WeirProgram.run(["init", "--data", "a b", "--config", workspace.path + "/other.yaml"])
        #expect(refused.status == 2 && refused.errors.contains("--data is a path"), "\(refused.errors)")
    }

    @Test func setupWritesTheSecretForItsOwnerAloneAndReplacesNone() async throws {
        let workspace = try Workspace()
        let file = workspace.path + "/weir.yaml"
        try workspace.write(
            "weir.yaml",
            "sources: { r: { adapter: reconfirm, secrets: [ \"file:secrets/r\", \"file:secrets/r2\" ] }, e: { adapter: holm, secrets: \"env:E\" } }\n")
        for name in ["r", "r2"] {
            let made = try await WeirProgram.run(["sources", "setup", "r", "--write", "--config", file])
            let path = workspace.path + "/secrets/" + name
            #expect(made.status == 0 && made.output.contains("Written to \(path) "), "\(made.output)\(made.errors)")
            #expect(try Self.mode(path) == 0o600)
            let secret = String(decoding: workspace.read("secrets/" + name), as: UTF8.self).trimmingCharacters(in: .newlines)
            #expect(secret.utf8.count == 43 && made.output.contains("Bearer \(secret)"))
        }
        let full = try await WeirProgram.run(["sources", "setup", "r", "--write", "--config", file])
        #expect(full.status == 1 && full.output.isEmpty && full.errors.contains("not replaced"), "\(full.errors)")
        let fresh = try await WeirProgram.run(["sources", "setup", "e", "--config", file])
        #expect(
            fresh.status == 0 && fresh.output.contains("It is kept nowhere yet: put it into the environment variable E of the gateway, or "), "\(fresh.output)")
        let both = try await WeirProgram.run(["sources", "setup", "r", "--config", file])
        #expect(both.status == 0 && both.output.contains("from file:secrets/r2 (the last of the 2 that "), "\(both.output)")
        let none = try await WeirProgram.run(["sources", "setup", "e", "--write", "--config", file])
        #expect(none.status == 1 && none.errors.contains("is a file"), "\(none.errors)")
    }

    @Test func sendReachesAGatewayWithItsOwnTLSWhereverItsNameLeads() async throws {
        let workspace = try SampleTests.workspace(sources: [("r", "reconfirm")])
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments =
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=weir"]
            + ["-addext", "subjectAltName=DNS:hooks.example.invalid", "-keyout", workspace.path + "/key.pem", "-out", workspace.path + "/cert.pem"]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        let tls = yaml.replacingOccurrences(
            of: "ingest: 127.0.0.1:0", with: "ingest: { address: \"127.0.0.1:0\", tls: { certificate: cert.pem, key: key.pem } }")
        try workspace.write("weir.yaml", "public-url: https://hooks.example.invalid\n" + tls)
        let gateway = try await RunningGateway.start(in: workspace, scheme: "https")
        try await SampleTests.sendLast(in: workspace, source: "r")
        let body = workspace.path + "/bodies/r.json"
        let command = try await WeirProgram.run(["send", "r", body, "--print-curl", "--config", workspace.path + "/weir.yaml"])
        #expect(
            command.output
                == "curl --connect-to ::127.0.0.1:\(gateway.port) --cacert \(workspace.path)/cert.pem --header 'Content-Type: application/json' "
                + "--header 'Authorization: Bearer \(SampleTests.secret)' --data-binary @\(body) https://hooks.example.invalid:\(gateway.port)/in/r\n",
            "\(command.output)\(command.errors)")
        let check = try await WeirProgram.run(["check", "--config", workspace.path + "/weir.yaml"])
        #expect(
            check.errors.contains("tls.certificate: it expires in 1 day") || check.errors.contains("tls.certificate: it expires in 2 days"), "\(check.errors)")
        #expect(check.errors.contains("others can read \(workspace.path)/secret"))
        #expect(await gateway.end() == 0)
    }
}
