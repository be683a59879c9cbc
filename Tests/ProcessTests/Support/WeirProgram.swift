import Foundation
import Glibc

/// The built program, run as its users run it.
enum WeirProgram {
    static let path = Workspace.checkout + "/.build/debug/weir"

    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs one command to its end as a user without rights, where the tests are run by root, who may do everything.
    static func runUnprivileged(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        guard geteuid() == 0 else { return try await run(arguments, environment: environment) }
        let words = ["--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups", path]
        return try await run(words + arguments, environment: environment, program: "/usr/bin/setpriv")
    }

    /// The user of `runUnprivileged`, where the tests are run by root.
    static let nobody: uid_t = 65534

    /// Runs one command to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:], program: String = path) async throws -> Outcome {
        let output = try OutputPipe(), errors = try OutputPipe()
        let child: ChildProcess
        do {
            defer {
                output.closeWriting()
                errors.closeWriting()
            }
            child = try ChildProcess(program, arguments, environment: environment, output: output.writing, errors: errors.writing)
        }
        async let outputText = output.text()
        async let errorText = errors.text()
        let texts = await (outputText, errorText)
        _ = await Condition.holds(within: 60) { !child.isRunning }
        return Outcome(status: child.status ?? -1, output: texts.0, errors: texts.1)
    }
}

/// A running `weir serve`.
final class RunningGateway: Sendable {
    private let process: ChildProcess
    /// `http://127.0.0.1:PORT`
    let ingest: String
    let port: UInt16

    /// Starts the gateway of `workspace` and returns when it has said `ready`.
    static func start(in workspace: Workspace, environment: [String: String] = [:], scheme: String = "http") async throws -> RunningGateway {
        let log = open(workspace.path + "/gateway.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let output = try OutputPipe()
        let child: ChildProcess
        do {
            defer {
                output.closeWriting()
                close(log)
            }
            child = try ChildProcess(
                WeirProgram.path, ["serve", "--config", workspace.path + "/weir.yaml"], environment: environment, output: output.writing, errors: log)
        }
        let line = await output.line()
        guard line.hasPrefix("ready"), let start = line.range(of: "\(scheme)://127.0.0.1:"), let port = UInt16(line[start.upperBound...].prefix { $0.isNumber })
        else {
            child.signal(SIGTERM)
            throw GatewayError(message: "no ready line but “\(line)”; log: \(String(decoding: workspace.read("gateway.log"), as: UTF8.self))")
        }
        return RunningGateway(process: child, port: port)
    }

    private init(process: ChildProcess, port: UInt16) {
        self.process = process
        self.port = port
        ingest = "http://127.0.0.1:\(port)"
    }

    deinit {
        process.signal(SIGKILL)
        _ = process.status
    }

    var processIdentifier: Int32 { process.identifier }
    var isRunning: Bool { process.isRunning }

    /// Sends `signal` and returns the exit status once the process has ended.
    func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        process.signal(signal)
        return await exitStatus()
    }

    /// The exit status, as soon as the process has ended by itself.
    func exitStatus() async -> Int32 {
        _ = await Condition.holds(within: 30) { !self.isRunning }
        return process.status ?? -1
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
