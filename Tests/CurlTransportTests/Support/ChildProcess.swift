import Glibc

/// The openssl command as a child.
///
/// Foundation's `Process` is of no use to tests that run beside one another: it learns of a child's end
/// by a descriptor that other children inherit.
final class ChildProcess: Sendable {
    let pid: pid_t
    /// Where its standard output can be read.
    let output: Int32

    /// Starts `openssl` with `arguments`, of which those that begin with `@` name files in `folder`.
    init(openssl arguments: [String], in folder: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw PeerError.socket(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var words = (["openssl"] + arguments).map { strdup($0.first == "@" ? folder + "/" + $0.dropFirst() : $0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, "openssl", &actions, nil, &words, environ)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            throw PeerError.socket(result)
        }
        self.pid = pid
        output = ends[0]
    }

    deinit { close(output) }

    /// Waits for its end; the exit status, or -1.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : -1
    }

    func terminate() {
        kill(pid, SIGKILL)
        _ = wait()
    }
}
