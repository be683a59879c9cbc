import FindingModel

/// How many of a sink's requests with changes that had no row were taken and how many failed as a whole, by the minute.
struct RequestTally: Sendable {
    struct Share: Equatable, Sendable {
        var all = 0
        var failed = 0
    }

    private struct Minute: Sendable {
        let number: Int64
        var share = Share()
    }

    private var minutes: [Minute] = []
    /// What is older says little about today.
    private static let minutesMax = 24 * 60

    mutating func note(failed: Bool, at now: Timestamp) {
        let number = Self.minute(now)
        // A clock that was set back counts on in the minute that it had reached.
        if minutes.last.map({ $0.number < number }) ?? true { minutes.append(Minute(number: number)) }
        minutes[minutes.count - 1].share.all += 1
        if failed { minutes[minutes.count - 1].share.failed += 1 }
        if minutes.count > Self.minutesMax { minutes.removeFirst(minutes.count - Self.minutesMax) }
    }

    /// The requests since the minute of `time`.
    func since(_ time: Timestamp) -> Share {
        let first = Self.minute(time)
        return minutes.reversed().prefix { $0.number >= first }.reduce(into: Share()) { sum, minute in
            sum.all += minute.share.all
            sum.failed += minute.share.failed
        }
    }

    private static func minute(_ time: Timestamp) -> Int64 { time.milliseconds / 60_000 }
}
