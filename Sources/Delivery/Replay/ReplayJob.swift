import FindingModel
import State

/// A stretch of the changes that a person wants a sink to get once more; it moves no cursor.
package struct ReplayJob: Hashable, Sendable {
    /// Its number in the ledger; 0 before it has one.
    package var id: Int64 = 0
    package let sink: String
    /// The first and the last sequence.
    package let first: UInt64
    package internal(set) var last: UInt64
    /// Only changes of entries from here on, before this end: times of the wall clock go up and down a little along the sequence.
    package var from: ReceiptBound?
    package var to: ReceiptBound?
    /// Only changes of these types, as in a route's `when`; none for all that the sink's routes take.
    package let types: [String]
    /// Changes within a second at most; nothing for as fast as the sink takes them.
    package let rate: Int?
    package let created: Timestamp
    /// Who wanted it.
    package let who: String
    /// Changes that its types and the sink's routes take, counted when it was made, and again when some were erased or all were read; nothing for one of
    /// an older version.
    package internal(set) var wanted: UInt64?
    /// The last sequence that is done with, or waits aside.
    package internal(set) var cursor: UInt64
    /// The ids of the change at the cursor and of the last one: what counts where state.db was made again with other changes in the row. Nothing for one
    /// of an older version, and where there is no such change.
    package internal(set) var anchor: String?
    package internal(set) var lastChange: String?
    /// Changes up to the cursor that failed alone while others were taken and are tried again, and those of their records that wait behind them.
    package internal(set) var waiting: UInt64 = 0
    package internal(set) var delivered: UInt64 = 0
    package internal(set) var filtered: UInt64 = 0
    /// Changes that the sink refused for good, with its last words; they become no dead letters, as they were told before.
    package internal(set) var refused: UInt64 = 0
    package internal(set) var words: String?
    /// When a person ended it.
    package internal(set) var cancelled: Timestamp?

    package init(sink: String, first: UInt64, last: UInt64, types: [String], rate: Int?, created: Timestamp, who: String) {
        self.sink = sink
        self.first = first
        self.last = last
        self.types = types
        self.rate = rate
        self.created = created
        self.who = who
        cursor = first > 0 ? first - 1 : 0
    }

    package var isDone: Bool { cancelled != nil || cursor >= last && waiting == 0 }

    /// How many changes it is about: what was counted when it was made, or more where the sink's routes take more by now.
    package var total: UInt64 { max(wanted ?? count, delivered &+ refused &+ waiting) }

    /// Whether it is about the change.
    func takes(_ change: Change) -> Bool { change.sequence <= last && !change.isErased && matches(change) }

    /// Whether a change of the stretch is of one of the types and between the two ends.
    func matches(_ change: Change) -> Bool {
        guard from?.begins(before: change) ?? true, to?.ends(behind: change) ?? true else { return false }
        return types.isEmpty || types.contains { WildcardPattern($0).matches(change.type) }
    }
    /// Whether it is about the same changes of the same sink.
    func isEqual(_ other: ReplayJob) -> Bool {
        (sink, first, last, from, to) == (other.sink, other.first, other.last, other.from, other.to) && Set(types) == Set(other.types)
    }

    /// Sequences in the stretch.
    package var count: UInt64 { last >= first ? last - first + 1 : 0 }
}

/// What became of a wish for a replay.
package struct ReplayAnswer: Sendable {
    package let job: ReplayJob
    /// Whether the same changes were to be sent already by a replay that is not done: then this is that one, and nothing was added.
    package var isRepeated = false
}

/// A replay as the ledger keeps it.
struct ReplayState: Hashable, Sendable {
    var job: ReplayJob
    /// What waits aside, by sequence.
    var open: [OpenItem] = []
    /// What is done above its cursor.
    var done: [DoneAbove] = []
}

/// What one transaction of the ledger brings a replay to.
struct ReplayWrite: Sendable {
    var job: ReplayJob
    /// The changes whose rows are others from now on, by sequence: as they wait aside, or nothing for those that no longer do.
    var rows: [UInt64: OpenItem?] = [:]
    /// What is done above the cursor and was not written down before.
    var done: [DoneAbove] = []
    /// As in `LedgerWrite`.
    var told: [String: String] = [:]
}
