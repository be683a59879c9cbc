/// What the projector had in work when it was last written down: enough to tell, after the process died, which entry killed it.
struct Attempt: Equatable, Sendable {
    /// Deaths with one entry alone in work after which it is left out.
    static let deathsMax = 3

    /// The entries in work; equal when one is alone.
    var first: UInt64
    var last: UInt64
    /// How often the process died with this range in work, or with the one it was split from.
    var deaths: Int
    /// The end of a range that the process died on: its entries are taken one at a time.
    var suspectsEnd: UInt64
    /// How much of the first entry was stored when it was taken into work.
    var units = 0

    var isAlone: Bool { first == last }

    /// The entry that has to be left out before anything is projected.
    var condemned: UInt64? { isAlone && deaths >= Self.deathsMax ? first : nil }

    /// What is known at a start: the range counts a death if it was in work, that is if `position` lies before its end.
    ///
    /// - Parameter unfinished: The entry that is amid its parts, and how much of it is stored: what got on since it was taken into work is not what the
    ///   process dies of.
    func atStart(position: UInt64, unfinished: (entry: UInt64, units: Int)? = nil) -> Attempt {
        guard position < last else { return Attempt(first: 0, last: 0, deaths: 0, suspectsEnd: suspectsEnd) }
        var next = self
        if let unfinished, first...last ~= unfinished.entry, unfinished.units > units { next.deaths = 0 }
        next.deaths += 1
        next.suspectsEnd = max(suspectsEnd, last)
        return next
    }

    /// Whether entry `number` has to be alone in work.
    func isSuspect(_ number: UInt64) -> Bool { number <= suspectsEnd }

    /// What to write down before the entries `first` to `last` are taken into work.
    func taking(first: UInt64, last: UInt64, units: Int = 0) -> Attempt {
        Attempt(first: first, last: last, deaths: inheritedDeaths(first), suspectsEnd: isSuspect(first) ? suspectsEnd : 0, units: units)
    }

    /// What to write down after an error, say of a full disk: nothing is in work any more, and a process that ends now has not died of an entry. Deaths
    /// from before stay counted.
    var endedByError: Attempt {
        guard deaths > 0 else { return Attempt(first: 0, last: 0, deaths: 0, suspectsEnd: suspectsEnd) }
        var next = self
        // The next start counts one.
        next.deaths -= 1
        return next
    }

    private func inheritedDeaths(_ number: UInt64) -> Int {
        guard isSuspect(number) else { return 0 }
        // An entry that was alone keeps its own count; the others of the range begin with the one death they shared.
        return first...last ~= number ? deaths : min(deaths, 1)
    }

    static let none = Attempt(first: 0, last: 0, deaths: 0, suspectsEnd: 0)
}
