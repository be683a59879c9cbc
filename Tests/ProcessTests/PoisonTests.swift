import Foundation
import JSONDocument
import Testing

/// Receipts that kill or hang the projector, with a supervisor that starts the program again as compose would.
struct PoisonTests {
    @Test(arguments: ["weir-test-trap", "weir-test-hang"])
    func receiptThatKillsTheProjectorIsQuarantinedAndTheRestGoesOn(marker: String) async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        // A toolchain beside the program would walk its stack at each death, which takes longer than everything else here.
        let environment = ["WEIR_TEST_POISON": "1", "WEIR_TEST_WATCHDOG_SECONDS": "4", "SWIFT_BACKTRACE": "enable=no"]
        var gateway = try await RunningGateway.start(in: workspace, environment: environment)
        for number in 1...3 { try await Self.post(number, to: gateway) }
        try await Self.post(4, to: gateway, marker: marker)
        for number in 5...7 {
            // The projector may have taken the process down already; the sender tries again, as vendors do.
            if (try? await Self.post(number, to: gateway)) == nil { break }
        }
        var deaths = 0
        var accepted = [1, 2, 3, 5, 6, 7, 200]
        while deaths < 6 {
            let present = gateway
            // The projector gives way to everything else, so on a busy machine it takes its time.
            let done = await Condition.holds(within: 120) {
                !present.isRunning || Self.delivered(in: workspace).contains("quarantine")
            }
            try #require(done)
            if gateway.isRunning { break }
            deaths += 1
            let began = ContinuousClock.now
            gateway = try await RunningGateway.start(in: workspace, environment: environment)
            // The ready line says that requests are accepted.
            #expect(ContinuousClock.now - began < .seconds(5), "ingest answers again within 5 s of each death")
            if (try? await Self.post(100 + deaths, to: gateway)) != nil { accepted.append(100 + deaths) }
        }
        #expect((3...4).contains(deaths), "a batch in work, then the receipt alone until its third death: \(deaths)")
        for number in [5, 6, 7] { try await Self.post(number, to: gateway) }
        try await Self.post(200, to: gateway)
        let complete = await Condition.holds(within: 120) { Self.delivered(in: workspace).contains("scan-200") }
        #expect(complete)
        let delivered = Self.delivered(in: workspace)
        for number in accepted { #expect(delivered.contains("scan-\(number)"), "scan-\(number)") }
        #expect(!delivered.contains("scan-4"))
        #expect(await gateway.end() == 0)
    }

    private static func post(_ number: Int, to gateway: RunningGateway, marker: String = "") async throws {
        let body = Array("{\"scanId\":\"scan-\(number)\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"note\":\"\(marker)\"}".utf8)
        let answer = try await PlainRequest.post("/in/last", body: body, headers: ["Authorization: Bearer \(SampleTests.secret)"], port: gateway.port)
        #expect(answer.status == 200)
    }

    /// The scans that the file sink holds, by the vendor's id (uids are hashes, so raw text is searched), and quarantine notices.
    private static func delivered(in workspace: Workspace) -> Set<String> {
        var names: Set<String> = []
        for change in SinkChange.lines(of: workspace.read("changes.ndjson")) {
            if change.type == "notice.gateway_quarantine" { names.insert("quarantine") }
            if change.source == "/sources/last", let uid = change.json["data"]?["uid"]?.stringValue { names.insert(known[uid] ?? uid) }
        }
        return names
    }

    private static let known: [String: String] = {
        var names: [String: String] = [:]
        for number in 1...300 { names[ScanUID.of("scan-\(number)", adapter: "reconfirm", account: "last")] = "scan-\(number)" }
        return names
    }()
}
