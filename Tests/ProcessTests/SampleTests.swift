import Foundation
import JSONDocument
import Testing

/// Every vendor sample through the built program: signed by `weir send`, answered, mapped, and delivered to the file sink.
struct SampleTests {
    @Test func samplesBecomeExactlyTheExpectedChanges() async throws {
        let samples = VendorSample.all
        try #require(samples.count >= 26)
        let workspace = try Self.workspace(sources: samples.map { ($0.source, $0.vendor) } + [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)

        for sample in samples { try await Self.send(sample.source, sample.body, in: workspace) }
        try await Self.sendLast(in: workspace)
        let first = try await Self.changes(in: workspace, after: 1)
        for sample in samples {
            let changes = first.filter { $0.source == "/sources/\(sample.source)" && !$0.type.hasPrefix("notice.gateway_") }
            #expect(changes.count == sample.expected.count, "\(sample.testDescription): \(changes.map(\.type))")
            var unmatched = changes
            for expectation in sample.expected {
                let found = unmatched.firstIndex { $0.satisfies(expectation) }
                #expect(found != nil, "\(sample.testDescription): nothing satisfies \(String(decoding: expectation.bytes, as: UTF8.self))")
                if let found { unmatched.remove(at: found) }
            }
        }

        // The same again: accepted, and nothing changes.
        for sample in samples { try await Self.send(sample.source, sample.body, in: workspace) }
        try await Self.sendLast(in: workspace, number: 2)
        let second = try await Self.changes(in: workspace, after: 2)
        #expect(second.filter { !$0.source.hasSuffix("/last") }.count == first.filter { !$0.source.hasSuffix("/last") }.count)
        #expect(Set(second.map(\.id)).count == second.count)
        #expect(second.map(\.sequence) == Array(1...UInt64(second.count)))
        #expect(await gateway.end() == 0)
    }

    @Test func credentialsInsideEventsAreKeptNowhere() async throws {
        let samples = VendorSample.all.filter { $0.vendor == "probely" }
        let workspace = try Self.workspace(sources: samples.map { ($0.source, $0.vendor) } + [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for sample in samples {
            #expect(String(decoding: sample.body, as: UTF8.self).contains("CANARY-") || sample.file.hasPrefix("user_"))
            try await Self.send(sample.source, sample.body, in: workspace)
        }
        // User names and passwords in URLs, which no rule of the adapter names.
        let target = #"{"id":"e9","event_type":"target_created","occurred_at":"2026-03-02T10:00:00Z","content":{"id":"t9","site":"#
        let site =
            #"{"id":"s9","name":"shop","url":"https://CANARY-USER:CANARY-PASS\u0040shop.example.test/a"},"note":"see http://CANARY-TOKEN@ci.example.test"}}"#
        try await Self.send(try #require(samples.first).source, Array((target + site).utf8), in: workspace)
        try await Self.sendLast(in: workspace)
        let changes = try await Self.changes(in: workspace, after: 1)
        #expect(
            changes.contains {
                $0.type == "notice.target_created" && String(decoding: $0.json.bytes, as: UTF8.self).contains("https://[redacted]@shop.example.test/a")
            })
        #expect(await gateway.end() == 0)
        let leaks = workspace.files(containing: "CANARY-").filter { !$0.hasPrefix("bodies/") }
        #expect(leaks.isEmpty, "\(leaks)")

        // What a person needs to understand the finding survives the redaction.
        let finding = try #require(changes.first { $0.type == "finding.opened" && $0.source.contains("probely-finding-detected") })
        let evidence = String(decoding: finding.json["data"]?["evidence"]?.bytes ?? [], as: UTF8.self)
        for part in [
            "POST /catalog HTTP/1.1", "host: shop.example.test", "sort=price%27", "HTTP/1.1 500 Internal Server Error", "You have an error in your SQL syntax",
        ] {
            #expect(evidence.contains(part), "\(part) is missing")
        }
    }

    @Test func wrongCredentialsAreRefusedAndNothingIsKept() async throws {
        let workspace = try Self.workspace(sources: [("h", "hostedscan"), ("p", "probely"), ("m", "holm"), ("r", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        let body = Array("{\"id\":\"1\",\"type\":\"scan.created\",\"data\":{\"id\":\"s\"},\"marker\":\"MUST-NOT-BE-KEPT\"}".utf8)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let attempts: [(String, [String])] = [
            ("/in/h", []),
            ("/in/h", ["X-HOSTEDSCAN-TIMESTAMP: \(now)", "X-HOSTEDSCAN-SIGNATURE: " + String(repeating: "0", count: 64)]),
            ("/in/p", []), ("/in/p/wrong-secret-of-some-length", []), ("/in/m/wrong", []),
            ("/in/r", []), ("/in/r", ["Authorization: Bearer wrong"]), ("/in/r", ["Authorization: Basic d2Vpcjp3ZWly"]),
            ("/in/nobody", ["Authorization: Bearer \(Self.secret)"]),
        ]
        var answers: Set<String> = []
        for (path, headers) in attempts {
            let answer = try await PlainRequest.post(path, body: body, headers: headers, port: gateway.port)
            #expect(answer.status == 401, "\(path) \(headers)")
            answers.insert(answer.body)
        }
        #expect(answers.count == 1, "one body for all of them, so that none tells which sources exist")
        #expect(await gateway.end() == 0)
        #expect(workspace.files(containing: "MUST-NOT-BE-KEPT").isEmpty)
        #expect(workspace.files(containing: "wrong-secret-of-some-length").isEmpty)
    }

    // MARK: - The gateway of these tests

    static let secret = "test-secret-of-more-than-thirty-two-bytes"

    static func workspace(sources: [(name: String, adapter: String)]) throws -> Workspace {
        let workspace = try Workspace()
        var yaml = "listen: { ingest: 127.0.0.1:0 }\ndata: ./data\nsources:\n"
        for (name, adapter) in sources {
            yaml += "  \(name): { adapter: \(adapter), secrets: [ \"file:secret\" ]\(adapter == "holm" ? ", timezone: Europe/Stockholm" : "") }\n"
        }
        yaml += "sinks:\n  archive: { type: file, path: changes.ndjson }\nroutes:\n  - { to: [ archive ] }\n"
        try workspace.write("weir.yaml", yaml)
        try workspace.write("secret", secret + "\n")
        return workspace
    }

    static func send(_ source: String, _ body: [UInt8], in workspace: Workspace) async throws {
        let file = "bodies/\(source).json"
        try workspace.write(file, String(decoding: body, as: UTF8.self))
        let sent = try await WeirProgram.run(["send", source, workspace.path + "/" + file, "--config", workspace.path + "/weir.yaml"])
        #expect(sent.status == 0, "\(source): \(sent.output)\(sent.errors)")
    }

    /// Sends an event whose change, as changes come in order, says that everything before it has been projected.
    static func sendLast(in workspace: Workspace, number: Int = 1, source: String = "last") async throws {
        try await send(source, Array("{\"scanId\":\"last-\(number)\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\"}".utf8), in: workspace)
    }

    static func changes(in workspace: Workspace, after markers: Int) async throws -> [SinkChange] {
        let arrived = await Condition.holds(within: 120) {
            SinkChange.lines(of: workspace.read("changes.ndjson")).filter { $0.source == "/sources/last" }.count >= markers
        }
        try #require(arrived, "the last event did not reach the file sink: \(String(decoding: workspace.read("gateway.log"), as: UTF8.self))")
        return SinkChange.lines(of: workspace.read("changes.ndjson"))
    }
}
