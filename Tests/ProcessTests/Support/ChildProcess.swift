import Foundation
import Glibc
import Synchronization

/// A child process.
///
/// Foundation's `Process` is of no use to tests that run beside one another: it learns of a child's end by a descriptor that other children
/// inherit, so that a child seems to live until all of them have ended.
final class ChildProcess: Sendable {
    let identifier: pid_t
    private let ended = Mutex<Int32?>(nil)

    /// Starts `path`; `output` and `errors` become the child's own, anything else of this process's stays with it.
    init(_ path: String, _ arguments: [String], environment: [String: String], output: Int32, errors: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // What is not open is passed over: posix_spawn(3) of glibc reports numbers out of range only.
        for descriptor in Int32(3)..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var identifier: pid_t = 0
        let result = posix_spawnp(&identifier, path, &actions, nil, &words, &variables)
        guard result == 0 else { throw GatewayError(message: "cannot start \(path): \(String(cString: strerror(result)))") }
        self.identifier = identifier
    }

    /// The exit status, or the number of the signal that ended it; nothing while it runs.
    var status: Int32? {
        ended.withLock { ended in
            if ended == nil {
                var status: Int32 = 0
                if waitpid(identifier, &status, WNOHANG) == identifier { ended = status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f }
            }
            return ended
        }
    }

    var isRunning: Bool { status == nil }

    func signal(_ number: Int32) { ended.withLock { if $0 == nil { kill(identifier, number) } } }
}

/// A pipe whose ends no other child inherits: a pair of sockets, which are closed on exec from their first moment.
struct OutputPipe {
    let reading: FileHandle
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw GatewayError(message: "no sockets: \(String(cString: strerror(errno)))")
        }
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = ends[1]
    }

    /// To be called once the child has its end.
    func closeWriting() { close(writing) }

    /// Everything until the last writer has closed its end.
    func text() async -> String {
        let reading = reading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: String(decoding: reading.readDataToEndOfFile(), as: UTF8.self)) }
        }
    }

    /// The first line.
    func line() async -> String {
        let reading = reading
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var line: [UInt8] = []
                while let byte = try? reading.read(upToCount: 1), let first = byte.first, first != UInt8(ascii: "\n") { line.append(first) }
                continuation.resume(returning: String(decoding: line, as: UTF8.self))
            }
        }
    }
}
