/// How long the entry in work has been worked on, as far as looks from outside tell: time in which its thread waited for a processor does
/// not count, because on a busy machine the projector waits for everybody else.
struct EntryClock: Sendable {
    /// What one look shows.
    struct Look: Sendable {
        /// Which entry is in work, and since when; both 0 when none is.
        var entry: UInt64
        var since: Int64
        /// Monotonic milliseconds now.
        var now: Int64
        /// Processor milliseconds that the thread has used so far.
        var processor: Int64
        /// Whether the thread runs or could run; otherwise it waits for the disk or for somebody.
        var isRunnable: Bool
    }

    /// Milliseconds that count against the entry.
    private(set) var milliseconds: Int64 = 0
    private var last: Look?

    /// Takes a look in, which must be later than the ones before.
    mutating func observe(_ look: Look) {
        defer { last = look }
        guard look.since != 0, let last, last.entry == look.entry, last.since == look.since else {
            milliseconds = 0
            return
        }
        let passed = max(0, look.now - last.now)
        milliseconds += look.isRunnable ? min(passed, max(0, look.processor - last.processor)) : passed
    }
}
