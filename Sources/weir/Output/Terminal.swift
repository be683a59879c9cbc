import Glibc

/// What standard output is connected to.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    /// Columns of the terminal; nothing when the output goes elsewhere.
    static var columns: Int? {
        guard isInteractive else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
