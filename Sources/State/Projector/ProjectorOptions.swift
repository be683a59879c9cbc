import Glibc
import Logging

/// How the projector works.
package struct ProjectorOptions: Sendable {
    /// Entries in one transaction at most: a longer one would keep the journal's writes waiting for the disk.
    package var batchEntries = 100
    /// Milliseconds of processor time in one transaction at most.
    package var batchMilliseconds = 5
    /// How much larger transactions are while nothing comes in: they then keep nobody waiting, and a commit costs less for each entry.
    package var quietFactor = 5
    /// Bytes of bodies that are read at once.
    package var batchBytes = 4 << 20
    /// Milliseconds that one entry may take.
    package var watchdogMilliseconds = 10_000
    /// Milliseconds before an entry is taken that was in work when the process died: senders are to be answered meanwhile, even if it dies again.
    package var suspectPauseMilliseconds = 0
    /// Whether the scheduler prefers everything else of the process.
    package var givesWay = true
    package var log = Logger(label: "weir.projector")
    /// What ends the process when an entry, whose number is given, takes too long.
    package var onHang: @Sendable (UInt64) -> Void = ProjectorOptions.endProcess

    package init() {}

    /// Says so on standard error and ends the process at once: the thread that hangs cannot be stopped in any other way.
    package static func endProcess(_ entry: UInt64) {
        let line = Array("weir: entry \(entry) took longer to project than it may; the process ends and takes it alone after the restart\n".utf8)
        // Nobody may be reading.
        var entry = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        if poll(&entry, 1, 100) > 0 { _ = write(STDERR_FILENO, line, line.count) }
        _exit(1)
    }
}
