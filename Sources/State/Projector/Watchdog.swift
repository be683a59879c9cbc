import Glibc
import Synchronization

/// Ends the process when one entry takes too long: nothing else stops a loop on a thread.
///
/// Counted is the time in which the thread runs or is blocked, and not that in which it waits for a processor.
final class Watchdog: Sendable {
    /// When the entry in work was taken, in monotonic milliseconds; 0 while none is.
    private let since = Atomic<Int64>(0)
    private let entry = Atomic<UInt64>(0)
    private let isStopped = Atomic<Bool>(false)
    private let thread = ThreadView()
    private let limit: Int64
    private let onHang: @Sendable (UInt64) -> Void

    init(limitMilliseconds: Int, onHang: @escaping @Sendable (UInt64) -> Void) {
        limit = Int64(max(limitMilliseconds, 1))
        self.onHang = onHang
    }

    /// Begins to watch what the calling thread takes.
    func start() {
        thread.adopt()
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
        var clock = EntryClock()
        while !isStopped.load(ordering: .relaxed) {
            poll(nil, 0, pause)
            clock.observe(look())
            if clock.milliseconds > limit {
                onHang(entry.load(ordering: .relaxed))
                return
            }
        }
    }

    private func look() -> EntryClock.Look {
        let began = since.load(ordering: .acquiring)
        let number = entry.load(ordering: .relaxed), view = began == 0 ? nil : thread.look()
        return EntryClock.Look(entry: number, since: began, now: Self.now(), processor: view?.processor ?? 0, isRunnable: view?.isRunnable ?? false)
    }

    /// Monotonic milliseconds, at least 1.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return max(1, Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000)
    }
}
