import FindingModel

/// When a finding was first and last seen: by the scanner's own word where it gave one, else by the times of its events.
package struct SeenTimes: Equatable, Sendable {
    /// The earliest first-seen time and the latest last-seen time that were said.
    package var saidFirst: Timestamp?
    package var saidLast: Timestamp?
    /// The earliest and the latest event about the finding.
    package var earliest: Timestamp?
    package var latest: Timestamp?

    package init() {}

    package var first: Timestamp? { saidFirst ?? earliest }
    package var last: Timestamp? { saidLast ?? latest }

    package mutating func add(event time: Timestamp, saidFirst: Timestamp?, saidLast: Timestamp?) {
        earliest = earliest.map { min($0, time) } ?? time
        latest = latest.map { max($0, time) } ?? time
        if let saidFirst { self.saidFirst = self.saidFirst.map { min($0, saidFirst) } ?? saidFirst }
        if let saidLast { self.saidLast = self.saidLast.map { max($0, saidLast) } ?? saidLast }
    }
}
