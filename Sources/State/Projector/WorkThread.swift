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

    /// `SCHED_IDLE` of linux/sched.h, which Glibc's module leaves out.
    private static let idlePolicy: Int32 = 5

    /// Has the scheduler prefer everybody else to the calling thread.
    ///
    /// Under `SCHED_IDLE` a thread that wakes up takes the processor at once (sched(7)); beside a thread that is only "nice" it may have to wait
    /// for the end of a time slice, and that wait is in every sender's answer. 0 names the calling thread and not the process.
    private static func giveWay() {
        var parameters = sched_param()
        guard sched_setscheduler(0, idlePolicy, &parameters) != 0 else { return }
        _ = setpriority(Int32(bitPattern: PRIO_PROCESS.rawValue), 0, 19)
    }
}
