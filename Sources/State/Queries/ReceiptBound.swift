import FindingModel
import Journal

/// One end of a stretch of receipts, as people name it: a moment of the wall clock, or a receipt's number.
///
/// Receipt times never fall while the clock that gave the last one was a little ahead, so people's own times are compared with the wall clock's.
package enum ReceiptBound: Hashable, Sendable {
    /// What the wall clock said when the receipt came.
    case wall(Timestamp)
    /// A receipt's number: that receipt belongs to the stretch, whichever end this is.
    case receipt(UInt64)
    /// A receipt time: how decisions of older versions name their ends.
    case received(Timestamp)

    /// Whether the entry stands at or behind this beginning.
    func begins(before entry: Entry) -> Bool { begins(number: entry.number, wall: entry.wallTime, received: entry.receivedTime) }

    /// Whether the entry stands before this end.
    func ends(behind entry: Entry) -> Bool { ends(number: entry.number, wall: entry.wallTime, received: entry.receivedTime) }

    private func begins(number: UInt64, wall: Timestamp, received: Timestamp) -> Bool {
        switch self {
        case .wall(let time): time <= wall
        case .receipt(let first): first <= number
        case .received(let time): time <= received
        }
    }

    private func ends(number: UInt64, wall: Timestamp, received: Timestamp) -> Bool {
        switch self {
        case .wall(let time): wall < time
        case .receipt(let last): number <= last
        case .received(let time): received < time
        }
    }

    /// Whether the change is of an entry at or behind this beginning.
    package func begins(before change: Change) -> Bool {
        begins(number: ChangeID(change.id)?.entry ?? 0, wall: change.wallTime, received: change.receivedTime)
    }

    /// Whether the change is of an entry before this end.
    package func ends(behind change: Change) -> Bool {
        ends(number: ChangeID(change.id)?.entry ?? 0, wall: change.wallTime, received: change.receivedTime)
    }
}

extension ReceiptBound {
    /// Reads a time (RFC 3339 with milliseconds, in UTC) or a receipt's number, from 1 on; nothing for another text.
    package init?(_ text: String) {
        if let time = Timestamp(rfc3339: text.utf8) {
            self = .wall(time)
        } else if let number = Self.number(text) {
            self = .receipt(number)
        } else {
            return nil
        }
    }

    /// Reads a moment as people write it, or a receipt's number; nothing for another text.
    package init?(written text: String) {
        if let time = MomentText.timestamp(text) {
            self = .wall(time)
        } else if let number = Self.number(text) {
            self = .receipt(number)
        } else {
            return nil
        }
    }

    /// A receipt's number as people write it; nothing for another text.
    package static func number(_ text: String) -> UInt64? {
        guard let number = UInt64(text), (1...UInt64(Int64.max)).contains(number), String(number) == text else { return nil }
        return number
    }

    /// What `init` reads.
    package var text: String {
        switch self {
        case .wall(let time), .received(let time): time.rfc3339
        case .receipt(let number): String(number)
        }
    }

    /// What is wrong where the journal's newest entry is `newest`: a number that no receipt has yet is a slip of the pen, and would reach into what
    /// is still to come.
    package func refusal(newest: UInt64) -> String? {
        guard case .receipt(let number) = self, number > newest else { return nil }
        return "there is no receipt \(number) yet: the newest entry is \(newest)"
    }

    /// Whether it is a time that has not come at `now`.
    package func isAhead(of now: Timestamp) -> Bool {
        switch self {
        case .wall(let time), .received(let time): time > now
        case .receipt: false
        }
    }

    /// The end behind everything of this moment, or of this receipt.
    package var through: ReceiptBound {
        switch self {
        case .wall(let time): .wall(time.advanced(byMilliseconds: 1))
        case .received(let time): .received(time.advanced(byMilliseconds: 1))
        case .receipt: self
        }
    }

    /// Whether a stretch from here to `end` can hold anything: two ends of different kinds may.
    package func isBefore(_ end: ReceiptBound) -> Bool {
        switch (self, end) {
        case (.wall(let from), .wall(let to)), (.received(let from), .received(let to)): from < to
        case (.receipt(let first), .receipt(let last)): first <= last
        default: true
        }
    }
}

/// How a bound stands in state.db: two columns of integers.
extension ReceiptBound {
    var code: Int64 {
        switch self {
        case .received: 0
        case .wall: 1
        case .receipt: 2
        }
    }

    var value: Int64 {
        switch self {
        case .wall(let time), .received(let time): time.milliseconds
        case .receipt(let number): Int64(clamping: number)
        }
    }

    init(code: Int64, value: Int64) {
        switch code {
        case 1: self = .wall(Timestamp(milliseconds: value))
        case 2: self = .receipt(UInt64(clamping: value))
        default: self = .received(Timestamp(milliseconds: value))
        }
    }

    /// The condition that a row of `table` stands at or behind this beginning, whose `value` is `mark`.
    func begins(before table: String, entry: String, _ mark: String) -> String { "\(column(of: table, entry: entry)) >= \(mark)" }

    /// The condition that a row of `table` stands before this end.
    func ends(behind table: String, entry: String, _ mark: String) -> String {
        if case .receipt = self { return "\(entry) <= \(mark)" }
        return "\(column(of: table, entry: entry)) < \(mark)"
    }

    private func column(of table: String, entry: String) -> String {
        switch self {
        case .wall: "coalesce(\(table).wall, \(table).received)"
        case .receipt: entry
        case .received: "\(table).received"
        }
    }
}
