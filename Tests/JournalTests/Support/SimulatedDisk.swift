import Glibc
import Synchronization

@testable import Journal

/// A file system in memory that can lose what was not synchronised, tear it, fail, and stall.
final class SimulatedDisk: Sendable {
    /// One change that the disk has not been told to keep yet.
    enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(Int)
    }

    struct Inode {
        var content: [UInt8] = []
        /// What survives a power cut for certain.
        var durable: [UInt8] = []
        var pending: [Change] = []
    }

    enum NameChange {
        case link(String, Int)
        case rename(String, String)
        case remove(String)
    }

    struct State {
        var inodes: [Int: Inode] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var pendingNames: [NameChange] = []
        var directories: Set<String> = []
        var descriptors: [Int32: Int] = [:]
        var nextDescriptor: Int32 = 100
        var nextInode = 1
        var space = DiskSpace(free: 1 << 40, total: 1 << 41)
        /// Calls left until the power goes; nothing: it stays.
        var callsLeft: Int?
        /// Calls that fail, and how often still (`.max`: for ever).
        var failures: [String: (number: Int32, times: Int)] = [:]
        /// Counts of calls by name.
        var calls: [String: Int] = [:]
        /// Whether `synchronize` only says that it did.
        var lies = false
        /// Bytes that a write takes before it runs out of room.
        var room = Int.max
    }

    let state: Mutex<State>
    /// Called before each synchronisation of a file, outside the lock.
    let beforeSynchronize = Mutex<(@Sendable (Int32) -> Void)?>(nil)

    init(_ state: State = State()) { self.state = Mutex(state) }

    /// Lets the next `times` calls of that name fail.
    func fail(_ call: String, with number: Int32, times: Int = .max) { state.withLock { $0.failures[call] = (number, times) } }
    func mend(_ call: String) { state.withLock { $0.failures[call] = nil } }
    func cutPower(afterCalls calls: Int) { state.withLock { $0.callsLeft = calls } }
    func count(_ call: String) -> Int { state.withLock { $0.calls[call] ?? 0 } }
    func setSpace(free: UInt64) { state.withLock { $0.space = DiskSpace(free: free, total: $0.space.total) } }

    func onSynchronize(_ body: @escaping @Sendable (Int32) -> Void) { beforeSynchronize.withLock { $0 = body } }

    /// The bytes of a file as a process sees them.
    func bytes(_ path: String) -> [UInt8]? { state.withLock { state in state.names[path].flatMap { state.inodes[$0]?.content } } }
    /// Puts a durable file there.
    func put(_ bytes: [UInt8], at path: String) {
        state.withLock { state in
            let inode = state.names[path] ?? state.newInode()
            state.inodes[inode] = Inode(content: bytes, durable: bytes)
            state.names[path] = inode
            state.durableNames[path] = inode
        }
    }
    /// The paths of all files.
    var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// The disk as it may stand after a power cut: of what was not synchronised, any sectors and any first names may be there.
    func afterPowerCut(_ random: inout SeededGenerator) -> SimulatedDisk {
        state.withLock { state in
            var next = State()
            next.directories = state.directories
            next.space = state.space
            var names = state.durableNames
            for change in state.pendingNames.prefix(Int.random(in: 0...state.pendingNames.count, using: &random)) { change.apply(to: &names) }
            for (path, inode) in names {
                var content = state.inodes[inode]?.durable ?? []
                let kept: Double = [0.0, 0.5, 0.95, 1.0].randomElement(using: &random) ?? 0.0
                for change in state.inodes[inode]?.pending ?? [] { change.tear(&content, keeping: kept, &random) }
                next.inodes[inode] = Inode(content: content, durable: content)
                next.names[path] = inode
                next.nextInode = max(next.nextInode, inode + 1)
            }
            next.durableNames = next.names
            return SimulatedDisk(next)
        }
    }

    /// The disk as the next process sees it when this one was killed: everything written is there.
    func afterKill() -> SimulatedDisk {
        state.withLock { state in
            var next = state
            next.callsLeft = nil
            next.failures = [:]
            next.descriptors = [:]
            next.room = .max
            return SimulatedDisk(next)
        }
    }
}

extension SimulatedDisk.State {
    mutating func newInode() -> Int {
        defer { nextInode += 1 }
        return nextInode
    }

    /// Counts a call, and fails it where that is asked for.
    mutating func begin(_ call: String) throws(SystemError) {
        calls[call, default: 0] += 1
        if let left = callsLeft {
            guard left > 0 else { throw SystemError(call, EIO) }
            callsLeft = left - 1
        }
        if let failure = failures[call] {
            failures[call] = failure.times > 1 ? (failure.number, failure.times == .max ? .max : failure.times - 1) : nil
            throw SystemError(call, failure.number)
        }
    }
}

extension SimulatedDisk.NameChange {
    func apply(to names: inout [String: Int]) {
        switch self {
        case .link(let path, let inode): names[path] = inode
        case .rename(let from, let to):
            guard let inode = names.removeValue(forKey: from) else { return }
            names[to] = inode
        case .remove(let path): names[path] = nil
        }
    }
}

extension SimulatedDisk.Change {
    func apply(to content: inout [UInt8]) {
        switch self {
        case .write(let offset, let bytes):
            if content.count < offset + bytes.count { content += [UInt8](repeating: 0, count: offset + bytes.count - content.count) }
            content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        case .truncate(let size):
            if content.count > size { content.removeLast(content.count - size) } else { content += [UInt8](repeating: 0, count: size - content.count) }
        }
    }

    /// Applies some of the change: each sector of 512 bytes for itself, with the probability `kept`.
    func tear(_ content: inout [UInt8], keeping kept: Double, _ random: inout SeededGenerator) {
        switch self {
        case .write(let offset, let bytes):
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, (offset + start) / 512 * 512 + 512 - offset)
                if Double.random(in: 0..<1, using: &random) < kept {
                    SimulatedDisk.Change.write(offset: offset + start, bytes: Array(bytes[start..<end])).apply(to: &content)
                }
                start = end
            }
        case .truncate:
            if Double.random(in: 0..<1, using: &random) < kept { apply(to: &content) }
        }
    }
}
