import Gateway
import Glibc

/// The end of the process.
enum ProcessExit {
    /// Ends the process after what was written has left it; codes of 64 and above are never used.
    static func now(_ code: Int32) -> Never {
        finishOutput()
        exit(code)
    }

    /// Waits for what is still on its way to whoever reads it, for a second at most.
    static func finishOutput() {
        fflush(nil)
        for queue in [LogQueue.standardOutput, .standardError] { queue.drain(milliseconds: 1000) }
    }
}
