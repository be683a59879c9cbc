import FindingModel

/// When a finding was first and last seen: by the scanner's own word where it gave one, else by the times of its events.
package struct SeenTimes: Equatable, Sendable {
    /// What a word about the finding says of its having been seen.
    package enum Sighting: Sendable {
        /// It is there.
        case seen
        /// It is about the finding, and says nothing about where it stands.
        case silent
        /// It is fixed, or what people decided about it: nobody saw it.
        case unseen
    }

    /// The earliest first-seen time and the latest last-seen time that were said.
    package var saidFirst: Timestamp?
    package var saidLast: Timestamp?
    /// The earliest event about the finding.
    package var earliest: Timestamp?
    /// The latest that saw it, and the latest that said nothing about where it stands: that counts while none of the others has been.
    package var seen: Timestamp?
    package var silent: Timestamp?

    package init() {}

    package var first: Timestamp? {
        if let saidFirst { return saidFirst }
        // A time that nobody said must not contradict one that somebody did.
        return earliest.map { earliest in saidLast.map { min($0, earliest) } ?? earliest }
    }

    package var last: Timestamp? {
        if let saidLast { return saidLast }
        return (seen ?? silent ?? earliest).map { time in first.map { max($0, time) } ?? time }
    }

    package mutating func add(_ sighting: Sighting, at time: Timestamp, saidFirst: Timestamp? = nil, saidLast: Timestamp? = nil) {
        earliest = earliest.map { min($0, time) } ?? time
        switch sighting {
        case .seen: seen = seen.map { max($0, time) } ?? time
        case .silent: silent = silent.map { max($0, time) } ?? time
        case .unseen: break
        }
        if let saidFirst { self.saidFirst = self.saidFirst.map { min($0, saidFirst) } ?? saidFirst }
        if let saidLast { self.saidLast = self.saidLast.map { max($0, saidLast) } ?? saidLast }
    }
}
