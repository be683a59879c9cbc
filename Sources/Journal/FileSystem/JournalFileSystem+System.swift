import Glibc

extension JournalFileSystem {
    /// The operating system's own.
    package static let system = JournalFileSystem(
        open: { path, mode throws(SystemError) in
            switch mode {
            // A pipe in the place of a file would keep the caller waiting for its other end.
            case .read: try retrying("open") { Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
            case .write: try OwnFile.open(path, O_RDWR)
            case .create: try OwnFile.open(path, O_RDWR | O_CREAT | O_TRUNC, replacing: true)
            case .keep: try OwnFile.open(path, O_RDWR | O_CREAT, replacing: true)
            }
        },
        close: { descriptor in _ = Glibc.close(descriptor) },
        read: { descriptor, bytes, offset throws(SystemError) in
            try retrying("pread") { pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset)) }
        },
        write: { descriptor, bytes, offset throws(SystemError) in
            try retrying("pwrite") { pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset)) }
        },
        synchronize: { descriptor throws(SystemError) in
            // Never repeated: after a failure the kernel may have dropped what was to be written.
            guard fdatasync(descriptor) == 0 else { throw SystemError("fdatasync") }
        },
        synchronizeDirectory: { path throws(SystemError) in
            let descriptor = try retrying("open") { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            defer { _ = Glibc.close(descriptor) }
            guard fsync(descriptor) == 0 else { throw SystemError("fsync") }
        },
        truncate: { descriptor, size throws(SystemError) in _ = try retrying("ftruncate") { ftruncate(descriptor, off_t(size)) } },
        size: { descriptor throws(SystemError) in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemError("fstat") }
            return Int(status.st_size)
        },
        nextData: { descriptor, offset in
            let next = lseek(descriptor, off_t(offset), seekData)
            if next >= 0 { return Int(next) }
            // A file system that cannot tell has the bytes read.
            return errno == ENXIO ? nil : offset
        },
        rename: { from, to throws(SystemError) in _ = try retrying("rename") { Glibc.rename(from, to) } },
        remove: { path throws(SystemError) in _ = try retrying("unlink") { unlink(path) } },
        createDirectory: { path throws(SystemError) in
            if mkdir(path, 0o700) == 0 { return true }
            guard errno == EEXIST else { throw SystemError("mkdir") }
            return false
        },
        list: { path throws(SystemError) in try names(in: path) },
        space: { path throws(SystemError) in
            var status = statvfs()
            guard statvfs(path, &status) == 0 else { throw SystemError("statvfs") }
            let unit = UInt64(status.f_frsize)
            return DiskSpace(free: UInt64(status.f_bavail).multipliedClamping(unit), total: UInt64(status.f_blocks).multipliedClamping(unit))
        },
        lockDirectory: { path throws(SystemError) in
            let descriptor = try retrying("open") { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let error = SystemError("flock")
                _ = Glibc.close(descriptor)
                throw error
            }
            return descriptor
        }
    )

    /// `SEEK_DATA` of lseek(2), which the C library shows to GNU sources only.
    private static let seekData: Int32 = 3

    private static func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = opendir(path) else { throw SystemError("opendir") }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw SystemError("readdir") }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}

/// Calls until it is not interrupted by a signal; a negative result is an error.
private func retrying<Number: SignedInteger>(_ name: String, _ call: () -> Number) throws(SystemError) -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemError(name) }
    }
}

extension UInt64 {
    fileprivate func multipliedClamping(_ other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
