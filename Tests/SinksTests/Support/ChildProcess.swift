import Glibc
import Synchronization

/// A program that runs beside a test; it is ended with the value.
final class ChildProcess: Sendable {
    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    /// Whether its number may be somebody else's by now.
    private let hasEnded = Mutex(false)

    /// Starts `words[0]`, looked for where the shell looks, with the others as arguments.
    init(_ words: [String]) throws {
        var input: [Int32] = [0, 0], output: [Int32] = [0, 0]
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw PeerError.socket(errno) }
        for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, words.first ?? "", &actions, nil, &arguments, environ)
        close(input[0])
        close(output[1])
        guard result == 0 else {
            close(input[1])
            close(output[0])
            throw PeerError.socket(result)
        }
        (self.pid, self.input, self.output) = (pid, input[1], output[0])
    }

    deinit {
        if !hasEnded.withLock({ $0 }) {
            kill(pid, SIGKILL)
            _ = wait()
        }
        close(input)
        close(output)
    }

    /// The next line of its output without its end; nothing when there is none any more.
    func nextLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            if byte == 0x0a { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Waits for its end; the exit status, or -1.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
        hasEnded.withLock { $0 = true }
        return status & 0x7f == 0 ? status >> 8 & 0xff : -1
    }

    /// Whether the program ends with 0.
    static func succeeds(_ words: [String]) -> Bool { (try? ChildProcess(words).wait()) == 0 }
}
