import Glibc
import Synchronization

struct ProgramError: Error {
    let program: String
    let status: Int32
}

/// A program as a child, with what it says in the file `output` of its folder; ends with the value.
///
/// Foundation's `Process` is of no use to tests that run beside one another: it learns of a child's end by a descriptor that other children
/// inherit.
final class Program: Sendable {
    private let pid: pid_t
    private let status = Mutex<Int32?>(nil)

    /// Starts the program, found along the path; arguments that begin with `@` name files in `folder`.
    init(_ name: String, _ arguments: [String], in folder: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/output", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Sockets of tests that run beside this one must end when they end.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // The threads that tests run on take no signals, and a child begins with its parent's mask.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([name] + arguments).map { strdup($0.first == "@" ? folder + "/" + $0.dropFirst() : $0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, name, &actions, &attributes, &words, environ)
        guard result == 0 else { throw ProgramError(program: name, status: result) }
        self.pid = pid
    }

    deinit { end(within: 0) }

    /// Asks it to end, and makes it end after so many seconds; the exit status, or -1 when it was a signal.
    @discardableResult
    func end(within seconds: Int = 20) -> Int32 {
        status.withLock { status in
            if let status { return status }
            kill(pid, seconds > 0 ? SIGTERM : SIGKILL)
            let ended = wait(until: ContinuousClock.now + .seconds(seconds)) ?? -1
            status = ended
            return ended
        }
    }

    /// Waits for its end; the exit status, or -1 when it was a signal or too late.
    func wait(within seconds: Int = 60) -> Int32 {
        status.withLock { status in
            if let status { return status }
            let ended = wait(until: ContinuousClock.now + .seconds(seconds)) ?? -1
            status = ended
            return ended
        }
    }

    /// The end that comes by itself until `deadline`, or else by force.
    private func wait(until deadline: ContinuousClock.Instant) -> Int32? {
        var status: Int32 = 0
        while true {
            let result = waitpid(pid, &status, WNOHANG)
            if result == pid { return status & 0x7f == 0 ? status >> 8 & 0xff : -1 }
            guard result == 0 || errno == EINTR else { return nil }
            if ContinuousClock.now >= deadline { kill(pid, SIGKILL) }
            poll(nil, 0, 5)
        }
    }
}
