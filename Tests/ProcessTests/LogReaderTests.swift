import Foundation
import Glibc
import Testing

/// Whoever reads the log may stand still or go away: the gateway neither waits for it nor ends with it.
struct LogReaderTests {
    private static let secret = "secret-of-more-than-sixteen-bytes"

    private static func yaml(_ sources: [String], more: String = "") -> String {
        let lines = sources.map { "  \($0): { adapter: reconfirm, secrets: [ \"literal:\(secret)\" ] }\n" }.joined()
        return "listen: { ingest: 127.0.0.1:0 }\ndata: ./data\nsources:\n\(lines)sinks:\n  archive: { type: file, path: changes.ndjson }\n\(more)"
    }

    private static func post(_ source: String, _ id: Int, port: UInt16) async throws -> Int {
        let body = Array("{\"scanId\":\"\(id)\",\"status\":\"failed\",\"timestamp\":\"2026-01-01T00:00:00Z\"}".utf8)
        return try await PlainRequest.post("/in/\(source)", body: body, headers: ["Authorization: Bearer \(secret)"], port: port).status
    }

    /// Starts a gateway whose log goes into the returned pipe, which holds 4 KiB.
    private static func start(in workspace: Workspace) async throws -> (process: ChildProcess, port: UInt16, log: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        // No other test's child is to hold an end.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[1], 1031, 4096)  // F_SETPIPE_SZ, which Swift's Glibc does not show: fcntl(2)
        let output = try OutputPipe()
        let child = try ChildProcess(
            WeirProgram.path, ["serve", "--config", workspace.path + "/weir.yaml"], environment: [:], output: output.writing, errors: ends[1])
        output.closeWriting()
        close(ends[1])
        let line = await output.line()
        let port = line.range(of: "http://127.0.0.1:").flatMap { UInt16(line[$0.upperBound...].prefix { $0.isNumber }) }
        return (child, try #require(port), ends[0])
    }

    private static func comesIntoForce(_ source: String, port: UInt16) async throws -> Bool {
        for _ in 0..<200 {
            if try await post(source, 1, port: port) == 200 { return true }
            _ = await Condition.holds(within: 0.05) { false }
        }
        return false
    }

    private static func ends(_ process: ChildProcess) async -> Int32? {
        process.signal(SIGTERM)
        _ = await Condition.holds(within: 30) { !process.isRunning }
        return process.status
    }

    @Test func aReaderThatStandsStillStopsNothing() async throws {
        let workspace = try Workspace()
        try workspace.write("weir.yaml", Self.yaml(["scan"]))
        let (process, port, log) = try await Self.start(in: workspace)
        defer {
            process.signal(SIGKILL)
            close(log)
        }
        // Each refusal of a reload is more than the pipe has room for after the first few.
        for number in 0..<20 {
            try workspace.write("weir.yaml", Self.yaml(["scan"], more: "sinkz\(number)\(String(repeating: "x", count: 400)): {}\n"))
            kill(process.identifier, SIGHUP)
            #expect(try await Self.post("scan", number, port: port) == 200)
        }
        for number in 0..<20 { #expect(try await Self.post("nobody-\(number)", number, port: port) == 401) }
        try workspace.write("weir.yaml", Self.yaml(["scan", "new"]))
        kill(process.identifier, SIGHUP)
        #expect(try await Self.comesIntoForce("new", port: port))
        let arrived = await Condition.holds(within: 20) { SinkChange.lines(of: workspace.read("changes.ndjson")).count >= 20 }
        #expect(arrived)
        #expect(await Self.ends(process) == 0)
    }

    @Test func aReaderThatIsGoneStopsNothing() async throws {
        let workspace = try Workspace()
        try workspace.write("weir.yaml", Self.yaml(["scan"]))
        let (process, port, log) = try await Self.start(in: workspace)
        defer { process.signal(SIGKILL) }
        close(log)
        // A literal secret is warned about at each reload.
        try workspace.write("weir.yaml", Self.yaml(["scan", "new"]))
        kill(process.identifier, SIGHUP)
        #expect(try await Self.comesIntoForce("new", port: port))
        try workspace.write("weir.yaml", "nonsense: [")
        kill(process.identifier, SIGHUP)
        for number in 0..<10 { #expect(try await Self.post("scan", number, port: port) == 200) }
        #expect(process.isRunning)
        #expect(await Self.ends(process) == 0)
    }

    /// An output that takes nothing, as a full disk: what was to be kept is not whole.
    @Test(.enabled(if: access("/dev/full", W_OK) == 0, "there is no /dev/full"))
    func aCommandWhoseOutputCannotBeWrittenFails() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        let errors = try OutputPipe()
        let child: ChildProcess
        do {
            defer {
                close(full)
                errors.closeWriting()
            }
            child = try ChildProcess(WeirProgram.path, ["schema", "finding"], environment: [:], output: full, errors: errors.writing)
        }
        let text = await errors.text()
        // Its end of the pipe is closed a moment before it can be waited for.
        #expect(await Condition.holds(within: 20) { child.status == 1 })
        #expect(text == "weir: the output cannot be written: No space left on device\nhint: what was written is not all there is\n")
    }
}
