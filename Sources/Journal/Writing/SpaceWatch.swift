import Synchronization

/// Asks from time to time whether the disk reserve is reached.
final class SpaceWatch: Sendable {
    private static let intervalMilliseconds: Int64 = 100

    private let directory: String
    private let fileSystem: JournalFileSystem
    private let reserve: DiskReserve
    private let status: JournalStatus
    private let lastCheck = Atomic<Int64>(0)

    init(directory: String, fileSystem: JournalFileSystem, reserve: DiskReserve, status: JournalStatus) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.reserve = reserve
        self.status = status
    }

    /// Looks again if the last look is at least 100 ms ago at `now`.
    func check(now: Int64) {
        let last = lastCheck.load(ordering: .relaxed)
        guard last == 0 || now - last >= Self.intervalMilliseconds else { return }
        guard lastCheck.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged else { return }
        // Where the system does not tell, the last answer stands: a write finds out.
        if let space = try? fileSystem.space(directory) { status.setReserveReached(reserve.isReached(by: space)) }
    }

    /// Whether `bytes` more would still leave the reserve.
    func leavesReserve(after bytes: Int) -> Bool {
        guard let space = try? fileSystem.space(directory), let bytes = UInt64(exactly: bytes), space.free > bytes else { return false }
        return !reserve.isReached(by: DiskSpace(free: space.free - bytes, total: space.total))
    }
}
