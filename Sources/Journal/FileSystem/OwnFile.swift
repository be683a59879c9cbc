import Glibc

/// Opens the gateway's own files, and nothing that somebody else put in their place: no link, no device, no file of another user.
package enum OwnFile {
    /// Opens `path`; with `O_CREAT` it is made with mode 0600, and with `O_TRUNC` it is emptied once it is known to be the gateway's own.
    ///
    /// - Parameter replacing: Whether what is there and will not do is removed, and a new file made in its place: for files whose content is no loss. Then a
    ///   file with a second name will not do either.
    package static func open(_ path: String, _ flags: Int32, replacing: Bool = false) throws(SystemError) -> Int32 {
        do throws(SystemError) {
            return try plain(path, flags, isAlone: replacing)
        } catch {
            guard replacing, error.isPlanted || error.number == EISDIR else { throw error }
            // A link is removed and not followed; what is in a folder is somebody's, and stays in one beside it.
            if error.number == EISDIR {
                guard rmdir(path) == 0 || rename(path, path + ".folder") == 0 else { throw SystemError("rename") }
            } else {
                guard unlink(path) == 0 else { throw SystemError("unlink") }
            }
            return try plain(path, flags | O_CREAT | O_EXCL, isAlone: true)
        }
    }

    /// Throws when something is at `path` that `open` would refuse, or that cannot be read and written; opens nothing, so that no locks on it are lost.
    package static func check(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw SystemError("lstat")
        }
        if status.st_mode & S_IFMT == S_IFLNK { throw SystemError("open", ELOOP) }
        try judge(status)
        guard access(path, R_OK | W_OK) == 0 else { throw SystemError("access") }
    }

    private static func plain(_ path: String, _ flags: Int32, isAlone: Bool) throws(SystemError) -> Int32 {
        // Without O_NONBLOCK a pipe in the file's place would keep the caller waiting for its other end.
        let opened = flags & ~O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        var descriptor: Int32
        repeat { descriptor = Glibc.open(path, opened, 0o600) } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw SystemError("open") }
        do throws(SystemError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat") }
            try judge(status)
            if isAlone, status.st_nlink > 1 { throw SystemError("open", EMLINK) }
            if flags & O_TRUNC != 0, ftruncate(descriptor, 0) != 0 { throw SystemError("ftruncate") }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func judge(_ status: stat) throws(SystemError) {
        if status.st_mode & S_IFMT == S_IFDIR { throw SystemError("open", EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("open", ENXIO) }
        let user = geteuid()
        guard status.st_uid == user || status.st_uid == 0 || user == 0 else { throw SystemError("open", EPERM) }
    }
}

extension SystemError {
    /// Whether something is there that the gateway did not make.
    package var isPlanted: Bool { [ELOOP, EMLINK, ENXIO, EPERM].contains(number) }
}
