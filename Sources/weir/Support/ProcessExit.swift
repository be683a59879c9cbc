import Glibc

/// The end of the process.
enum ProcessExit {
    /// Ends the process after what was written has left it; codes of 64 and above are never used.
    static func now(_ code: Int32) -> Never {
        fflush(nil)
        exit(code)
    }
}
