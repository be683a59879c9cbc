import Glibc
import Synchronization

/// Ends the process when one entry takes too long: nothing else stops a loop on a thread.
final class Watchdog: Sendable {
    /// When the entry in work was taken, in monotonic milliseconds; 0 while none is.
    private let since = Atomic<Int64>(0)
    private let entry = Atomic<UInt64>(0)
    private let isStopped = Atomic<Bool>(false)
    private let limit: Int64
    private let onHang: @Sendable (UInt64) -> Void

    init(limitMilliseconds: Int, onHang: @escaping @Sendable (UInt64) -> Void) {
        limit = Int64(max(limitMilliseconds, 1))
        self.onHang = onHang
    }

    func start() {
        WorkThread.start("weir-watchdog", givesWay: false) { [self] in watch() }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Says that entry `number` is in work from now on.
    func take(_ number: UInt64) {
        entry.store(number, ordering: .relaxed)
        since.store(Self.now(), ordering: .releasing)
    }

    /// Says that no entry is in work.
    func rest() { since.store(0, ordering: .releasing) }

    private func watch() {
        let pause = Int32(clamping: min(max(limit / 4, 10), 250))
        while !isStopped.load(ordering: .relaxed) {
            poll(nil, 0, pause)
            let began = since.load(ordering: .acquiring)
            if began != 0, Self.now() - began > limit {
                onHang(entry.load(ordering: .relaxed))
                return
            }
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return max(1, Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000)
    }
}
