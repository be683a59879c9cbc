import Gateway
import Glibc
import Logging
import Synchronization

/// Standard output, written whole and at once.
enum StandardOutput {
    static func line(_ text: String) { write(Array(text.utf8) + [UInt8(ascii: "\n")]) }

    /// One JSON document on a line, none of whose characters does anything to a terminal.
    static func json(_ bytes: [UInt8]) { write(PrintableJSON.escaped(bytes) + [UInt8(ascii: "\n")]) }

    /// Ends the process: quietly when nobody reads any more, and as failed when the output takes nothing, as a full disk does.
    static func write(_ bytes: [UInt8]) {
        if StandardError.isServing { return LogQueue.standardOutput.write(bytes) }
        let code = FileDescriptorOutput.write(bytes, to: STDOUT_FILENO)
        guard code != 0 else { return }
        if code == EPIPE { ProcessExit.now(0) }
        CommandFailure("the output cannot be written: \(String(cString: strerror(code)))", hint: "what was written is not all there is").report()
        ProcessExit.now(1)
    }
}

/// Standard error.
enum StandardError {
    private static let serving = Mutex(false)

    /// Whether what is said goes through queues, so that a process which serves never waits for whoever reads it, nor ends with them.
    static var isServing: Bool {
        get { serving.withLock { $0 } }
        set { serving.withLock { $0 = newValue } }
    }

    static func line(_ text: String) { write(Array(text.utf8) + [UInt8(ascii: "\n")]) }

    /// Where log lines go: all of a process that serves; of another what a person has to know, between what it says itself.
    @Sendable static func log(_ label: String) -> any LogHandler {
        var handler = LineLogHandler(label: label, write: write)
        if !isServing { handler.logLevel = .warning }
        return handler
    }

    @Sendable private static func write(_ bytes: [UInt8]) {
        if isServing { LogQueue.standardError.write(bytes) } else { _ = FileDescriptorOutput.write(bytes, to: STDERR_FILENO) }
    }
}
