import Foundation
import Glibc

/// A thread for work that blocks, which does not belong on the cooperative pool.
enum WorkThread {
    /// Runs `body` on a thread of its own; with `givesWay`, the scheduler prefers everything else of the process.
    static func start(_ name: String, givesWay: Bool, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            show(name)
            // On Linux, 0 names the calling thread and not the process (setpriority(2), "C library/kernel differences").
            if givesWay { _ = setpriority(Int32(bitPattern: PRIO_PROCESS.rawValue), 0, 19) }
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
}
