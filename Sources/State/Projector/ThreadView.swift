import Glibc
import Synchronization

/// A thread as others see it: how much of a processor it has used, and whether it waits for one.
final class ThreadView: Sendable {
    private let clock = Atomic<Int32>(0)
    private let thread = Atomic<Int32>(0)

    /// Makes the calling thread the one that is looked at.
    func adopt() {
        var id: clockid_t = 0
        guard pthread_getcpuclockid(pthread_self(), &id) == 0 else { return }
        clock.store(id, ordering: .relaxed)
        thread.store(Self.ownNumber, ordering: .releasing)
    }

    /// Processor milliseconds used so far, and whether the thread runs or could run; nothing when that cannot be told.
    func look() -> (processor: Int64, isRunnable: Bool)? {
        let id = thread.load(ordering: .acquiring)
        var time = timespec()
        guard id != 0, clock_gettime(clock.load(ordering: .relaxed), &time) == 0, let state = Self.state(of: id) else { return nil }
        return (Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000, state == UInt8(ascii: "R"))
    }

    /// What the system calls the calling thread, 0 where that cannot be told: `/proc/thread-self` leads to `PID/task/TID` (proc(5)).
    private static var ownNumber: Int32 {
        var path = [UInt8](repeating: 0, count: 64)
        let count = path.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { readlink("/proc/thread-self", $0, bytes.count) } ?? 0 }
        guard count > 0, let number = path.prefix(count).split(separator: UInt8(ascii: "/")).last else { return 0 }
        return Int32(String(decoding: number, as: UTF8.self)) ?? 0
    }

    /// The letter behind the name in parentheses (proc_pid_stat(5), field 3).
    private static func state(of thread: Int32) -> UInt8? {
        let descriptor = open("/proc/self/task/\(thread)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0, let end = bytes.prefix(count).lastIndex(of: UInt8(ascii: ")")), end + 2 < count else { return nil }
        return bytes[end + 2]
    }
}
