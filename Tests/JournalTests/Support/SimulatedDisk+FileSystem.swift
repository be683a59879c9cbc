import Glibc
import Synchronization

@testable import Journal

extension SimulatedDisk {
    /// The disk as the journal uses one.
    var fileSystem: JournalFileSystem {
        JournalFileSystem(
            open: { [self] path, mode throws(SystemError) in try open(path, mode) },
            close: { [self] descriptor in state.withLock { _ = $0.descriptors.removeValue(forKey: descriptor) } },
            read: { [self] descriptor, bytes, offset throws(SystemError) in try read(descriptor, bytes, offset) },
            write: { [self] descriptor, bytes, offset throws(SystemError) in try write(descriptor, Array(bytes), offset) },
            synchronize: { [self] descriptor throws(SystemError) in
                beforeSynchronize.withLock { $0 }?(descriptor)
                try change("fdatasync", descriptor) { inode, state in
                    if state.lies { return }
                    inode.durable = inode.content
                    inode.pending = []
                }
            },
            synchronizeDirectory: { [self] _ throws(SystemError) in
                try locked { state throws(SystemError) in
                    try state.begin("fsync")
                    if state.lies { return }
                    state.durableNames = state.names
                    state.pendingNames = []
                }
            },
            truncate: { [self] descriptor, size throws(SystemError) in
                try change("ftruncate", descriptor) { inode, _ in
                    Change.truncate(size).apply(to: &inode.content)
                    inode.pending.append(.truncate(size))
                }
            },
            size: { [self] descriptor throws(SystemError) in
                try locked { state throws(SystemError) in state.descriptors[descriptor].flatMap { state.inodes[$0] }?.content.count ?? 0 }
            },
            rename: { [self] from, to throws(SystemError) in
                try locked { state throws(SystemError) in
                    try state.begin("rename")
                    state.rename(.rename(from, to))
                }
            },
            remove: { [self] path throws(SystemError) in
                try locked { state throws(SystemError) in
                    try state.begin("unlink")
                    guard state.names[path] != nil else { throw SystemError("unlink", ENOENT) }
                    state.rename(.remove(path))
                }
            },
            createDirectory: { [self] path throws(SystemError) in
                try locked { state throws(SystemError) in
                    try state.begin("mkdir")
                    return state.directories.insert(path).inserted
                }
            },
            list: { [self] path throws(SystemError) in
                try locked { state throws(SystemError) in
                    guard state.directories.contains(path) else { throw SystemError("opendir", ENOENT) }
                    return state.names.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.utf8.count + 1)) }.filter {
                        !$0.contains("/")
                    }
                }
            },
            space: { [self] _ throws(SystemError) in try locked { state throws(SystemError) in state.space } },
            lockDirectory: { [self] _ throws(SystemError) in try locked { state throws(SystemError) in state.newDescriptor(0) } })
    }

    private func open(_ path: String, _ mode: JournalFileSystem.Mode) throws(SystemError) -> Int32 {
        try locked { state throws(SystemError) in
            try state.begin("open")
            if let inode = state.names[path] {
                if mode == .create {
                    state.inodes[inode]?.content = []
                    state.inodes[inode]?.pending.append(.truncate(0))
                }
                return state.newDescriptor(inode)
            }
            guard mode == .create || mode == .keep else { throw SystemError("open", ENOENT) }
            let inode = state.newInode()
            state.inodes[inode] = Inode()
            state.rename(.link(path, inode))
            return state.newDescriptor(inode)
        }
    }

    private func read(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) throws(SystemError) -> Int {
        let found = try locked { state throws(SystemError) -> [UInt8] in
            try state.begin("pread")
            guard let inode = state.descriptors[descriptor].flatMap({ state.inodes[$0] }), offset < inode.content.count else { return [] }
            return Array(inode.content[offset..<min(inode.content.count, offset + bytes.count)])
        }
        bytes.copyBytes(from: found)
        return found.count
    }

    private func write(_ descriptor: Int32, _ bytes: [UInt8], _ offset: Int) throws(SystemError) -> Int {
        try locked { state throws(SystemError) in
            try state.begin("pwrite")
            guard let number = state.descriptors[descriptor], let size = state.inodes[number]?.content.count else { throw SystemError("pwrite", EBADF) }
            let growth = max(0, offset + bytes.count - size)
            // Blocks that a file has already need no room.
            let taken = growth <= state.room ? bytes.count : max(0, bytes.count - growth + state.room)
            guard taken > 0 else { throw SystemError("pwrite", ENOSPC) }
            if state.room != .max { state.room -= max(0, offset + taken - size) }
            let change = Change.write(offset: offset, bytes: Array(bytes.prefix(taken)))
            change.apply(to: &state.inodes[number, default: Inode()].content)
            state.inodes[number]?.pending.append(change)
            return taken
        }
    }

    private func change(_ call: String, _ descriptor: Int32, _ body: (inout Inode, State) -> Void) throws(SystemError) {
        try locked { state throws(SystemError) in
            try state.begin(call)
            guard let number = state.descriptors[descriptor], var inode = state.inodes.removeValue(forKey: number) else { throw SystemError(call, EBADF) }
            body(&inode, state)
            state.inodes[number] = inode
        }
    }

    private func locked<Output>(_ body: (inout State) throws(SystemError) -> Output) throws(SystemError) -> Output {
        let result = state.withLock { state -> Result<Output, SystemError> in
            do throws(SystemError) { return .success(try body(&state)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

extension SimulatedDisk.State {
    mutating func newDescriptor(_ inode: Int) -> Int32 {
        nextDescriptor += 1
        descriptors[nextDescriptor] = inode
        return nextDescriptor
    }

    mutating func rename(_ change: SimulatedDisk.NameChange) {
        change.apply(to: &names)
        pendingNames.append(change)
    }
}
