import Console
import CurlTransport
import Foundation
import Gateway
import JSONDocument
import State
import Testing

/// The whole gateway in this process, on real sockets and files.
@Suite(.serialized) struct GatewayTests {
    private static func scan(_ id: String, _ status: String = "completed") -> String {
        "{\"scanId\":\"\(id)\",\"status\":\"\(status)\",\"timestamp\":\"2026-01-01T00:00:00Z\"}"
    }

    @Test func acceptedEventsReachTheSinkOnceAlsoAfterARestart() async throws {
        let folder = try TemporaryFolder()
        var test = try await GatewayUnderTest.start(in: folder)
        for number in 1...5 {
            let answer = try await test.send("r", Self.scan("a\(number)"))
            #expect(answer.status == 200 && answer.body.contains("\"receipt\":\""), "\(answer)")
        }
        try await test.waitForChanges(5)
        await test.gateway.stop()
        #expect(!folder.names.contains("data/weir.sock"))

        test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("r", Self.scan("a5")).status == 200)
        #expect(try await test.send("r", Self.scan("b1")).status == 200)
        try await test.waitForChanges(6)
        await test.gateway.stop()
        let ids = test.changes.compactMap { $0["id"]?.stringValue }
        #expect(Set(ids).count == 6 && ids.count == 6)
        #expect(test.changes.compactMap { $0["sequence"]?.stringValue } == (1...6).map(String.init))
        #expect(test.changes.allSatisfy { $0["type"]?.stringValue == "scan.completed" && $0["source"]?.stringValue == "/sources/r" })
    }

    @Test func anEqualConfigurationIsNotWrittenAgain() async throws {
        let folder = try TemporaryFolder()
        var lastEntries: [String] = []
        for yaml in [
            GatewayUnderTest.yaml, GatewayUnderTest.yaml,
            GatewayUnderTest.yaml.replacingOccurrences(of: "adapter: holm,", with: "adapter: holm, account: acme,"),
        ] {
            let test = try await GatewayUnderTest.start(in: folder, yaml: yaml)
            lastEntries.append(try await test.ask(.get, "/v1/status").json["journal"]?["last_entry"].map { String(decoding: $0.bytes, as: UTF8.self) } ?? "")
            await test.gateway.stop()
        }
        #expect(lastEntries == ["2", "3", "5"], "each start has one entry for its tag")
    }

    @Test func refusedRequestsAreShownAndNotKept() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        let refused = try await HTTPExchange.send(
            .post, test.gateway.ingestURL + "/in/r", headers: [("Content-Type", "application/json"), ("Authorization", "Bearer wrong-wrong")],
            body: Array("{}".utf8))
        #expect(refused.status == 401)
        let sources = try await test.ask(.get, "/v1/sources").json["sources"]?.arrayValue ?? []
        let source = try #require(sources.first { $0["name"]?.stringValue == "r" })
        #expect(source["since_start"]?["refusals"]?["wrong_secret"]?.integerValue == 1, "\(String(decoding: source.bytes, as: UTF8.self))")
        #expect(source["last_refusals"]?.arrayValue?.count == 1)
        #expect(source["since_start"]?["accepted"]?.integerValue == 0 && source["ever"]?["accepted"]?.integerValue == 0)
        await test.gateway.stop()
        #expect(test.changes.isEmpty)
    }

    @Test func theConsolesPortAsksForATokenAndForTheRole() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        let console = try #require(test.gateway.consoleURL)
        func get(_ path: String, token: String?) async throws -> Int {
            try await HTTPExchange.send(.get, console + path, headers: token.map { [("Authorization", "bearer \($0)")] } ?? []).status
        }
        #expect(try await get("/healthz", token: nil) == 200)
        #expect(try await get("/v1/status", token: nil) == 401)
        #expect(try await get("/v1/status", token: "wrong") == 401)
        #expect(try await get("/v1/status", token: GatewayUnderTest.token) == 200)
        #expect(try await get("/v1/findings", token: GatewayUnderTest.token + "-operate") == 200)
        #expect(try await get("/v1/nothing", token: GatewayUnderTest.token) == 404)
        #expect(try await get("/v1/findings?limit=0", token: GatewayUnderTest.token) == 400)
        #expect(try await get("/v1/findings?status=%zz", token: GatewayUnderTest.token) == 400)
        let body = Array("{\"number\":\"1\",\"reason\":\"x\"}".utf8)
        for (token, status) in [(GatewayUnderTest.token, 403), (GatewayUnderTest.token + "-operate", 404)] {
            let answer = try await HTTPExchange.send(.post, console + "/v1/journal/erase", headers: [("Authorization", "Bearer \(token)")], body: body)
            #expect(answer.status == status, "\(answer)")
        }
        await test.gateway.stop()
    }

    @Test func recordsAreShownWithTheirHistoryAndReasons() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        #expect(try await test.send("r", Self.scan("s", "in_progress")).status == 200)
        #expect(try await test.send("r", Self.scan("s")).status == 200)
        try await test.waitForChanges(2)
        let scans = try await test.ask(.get, "/v1/scans").json["scans"]?.arrayValue ?? []
        let uid = try #require(scans.first?["uid"]?.stringValue)
        #expect(scans.count == 1)
        #expect(try await test.ask(.get, "/v1/records/\(uid)").json["record"]?["status"]?.stringValue == "completed")
        let changeID = try #require(test.changes.first?["id"]?.stringValue)
        #expect(try await test.ask(.get, "/v1/records/\(changeID)").json["record"]?["uid"]?.stringValue == uid)
        let history = try await test.ask(.get, "/v1/records/\(uid)/history").json["changes"]?.arrayValue ?? []
        #expect(history.compactMap { $0["type"]?.stringValue } == ["scan.started", "scan.completed"])
        #expect(history.map(\.bytes) == test.changes.map(\.bytes))
        let reasons = try await test.ask(.get, "/v1/records/\(uid)/why").json["reasons"]?.arrayValue ?? []
        #expect(!reasons.isEmpty)
        #expect(try await test.ask(.get, "/v1/records/f_nothing").status == 404)
        let events = try await test.ask(.get, "/v1/events?limit=1").json
        #expect(events["events"]?.arrayValue?.count == 1)
        let next = try #require(events["next"]?.stringValue)
        #expect(try await test.ask(.get, "/v1/events?limit=1&after=\(next)").json["events"]?.arrayValue?.first?["kind"]?.stringValue == "in_progress")
        await test.gateway.stop()
    }

    @Test func aRebuildTellsOnlyWhatTodaysAdaptersMakeDifferently() async throws {
        let folder = try TemporaryFolder()
        var test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("r", Self.scan("s")).status == 200)
        try await test.waitForChanges(1)
        #expect(try await test.ask(.post, "/v1/rebuild", body: "{}").json["changes"]?.integerValue == 0)
        await test.gateway.stop()

        // Another account makes other uids: the old scan goes, the new one comes.
        let yaml = GatewayUnderTest.yaml.replacingOccurrences(of: "adapter: reconfirm,", with: "adapter: reconfirm, account: acme,")
        let other = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: GatewayUnderTest.environment)
        var differences: [String] = []
        let count = try OfflineGateway.differences(other) { differences.append($0.changeType ?? "") }
        #expect(count == 2)
        #expect(differences.sorted() == ["scan.cancelled", "scan.completed"])
        test = try await GatewayUnderTest.start(in: folder, yaml: yaml)
        #expect(try await test.ask(.post, "/v1/rebuild", body: "{}").json["changes"]?.integerValue == 2)
        try await test.waitForChanges(3)
        #expect(try await test.ask(.post, "/v1/rebuild", body: "{}").json["changes"]?.integerValue == 0)
        await test.gateway.stop()
    }

    @Test func aLostStateIsMadeAgainAndNothingIsSentTwice() async throws {
        let folder = try TemporaryFolder()
        var test = try await GatewayUnderTest.start(in: folder)
        for number in 1...3 { #expect(try await test.send("r", Self.scan("a\(number)")).status == 200) }
        try await test.waitForChanges(3)
        await test.gateway.stop()
        for name in folder.names where name.hasPrefix("data/state.db") { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }
        #expect(try await OfflineGateway.rebuild(test.configuration, applying: false) == 0)
        #expect(folder.names.contains("data/state.db"))
        test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("r", Self.scan("a4")).status == 200)
        try await test.waitForChanges(4)
        await test.gateway.stop()
        let ids = test.changes.compactMap { $0["id"]?.stringValue }
        #expect(Set(ids).count == 4 && ids.count == 4)
    }

    @Test(arguments: [[2], [5], [1, 3, 5], [1, 2, 3, 4, 5]])
    func aStateMadeAgainWithoutErasedReceiptsRepeatsNothingAndSkipsNothing(_ erased: [Int]) async throws {
        let folder = try TemporaryFolder()
        var test = try await GatewayUnderTest.start(in: folder)
        var receipts: [String] = []
        for number in 1...5 {
            let answer = try await test.send("r", Self.scan("a\(number)"))
            receipts.append(try #require(try JSONValue(parsing: Array(answer.body.utf8))["receipt"]?.stringValue))
        }
        try await test.waitForChanges(5)
        for number in erased {
            let answer = try await test.ask(.post, "/v1/journal/erase", body: "{\"number\":\"\(receipts[number - 1])\",\"reason\":\"x\",\"who\":\"me\"}")
            #expect(answer.status == 200)
        }
        await test.gateway.stop()
        for name in folder.names where name.hasPrefix("data/state.db") { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }

        test = try await GatewayUnderTest.start(in: folder)
        for number in 6...7 { #expect(try await test.send("r", Self.scan("a\(number)")).status == 200) }
        try await test.waitForChanges(7)
        let sink = try await test.waitForDelivered(7)
        #expect(sink["delivered"]?.integerValue == 7 && sink["pending"]?.integerValue == 0, "\(String(decoding: sink.bytes, as: UTF8.self))")
        await test.gateway.stop()
        let ids = test.changes.compactMap { $0["id"]?.stringValue }
        #expect(ids.count == 7 && Set(ids).count == 7)
    }

    @Test(arguments: [[2], [5], [1, 4]])
    func aStateMadeAgainWithoutDamagedReceiptsRepeatsNothingAndSkipsNothing(_ damaged: [Int]) async throws {
        let folder = try TemporaryFolder()
        var test = try await GatewayUnderTest.start(in: folder)
        for number in 1...5 { #expect(try await test.send("r", Self.scan("damaged-\(number)")).status == 200) }
        try await test.waitForChanges(5)
        await test.gateway.stop()
        for name in folder.names where name.hasPrefix("data/state.db") { try FileManager.default.removeItem(atPath: folder.path + "/" + name) }
        for name in folder.names where name.hasPrefix("data/journal/") && !name.hasSuffix("lock") {
            let url = URL(fileURLWithPath: folder.path + "/" + name)
            guard var bytes = try? Data(contentsOf: url) else { continue }
            for number in damaged { if let place = bytes.range(of: Data("damaged-\(number)".utf8)) { bytes[place.lowerBound] = UInt8(ascii: "D") } }
            try bytes.write(to: url)
        }

        test = try await GatewayUnderTest.start(in: folder)
        for number in 6...7 { #expect(try await test.send("r", Self.scan("damaged-\(number)")).status == 200) }
        // Where the journal's end was cut, the gateway says so too.
        try await test.waitForChanges(damaged == [5] ? 8 : 7)
        let sink = try await test.waitForDelivered(damaged == [5] ? 8 : 7)
        #expect(sink["vanished"]?.integerValue == Int64(damaged.count) && sink["pending"]?.integerValue == 0)
        await test.gateway.stop()
        let ids = test.changes.filter { $0["type"]?.stringValue == "scan.completed" }.compactMap { $0["id"]?.stringValue }
        #expect(ids.count == 7 && Set(ids).count == 7)
    }

    @Test func withoutAGatewayTheFilesAnswerTheSameAndStayAsTheyAre() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        for number in 1...3 { #expect(try await test.send("r", Self.scan("a\(number)")).status == 200) }
        try await test.waitForChanges(3)
        let paths = ["/v1/scans", "/v1/findings", "/v1/events"]
        var live: [JSONValue] = []
        for path in paths { live.append(try await test.ask(.get, path).json) }
        await test.gateway.stop()

        func files() throws -> [String] {
            // Readers of a SQLite database leave their marks in its -shm file, which holds nothing else.
            try folder.names.filter { !$0.hasSuffix("-shm") }.map { name in
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
                return "\(name) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? 0)"
            }
        }
        let before = try files()
        let api = try OfflineGateway.open(test.configuration)
        for (path, answer) in zip(paths, live) {
            let offline = await api.respond(to: OperatorRequest(.get, path.split(separator: "/").map(String.init)))
            #expect(try JSONValue(parsing: offline.body) == answer, "\(path)")
        }
        let sinks = try JSONValue(parsing: await api.respond(to: OperatorRequest(.get, ["v1", "sinks"])).body)
        #expect(sinks["sinks"]?.arrayValue?.first?["delivered"]?.integerValue == 3)
        let sources = try JSONValue(parsing: await api.respond(to: OperatorRequest(.get, ["v1", "sources"])).body)
        #expect(sources["receipts"]?["holds"]?.boolValue == true)
        #expect(await api.respond(to: OperatorRequest(.post, ["v1", "rebuild"], body: Array("{}".utf8))).status == 503)
        let after = try files()
        #expect(after == before)
    }

    @Test func anErasedBodyIsGoneAndTheRecordStays() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        let answer = try await test.send("r", Self.scan("to-be-erased"))
        let receipt = try #require(try JSONValue(parsing: Array(answer.body.utf8))["receipt"]?.stringValue)
        try await test.waitForChanges(1)
        let erased = try await test.ask(.post, "/v1/journal/erase", body: "{\"number\":\"\(receipt)\",\"reason\":\"asked for\",\"who\":\"me\"}")
        #expect(erased.status == 200)
        #expect(try await test.ask(.post, "/v1/journal/erase", body: "{\"number\":\"999\",\"reason\":\"x\"}").status == 404)
        #expect(try await test.ask(.post, "/v1/journal/erase", body: "[]").status == 400)
        await test.gateway.stop()
        let journal = folder.path + "/data/journal"
        for name in try FileManager.default.contentsOfDirectory(atPath: journal) {
            let bytes = FileManager.default.contents(atPath: journal + "/" + name) ?? Data()
            #expect(bytes.range(of: Data("to-be-erased".utf8)) == nil, "\(name)")
        }
        guard case .success(let api) = Result(catching: { try OfflineGateway.open(test.configuration) }) else {
            Issue.record("the files cannot be opened")
            return
        }
        let scans = await api.respond(to: OperatorRequest(.get, ["v1", "scans"]))
        #expect(try JSONValue(parsing: scans.body)["scans"]?.arrayValue?.count == 1)
    }

    @Test func aSinkThatCannotBeReachedSaysSinceWhenAndHoldsNobodyUp() async throws {
        let yaml = GatewayUnderTest.yaml.replacingOccurrences(
            of: "sinks:\n", with: "sinks:\n  hook: { type: webhook, url: \"http://127.0.0.1:1/\", networks: [ 127.0.0.0/8 ] }\n")
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder(), yaml: yaml)
        #expect(try await test.send("r", Self.scan("s")).status == 200)
        try await test.waitForChanges(1)
        var hook: JSONValue?
        for _ in 0..<200 where hook?["outage"] == nil {
            let sinks = try await test.ask(.get, "/v1/sinks").json["sinks"]?.arrayValue ?? []
            hook = sinks.first { $0["name"]?.stringValue == "hook" }
        }
        #expect(hook?["state"]?.stringValue == "retrying")
        #expect(hook?["pending"]?.integerValue == 1)
        #expect(hook?["outage"]?["reason"]?.stringValue?.isEmpty == false)
        let began = ContinuousClock.now
        await test.gateway.stop()
        #expect(ContinuousClock.now - began < .seconds(5))
    }

    @Test func theSocketIsTheGatewaysUsersAlone() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        let attributes = try FileManager.default.attributesOfItem(atPath: test.configuration.storage.socketFile)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(!test.folder.names.contains { $0.contains("socket.new") })
        await test.gateway.stop()
    }

    @Test func stoppingAnIdleGatewayIsQuick() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        #expect(try await test.send("r", Self.scan("s")).status == 200)
        let began = ContinuousClock.now
        await test.gateway.stop()
        let took = ContinuousClock.now - began
        #expect(took < .seconds(3), "\(took)")
    }

    @Test func voidedReceiptsAreLeftOutAndTheDifferenceIsTold() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        for id in ["a", "b"] { #expect(try await test.send("r", Self.scan(id)).status == 200) }
        try await test.waitForChanges(2)
        let body = "{\"source\":\"r\",\"from\":\"2020-01-01T00:00:00.000Z\",\"to\":\"2099-01-01T00:00:00.000Z\",\"reason\":\"leaked\"}"
        #expect(try await test.ask(.post, "/v1/void", body: body.replacingOccurrences(of: "2099", with: "2019")).status == 400)
        let answer = try await test.ask(.post, "/v1/void", body: body)
        #expect(answer.status == 200 && answer.json["changes"]?.integerValue == 2 && answer.json["receipts"]?.integerValue == 2, "\(answer)")
        let again = try await test.ask(.post, "/v1/void", body: body.replacingOccurrences(of: "leaked", with: "leaked, as said")).json
        #expect(answer.json["new"] == .bool(true) && again["new"] == .bool(false) && again["decision"] == answer.json["decision"], "\(again)")
        let other = try await test.ask(.post, "/v1/void", body: body.replacingOccurrences(of: "\"r\"", with: "\"x\""))
        #expect(other.status == 400 && other.json["code"]?.stringValue == "unknown_name", "\(other)")
        try await test.waitForChanges(4)
        #expect(test.changes.suffix(2).compactMap { $0["type"]?.stringValue } == ["scan.cancelled", "scan.cancelled"])
        let receipts = try await test.ask(.get, "/v1/sources").json["receipts"]
        #expect(receipts?["voided"]?.integerValue == 2 && receipts?["holds"] == .bool(true), "\(String(decoding: receipts?.bytes ?? [], as: UTF8.self))")
        await test.gateway.stop()
    }
}
