import Dispatch
import FindingModel
import Foundation
import Glibc
import Synchronization

/// Lines on their way to a descriptor whose reader may be slow, stand still or be gone: taken at once, and written by a thread of its own, so
/// that nobody waits for them.
///
/// What does not fit is left out; how much is said as soon as there is room again. No failure of the descriptor ends anything.
package final class LogQueue: Sendable {
    /// Where the log goes, and everything else that `serve` has to say.
    package static let standardError = LogQueue(descriptor: STDERR_FILENO)
    /// Where `serve` says that it is ready.
    package static let standardOutput = LogQueue(descriptor: STDOUT_FILENO)

    private struct State {
        var backlog: LineBacklog
        var hasThread = false
        /// Whether the thread holds a line that it has not written.
        var isWriting = false
    }

    private let descriptor: Int32
    private let state: Mutex<State>
    private let work = DispatchSemaphore(value: 0)

    /// - Parameter bytesMax: of lines that wait.
    package init(descriptor: Int32, bytesMax: Int = 256 << 10) {
        self.descriptor = descriptor
        state = Mutex(State(backlog: LineBacklog(bytesMax: bytesMax)))
    }

    /// Takes one line with its newline.
    package func write(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            state.backlog.add(line)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if isFirst { Thread.detachNewThread { self.run() } }
        work.signal()
    }

    /// Waits until everything has been written, at most so long.
    package func drain(milliseconds: Int) {
        let end = SystemClock.monotonic() + Int64(milliseconds)
        while state.withLock({ $0.isWriting || !$0.backlog.isEmpty }), SystemClock.monotonic() < end { poll(nil, 0, 1) }
    }

    private func run() -> Never {
        while true {
            work.wait()
            while let line = next() { _ = FileDescriptorOutput.write(line, to: descriptor) }
        }
    }

    private func next() -> [UInt8]? {
        state.withLock { state in
            let line = state.backlog.next()
            state.isWriting = line != nil
            return line
        }
    }
}

/// Blocking writes to an output that may be a terminal, a pipe or a file.
package enum FileDescriptorOutput {
    /// Writes all of `bytes`, in one `write(2)` where the descriptor takes them whole, so that lines never mix with those of other processes.
    ///
    /// - Returns: 0, or what stood in the way (errno(3)): `EPIPE` when nobody reads any more.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&entry, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}

/// Lines that wait for being written, in order, up to a number of bytes.
struct LineBacklog: Sendable {
    private let bytesMax: Int
    private var lines: ArraySlice<[UInt8]> = []
    private var bytes = 0
    private var leftOut = 0

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var isEmpty: Bool { lines.isEmpty && leftOut == 0 }

    /// Takes a line, or counts it where it does not fit; one that follows such a gap has the word about it before it.
    mutating func add(_ line: [UInt8]) {
        let word = leftOut > 0 ? Self.word(leftOut) : []
        guard bytes + word.count + line.count <= bytesMax else {
            leftOut += 1
            return
        }
        leftOut = 0
        append(word)
        append(line)
    }

    private mutating func append(_ line: [UInt8]) {
        guard !line.isEmpty else { return }
        lines.append(line)
        bytes += line.count
    }

    /// The line whose turn it is.
    mutating func next() -> [UInt8]? {
        if let line = lines.popFirst() {
            bytes -= line.count
            if lines.isEmpty { lines = [] }
            return line
        }
        guard leftOut > 0 else { return nil }
        defer { leftOut = 0 }
        return Self.word(leftOut)
    }

    private static func word(_ count: Int) -> [UInt8] {
        Array("\(SystemClock.now().rfc3339) warning log: left out lines=\(count), as nobody read in time\n".utf8)
    }
}
