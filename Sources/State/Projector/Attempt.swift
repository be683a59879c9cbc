/// What the projector had in work when it was last written down, and what it died on before: enough to tell which entry kills the process.
///
/// It outlives state.db: one that is made anew comes to the same entries again, and takes those alone that it died on, and no others.
struct Attempt: Equatable, Sendable {
    /// Deaths with one entry alone in work after which it is left out.
    static let deathsMax = 3
    /// Ranges of suspects that are kept apart: there is more than one only where state.db was made anew between two deaths.
    static let rangesMax = 8

    /// Entries that the process died on: they are taken one at a time.
    struct Suspects: Equatable, Sendable {
        let first: UInt64
        let last: UInt64
        /// Deaths with the first of them in work; the others shared one at most.
        let deaths: Int

        func contains(_ number: UInt64) -> Bool { first...last ~= number }
        func deaths(of number: UInt64) -> Int { number == first ? deaths : min(deaths, 1) }

        /// Those of them from `number` on.
        fileprivate func from(_ number: UInt64) -> Suspects? {
            if number <= first { return self }
            return number <= last ? Suspects(first: number, last: last, deaths: deaths(of: number)) : nil
        }

        /// Those of them before `number`.
        fileprivate func before(_ number: UInt64) -> Suspects? {
            number <= first ? nil : Suspects(first: first, last: min(last, number - 1), deaths: deaths)
        }
    }

    /// Nothing is in work, and nothing is known.
    static let none = Attempt(first: 0, last: 0, deaths: 0)

    /// The entries in work; equal when one is alone, 0 when none is.
    private(set) var first: UInt64
    private(set) var last: UInt64
    /// How often the process died with them in work, or with those that they were split from.
    private(set) var deaths: Int
    /// How much of the first entry was stored when it was taken into work.
    private(set) var units: Int
    /// In order, without those that were passed.
    private(set) var suspects: [Suspects]

    init(first: UInt64, last: UInt64, deaths: Int, units: Int = 0, suspects: [Suspects] = []) {
        (self.first, self.last, self.deaths, self.units, self.suspects) = (first, last, deaths, units, suspects)
    }

    /// Those whose first has to be left out before anything is projected.
    var condemned: [Suspects] { suspects.filter { $0.deaths >= Self.deathsMax } }

    var isAtRest: Bool { first == 0 && last == 0 }

    /// What is known at a start: the range counts a death if it was in work, that is if `position` lies before its end.
    ///
    /// - Parameter unfinished: The entry that is amid its parts, and how much of it is stored: what got on since it was taken into work is not what the
    ///   process dies of.
    func atStart(position: UInt64, unfinished: (entry: UInt64, units: Int)? = nil) -> Attempt {
        let left = suspects.compactMap { position < .max ? $0.from(position + 1) : nil }
        guard position < last else { return Attempt(first: 0, last: 0, deaths: 0, suspects: left) }
        var deaths = deaths
        if let unfinished, first...last ~= unfinished.entry, unfinished.units > units { deaths = 0 }
        let died = Suspects(first: first, last: last, deaths: deaths + 1)
        let others = left.flatMap { [$0.before(first), last < .max ? $0.from(last + 1) : nil].compactMap { $0 } }
        return Attempt(first: first, last: last, deaths: deaths + 1, units: units, suspects: Self.joined(others + [died]))
    }

    /// Whether entry `number` has to be alone in work.
    func isSuspect(_ number: UInt64) -> Bool { suspects.contains { $0.contains(number) } }

    /// What to write down before the entries `first` to `last` are taken into work: those before them are passed.
    func taking(first: UInt64, last: UInt64, units: Int = 0) -> Attempt {
        let deaths = suspects.first { $0.contains(first) }?.deaths(of: first) ?? 0
        return Attempt(first: first, last: last, deaths: deaths, units: units, suspects: suspects.compactMap { $0.from(first) })
    }

    /// What to write down while nothing is in work, so that a process that ends now has not died of an entry: deaths from before stay counted.
    var resting: Attempt { Attempt(first: 0, last: 0, deaths: 0, suspects: suspects) }

    /// What to write down when the one entry in work has got on.
    var gettingOn: Attempt {
        let cleared = suspects.map { $0.first == first ? Suspects(first: first, last: $0.last, deaths: 0) : $0 }
        return Attempt(first: first, last: last, deaths: 0, units: units, suspects: cleared)
    }

    /// In order; neighbours are one range, and so are those that are nearest where there are too many.
    private static func joined(_ suspects: [Suspects]) -> [Suspects] {
        var joined: [Suspects] = []
        for next in suspects.sorted(by: { $0.first < $1.first }) {
            if let last = joined.last, next.deaths <= 1, last.last &+ 1 == next.first {
                joined[joined.count - 1] = Suspects(first: last.first, last: next.last, deaths: last.deaths)
            } else {
                joined.append(next)
            }
        }
        while joined.count > rangesMax {
            let nearest = joined.indices.dropLast().min { joined[$0 + 1].first - joined[$0].last < joined[$1 + 1].first - joined[$1].last } ?? 0
            let (left, right) = (joined[nearest], joined.remove(at: nearest + 1))
            joined[nearest] = Suspects(first: left.first, last: right.last, deaths: left.deaths)
        }
        return joined
    }
}
