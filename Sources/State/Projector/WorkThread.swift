import Foundation
import Glibc

/// A thread for work that blocks, which does not belong on the cooperative pool.
enum WorkThread {
    /// Runs `body` on a thread of its own; with `givesWay`, the scheduler prefers everything else of the process.
    static func start(_ name: String, givesWay: Bool, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            show(name)
            if givesWay { giveWay() }
            body()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Names the thread for those who look at the process, which Foundation's `name` does not; it works without.
    private static func show(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    /// Has the scheduler prefer everybody else to the calling thread, but not for ever: a thread that waits for a processor with a file
    /// system's transaction open keeps everybody's `fdatasync` waiting, and under `SCHED_IDLE` that was seen to last four seconds.
    private static func giveWay() {
        // On Linux, 0 names the calling thread and not the process (setpriority(2), "C library/kernel differences").
        _ = setpriority(Int32(bitPattern: PRIO_PROCESS.rawValue), 0, 10)
    }
}
