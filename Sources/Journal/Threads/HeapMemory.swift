import Glibc
import Synchronization

/// What the C library's allocator keeps of memory that was freed.
package enum HeapMemory {
    private static let pauseMilliseconds: Int64 = 1000
    private static let last = Atomic<Int64>(.min)

    /// Gives memory that nobody uses back to the system, at most once a second: after work that needed much of it. Takes a few milliseconds.
    ///
    /// - Returns: whether it was done now.
    @discardableResult package static func giveBack() -> Bool {
        let now = MonotonicClock.milliseconds(), before = last.load(ordering: .relaxed)
        guard before == .min || now - before >= pauseMilliseconds else { return false }
        guard last.compareExchange(expected: before, desired: now, ordering: .relaxed).exchanged else { return false }
        // malloc.h is not part of Swift's Glibc module: malloc_trim(3).
        guard let symbol = dlsym(nil, "malloc_trim") else { return true }
        typealias Trim = @convention(c) (Int) -> Int32
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
        return true
    }
}
