import Glibc

/// Wakes one thread that waits for it; signals before the wait are kept and count as one.
///
/// A pipe rather than a condition variable: descriptors are plain values, and the wait has a time limit.
final class ThreadSignal: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func signal() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Waits for a signal, at most `milliseconds` (without limit when negative); says whether there was one.
    @discardableResult
    func wait(milliseconds: Int = -1) -> Bool {
        var descriptor = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(clamping: milliseconds)) > 0 else { return false }
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
            while read(readEnd, bytes.baseAddress, bytes.count) == bytes.count {}
        }
        return true
    }

    /// Blocks the calling thread for a time.
    static func pause(milliseconds: Int) { poll(nil, 0, Int32(clamping: max(0, milliseconds))) }
}
