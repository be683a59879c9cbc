import Foundation
import JSONDocument
import Testing

/// What commands leave behind in a data folder without a gateway, as root too: all of it belongs to the folder's owner.
struct FolderOwnerTests {
    private static func owners(_ folder: String) throws -> Set<UInt32> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
        return Set(
            try names.map { try #require(try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.ownerAccountID] as? NSNumber).uint32Value })
    }

    @Test func whatACommandMakesIsTheFolderOwners() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        for number in 1...3 { try await SampleTests.sendLast(in: workspace, number: number) }
        let changes = try await SampleTests.changes(in: workspace, after: 3)
        #expect(await gateway.end() == 0)
        let data = workspace.path + "/data", owner = geteuid() == 0 ? WeirProgram.nobody : geteuid()
        for name in try [""] + FileManager.default.subpathsOfDirectory(atPath: data) where geteuid() == 0 { chown("\(data)/\(name)", owner, owner) }
        let numbers = changes.compactMap { $0.json["data"]?["raw"]?["receipt"]?.stringValue }
        try #require(numbers.count >= 3)
        for name in ["state.db", "state.db-wal", "state.db-shm", "ledger.db-mark", "lock"] { try? FileManager.default.removeItem(atPath: "\(data)/\(name)") }
        for command in [
            ["rebuild"], ["journal", "erase", numbers[0], "--reason", "x"], ["rebuild", "--apply"],
            ["void", "--source", "last", "--from", numbers[1], "--to", numbers[1], "--reason", "x", "--yes"], ["replay", "archive", "--cancel"],
        ] {
            let outcome = try await WeirProgram.run(command + ["--config", workspace.path + "/weir.yaml"])
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
            #expect(try Self.owners(data) == [owner], "\(command)")
        }
        // Who decided is who gave the command.
        let shown = try await WeirProgram.run(["show", numbers[0], "--config", workspace.path + "/weir.yaml"])
        #expect(geteuid() != 0 || shown.output.contains("\"who\":\"root\""), "\(shown.output)")
    }
}
