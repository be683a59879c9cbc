import Foundation
import Synchronization

/// The built program, run as its users run it.
enum WeirProgram {
    static let path = Workspace.checkout + "/.build/debug/weir"

    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs one command to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        async let outputText = readToEnd(output.fileHandleForReading)
        async let errorText = readToEnd(errors.fileHandleForReading)
        let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Outcome(status: status, output: await outputText, errors: await errorText)
    }

    private static func readToEnd(_ handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)) }
        }
    }
}

/// A running `weir serve`.
final class RunningGateway: Sendable {
    private let process: Mutex<Process>
    private let log: String
    /// `http://127.0.0.1:PORT`
    let ingest: String
    let port: UInt16

    /// Starts the gateway of `workspace` and returns when it has said `ready`.
    static func start(in workspace: Workspace, environment: [String: String] = [:]) async throws -> RunningGateway {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: WeirProgram.path)
        process.arguments = ["serve", "--config", workspace.path + "/weir.yaml"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = workspace.path + "/gateway.log"
        if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
        let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try errors.seekToEnd()
        process.standardError = errors
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let line = await firstLine(of: output.fileHandleForReading)
        guard line.hasPrefix("ready"), let start = line.range(of: "http://127.0.0.1:"), let port = UInt16(line[start.upperBound...].prefix { $0.isNumber })
        else {
            process.terminate()
            throw GatewayError(message: "no ready line but “\(line)”; log: \(String(decoding: workspace.read("gateway.log"), as: UTF8.self))")
        }
        return RunningGateway(process: process, log: log, port: port)
    }

    private init(process: sending Process, log: String, port: UInt16) {
        self.process = Mutex(process)
        self.log = log
        self.port = port
        ingest = "http://127.0.0.1:\(port)"
    }

    deinit { process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } } }

    var processIdentifier: Int32 { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Sends `signal` and returns the exit status once the process has ended.
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        kill(processIdentifier, signal)
        return await exitStatus()
    }

    /// The exit status, as soon as the process has ended by itself.
    func exitStatus() async -> Int32 {
        _ = await Condition.holds(within: 30) { !self.isRunning }
        return process.withLock { $0.isRunning ? -1 : $0.terminationStatus }
    }

    private static func firstLine(of handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var line: [UInt8] = []
                while let byte = try? handle.read(upToCount: 1), let first = byte.first, first != UInt8(ascii: "\n") { line.append(first) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }
}

struct GatewayError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

/// Waiting for something that another process does.
enum Condition {
    /// Whether `condition` became true within so many seconds; it is asked again every few milliseconds.
    static func holds(within seconds: Double, _ condition: @escaping @Sendable () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(10)) { continuation.resume() }
            }
        }
        return condition()
    }
}
