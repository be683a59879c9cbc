/// Decides whether the writer waits a moment for more entries before it writes a batch.
///
/// Between a lone event and a flood nearly every entry would get an `fdatasync` of its own, several thousand a second, and what those and their
/// wake-ups cost is missing for projecting and delivering. So while entries stream in, they gather for a few milliseconds. Beyond
/// that a batch fills while the one before it is written.
struct BatchPace {
    /// Entries with which a batch is worth its `fdatasync`.
    static let entriesEnough = 32
    /// The longest that an entry waits for others, in milliseconds.
    static let millisecondsMax: Int64 = 4
    /// How long one step of waiting takes, in milliseconds.
    static let stepMilliseconds = 2
    /// Entries a second between which they gather.
    static let entriesPerSecond: ClosedRange<Int64> = 2000...20_000
    /// The time over which entries are counted, in milliseconds.
    static let windowMilliseconds: Int64 = 50
    /// After how many waits in a row that ended with a step in which nobody came there is no waiting for a while.
    static let vainMax = 3
    /// How long nothing gathers after that, in milliseconds.
    static let restMilliseconds: Int64 = 200

    private var isStreaming = false
    private var window: (begun: Int64, entries: Int64)?
    private var gathering: (begun: Int64, queued: Int)?
    /// Waits in a row that ended with a step in which nobody came.
    private var vain = 0
    private var restsUntil: Int64 = 0

    /// Takes in that `entries` were taken from the queue at `now`, in monotonic milliseconds.
    mutating func took(_ entries: Int, at now: Int64) {
        guard let (begun, before) = window, now >= begun else {
            window = (now, Int64(entries))
            return
        }
        let passed = now - begun
        guard passed >= Self.windowMilliseconds else {
            window = (begun, before + Int64(entries))
            return
        }
        isStreaming = Self.entriesPerSecond.contains(before * 1000 / passed)
        window = (now, Int64(entries))
    }

    /// Whether to wait one more step, with `queued` entries in the queue at `now`.
    ///
    /// When steps bring nobody, all who send are waiting for their answers, and waiting longer would only slow them down.
    mutating func waits(queued: Int, at now: Int64) -> Bool {
        guard isStreaming, now >= restsUntil, queued > 0 else { return stop() }
        guard let (begun, before) = gathering else {
            guard queued < Self.entriesEnough else { return stop() }
            gathering = (now, queued)
            return true
        }
        guard queued > before else {
            vain += 1
            if vain == Self.vainMax { restsUntil = now + Self.restMilliseconds }
            vain %= Self.vainMax
            return stop()
        }
        guard queued < Self.entriesEnough, now - begun < Self.millisecondsMax else {
            vain = 0
            return stop()
        }
        gathering = (begun, queued)
        return true
    }

    private mutating func stop() -> Bool {
        gathering = nil
        return false
    }
}
