import Console
import Foundation
import Gateway
import Testing

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
        #expect(FileManager.default.contents(atPath: path) == before)
        #expect(try Self.sizes(folder.path + "/data/journal") == journal)
    }

    @Test func aFileThatIsNoDatabaseIsLeftAlone() async throws {
        let folder = try TemporaryFolder()
        try folder.write("data/state.db", "this is not a database at all, and longer than a header would be: " + String(repeating: "x", count: 200))
        let refusal = await Self.refusal(in: folder)
        #expect(refusal.contains("state.db is not a state database"), "\(refusal)")
        #expect(!folder.names.contains("data/journal"))
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
