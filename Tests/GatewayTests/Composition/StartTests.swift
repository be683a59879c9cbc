import Console
import CurlTransport
import Foundation
import Glibc
import JSONDocument
import Testing

@testable import Gateway

/// Starts that cannot succeed: one clear sentence, and nothing is touched.
@Suite(.serialized) struct StartTests {
    private static func refusal(in folder: TemporaryFolder, yaml: String = GatewayUnderTest.yaml) async -> String {
        do {
            let test = try await GatewayUnderTest.start(in: folder, yaml: yaml)
            await test.gateway.stop()
            return ""
        } catch {
            return "\(error)"
        }
    }

    /// The sizes and times of the files in a folder.
    private static func sizes(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            return "\(name) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? 0)"
        }
    }

    @Test func aLockedDataFolderNamesItsHolder() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        let refusal = await Self.refusal(in: folder)
        #expect(refusal.contains("in use by process \(ProcessInfo.processInfo.processIdentifier)"), "\(refusal)")
        #expect(try await test.ask(.get, "/v1/status").status == 200)
        await test.gateway.stop()
    }

    @Test func aPortInUseIsSaidBeforeAnythingIsMade() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        let port = try #require(test.gateway.ingestURL.split(separator: ":").last)
        let folder = try TemporaryFolder()
        let refusal = await Self.refusal(
            in: folder, yaml: GatewayUnderTest.yaml.replacingOccurrences(of: "ingest: \"127.0.0.1:0\"", with: "ingest: \"127.0.0.1:\(port)\""))
        #expect(refusal == "127.0.0.1:\(port) is in use by another process")
        #expect(folder.names.isEmpty)
        await test.gateway.stop()
    }

    @Test(arguments: [("state.db", "PRAGMA user_version=999"), ("ledger.db", "INSERT INTO grdb_migrations VALUES ('of a newer version')")])
    func aFileOfANewerVersionIsLeftAlone(name: String, sql: String) async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        await test.gateway.stop()
        let path = folder.path + "/data/" + name
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.execute('PRAGMA wal_checkpoint(TRUNCATE)')", path, sql,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let before = FileManager.default.contents(atPath: path), journal = try Self.sizes(folder.path + "/data/journal")
        let refusal = await Self.refusal(in: folder)
        #expect(refusal.contains("newer") && refusal.contains(name), "\(refusal)")
        #expect(refusal.contains("start that version") && (refusal.contains("move the file away") || refusal.contains("put back the copy")), "\(refusal)")
        #expect(FileManager.default.contents(atPath: path) == before)
        #expect(try Self.sizes(folder.path + "/data/journal") == journal)
    }

    @Test func aListOfErasuresThatIsAFolderIsFoundByALook() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        await test.gateway.stop()
        try FileManager.default.createDirectory(atPath: folder.path + "/data/journal/erased", withIntermediateDirectories: false)
        let journal = try Self.sizes(folder.path + "/data/journal"), refusal = await Self.refusal(in: folder)
        #expect(refusal.contains("/data/journal/erased: it is a folder"), "\(refusal)")
        #expect(try Self.sizes(folder.path + "/data/journal") == journal)
        let file = folder.path + "/weir.yaml"
        let configuration = try GatewayConfiguration.parse(GatewayUnderTest.yaml, file: file, environment: GatewayUnderTest.environment)
        #expect(await StartChecks.problems(configuration).map(\.message).contains { $0.contains("it is a folder") })
    }

    /// Entries that state.db has read are not taken for an end that was never answered.
    @Test func aBitOfTheLastBatchThatTurnsCostsNoOtherEntry() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("h", Self.scan(1)).status == 200)
        try await test.waitForChanges(1)
        await test.gateway.stop()
        let path = folder.path + "/data/journal/00000000000000000001.segment"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let place = try #require(bytes.range(of: Data("scan.created".utf8)))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let again = try await GatewayUnderTest.start(in: folder)
        #expect(try await again.ask(.get, "/v1/scans").json["scans"]?.arrayValue?.count == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/data/journal/cut"))
        await again.gateway.stop()
    }

    private static let garbage = String(repeating: "this is no database at all ", count: 400)

    private static func scan(_ number: Int) -> String {
        #"{"id":"e\#(number)","type":"scan.created","event_created_at":"2026-01-01T00:00:0\#(number).000Z","data":{"id":"s\#(number)","status":"CREATED"}}"#
    }

    @Test func aDamagedStateDatabaseIsMadeAgainAndItsChangesAreNotSentAgain() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        for number in 1...3 { #expect(try await test.send("h", Self.scan(number)).status == 200) }
        try await test.waitForChanges(3)
        let before = test.changes.prefix(3).map { $0["id"]?.stringValue }
        await test.gateway.stop()
        try folder.write("data/state.db", Self.garbage)
        let again = try await GatewayUnderTest.start(in: folder)
        #expect(try await again.send("h", Self.scan(4)).status == 200)
        // The notice of what happened, and the new scan.
        try await again.waitForChanges(5)
        let ids = again.changes.map { $0["id"]?.stringValue }
        #expect(Array(ids.prefix(3)) == before && Set(ids).count == ids.count)
        #expect(again.changes.contains { $0["type"]?.stringValue == "notice.gateway_state_remade" })
        #expect(folder.read("data/state.db.damaged") == Self.garbage)
        await again.gateway.stop()
    }

    /// Nothing was damaged, and nobody is told so; whoever asks meanwhile is told to ask again.
    @Test func aStateDatabaseThatIsRemovedMeanwhileIsMadeAgainAndCalledNoDamage() async throws {
        let folder = try TemporaryFolder()
        let test = try await GatewayUnderTest.start(in: folder)
        for number in 1...3 { #expect(try await test.send("h", Self.scan(number)).status == 200) }
        try await test.waitForChanges(3)
        for name in ["state.db", "state.db-wal", "state.db-shm"] { try FileManager.default.removeItem(atPath: folder.path + "/data/" + name) }
        let asked = try await test.ask(.get, "/v1/scans")
        #expect(asked.status == 200 || asked.status == 503 && asked.json["code"]?.stringValue == "unavailable", "\(asked)")
        let isTold = await Condition.holds(within: 60) { test.changes.contains { $0["type"]?.stringValue == "notice.gateway_state_remade" } }
        try #require(isTold)
        let notice = try #require(test.changes.first { $0["type"]?.stringValue == "notice.gateway_state_remade" })
        #expect(notice["data"]?["summary"]?.stringValue == "state.db was moved away or replaced while it was in use, and is made again from the journal")
        #expect(try await test.ask(.get, "/v1/scans").json["scans"]?.arrayValue?.count == 3)
        await test.gateway.stop()
    }

    @Test func aDamagedLedgerStopsDeliveryAndNothingElseUntilItIsMovedAway() async throws {
        let folder = try TemporaryFolder()
        try folder.write("data/ledger.db", Self.garbage)
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("h", Self.scan(1)).status == 200)
        var told: String?
        let deadline = ContinuousClock.now + .seconds(60)
        repeat {
            told = try await test.ask(.get, "/v1/sinks").json["sinks"]?.arrayValue?.first?["outage"]?["reason"]?.stringValue
        } while told == nil && ContinuousClock.now < deadline
        let reason = try #require(told)
        #expect(reason.contains("ledger.db is damaged") && reason.contains("move it away"), "\(reason)")
        // Whoever looks at the port, or at the sources, is told too.
        var body = ""
        repeat {
            body = try await HTTPExchange.send(.get, test.gateway.ingestURL + "/readyz").body
        } while body == #"{"status":"ready"}"# && ContinuousClock.now < deadline
        #expect(body == #"{"status":"ready","delivery":"stopped"}"#)
        let concerns = try await test.ask(.get, "/v1/sources").json["concerns"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(concerns.contains { $0.contains("ledger.db is damaged") }, "\(concerns)")
        #expect(test.changes.isEmpty && folder.read("data/ledger.db") == Self.garbage)
        try FileManager.default.removeItem(atPath: folder.path + "/data/ledger.db")
        try await test.waitForChanges(2)
        #expect(test.changes.contains { $0["type"]?.stringValue == "notice.gateway_ledger_damaged" })
        // What has gone on since is said at once.
        #expect(try await HTTPExchange.send(.get, test.gateway.ingestURL + "/readyz").body == #"{"status":"ready"}"#)
        await test.gateway.stop()
    }

    @Test func aDataFolderThatOthersCanWriteInIsRefused() async throws {
        let folder = try TemporaryFolder()
        try folder.write("data/x", "")
        chmod(folder.path + "/data", 0o777)
        let refusal = await Self.refusal(in: folder)
        #expect(refusal == "everybody can write in the data folder \(folder.path)/data", "\(refusal)")
        // One that many share, as /tmp is, serves others as it is.
        for (mode, hint) in [(0o777, "chmod go-w \(folder.path)/data"), (0o1777, "give a folder of the gateway's own, such as \(folder.path)/data/weir")] {
            chmod(folder.path + "/data", mode_t(mode))
            let error = #expect(throws: GatewayError.self) { try FolderRights.check(folder.path + "/data", "data folder") }
            #expect(error?.hint == hint)
        }
        chmod(folder.path + "/data", 0o755)
        #expect(await Self.refusal(in: folder) == "")
    }

    @Test func linksInTheDataFolderAreNotFollowed() async throws {
        let folder = try TemporaryFolder()
        let victim = try folder.write("victim", "precious")
        try folder.write("data/journal/x", "")
        for name in ["state.db-attempt", "journal/spare.partial", "state.db-rebuild-attempt"] {
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/data/" + name, withDestinationPath: victim)
        }
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.send("h", Self.scan(1)).status == 200)
        try await test.waitForChanges(1)
        await test.gateway.stop()
        #expect(folder.read("victim") == "precious")
        try FileManager.default.removeItem(atPath: folder.path + "/data/lock")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/data/lock", withDestinationPath: victim)
        let refusal = await Self.refusal(in: folder)
        #expect(refusal.contains("data/lock") && refusal.contains("symbolic link"), "\(refusal)")
        #expect(folder.read("victim") == "precious")
    }

    @Test func aDataFolderThatCannotBeMadeIsNamed() async throws {
        let folder = try TemporaryFolder()
        try folder.write("file", "")
        let refusal = await Self.refusal(in: folder, yaml: GatewayUnderTest.yaml.replacingOccurrences(of: "data: data", with: "data: file/data"))
        #expect(refusal == "cannot make the data folder \(folder.path)/file/data: a part of the path is no folder")
    }

    @Test(arguments: ["state.db", "ledger.db"]) func aFileWhoseMakingWasInterruptedIsMadeAgain(name: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("data/" + name, "")
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.ask(.get, "/v1/status").status == 200)
        await test.gateway.stop()
    }

    @Test func aSocketThatAKilledProcessLeftBehindIsReplaced() async throws {
        let folder = try TemporaryFolder()
        try folder.write("data/weir.sock", "")
        let test = try await GatewayUnderTest.start(in: folder)
        #expect(try await test.ask(.get, "/v1/status").status == 200)
        await test.gateway.stop()
    }
}
