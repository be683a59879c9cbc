import Foundation
import Testing

/// Starts that cannot succeed: one clear sentence, exit 1, nothing touched.
struct StartTests {
    @Test func secondGatewayOnTheSameDataNamesTheHolder() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        let second = try await WeirProgram.run(["serve", "--config", workspace.path + "/weir.yaml"])
        #expect(second.status == 1)
        #expect(second.errors.contains("\(gateway.processIdentifier)"), "\(second.errors)")
        #expect(await gateway.end() == 0)
    }

    /// Opened as a file, a pipe keeps whoever reads it waiting for its other end.
    @Test(arguments: ["data/tallies", "data/stand-ins", "data/state.db-attempt", "data/journal/erased"])
    func aPipeInAFilesPlaceKeepsNobodyWaiting(path: String) async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        #expect(await (try RunningGateway.start(in: workspace)).end() == 0)
        unlink(workspace.path + "/" + path)
        try #require(mkfifo(workspace.path + "/" + path, 0o600) == 0)
        // What is erased cannot be told without that list.
        let isNeeded = path.hasSuffix("erased")
        _ = try await WeirProgram.run(["sources", "--config", workspace.path + "/weir.yaml"])
        let check = try await WeirProgram.run(["check", "--config", workspace.path + "/weir.yaml"])
        #expect(check.status == (isNeeded ? 1 : 0) && (!isNeeded || check.errors.contains("journal/erased")), "\(check.errors)")
        if isNeeded {
            let refused = try await WeirProgram.run(["serve", "--config", workspace.path + "/weir.yaml"])
            #expect(refused.status == 1 && refused.errors.contains("journal/erased"), "\(refused.errors)")
        } else {
            #expect(await (try RunningGateway.start(in: workspace)).end() == 0)
        }
    }

    @Test func portInUseIsSaidInOneSentence() async throws {
        let first = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: first)
        let second = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let yaml = String(decoding: second.read("weir.yaml"), as: UTF8.self)
        try second.write("weir.yaml", yaml.replacingOccurrences(of: "127.0.0.1:0", with: "127.0.0.1:\(gateway.port)"))
        let refused = try await WeirProgram.run(["serve", "--config", second.path + "/weir.yaml"])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("\(gateway.port)") && refused.errors.contains("in use"), "\(refused.errors)")
        #expect(await gateway.end() == 0)
    }

    @Test func missingSecretFileIsNamedAndNothingIsTouched() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        try FileManager.default.removeItem(atPath: workspace.path + "/secret")
        let refused = try await WeirProgram.run(["serve", "--config", workspace.path + "/weir.yaml"])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("weir.yaml:4:") && refused.errors.contains("secret"), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: workspace.path + "/data"))
    }

    @Test func noCoreFileIsWrittenAndRootIsWarned() async throws {
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let gateway = try await RunningGateway.start(in: workspace)
        let limits = String(decoding: FileManager.default.contents(atPath: "/proc/\(gateway.processIdentifier)/limits") ?? Data(), as: UTF8.self)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
        // What is not dumpable belongs to root: proc(5).
        let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(gateway.processIdentifier)/stat")[.ownerAccountID] as? NSNumber
        #expect(owner == 0)
        #expect(await gateway.end() == 0)
        #expect(String(decoding: workspace.read("gateway.log"), as: UTF8.self).contains("runs as root") == (getuid() == 0))
    }

    @Test func unknownOptionIsAUsageError() async throws {
        #expect(try await WeirProgram.run(["serve", "--no-such-option"]).status == 2)
        #expect(try await WeirProgram.run(["no-such-command"]).status == 2)
        #expect(try await WeirProgram.run(["--help"]).status == 0)
    }
}
