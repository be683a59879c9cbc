import GRDB
import Journal

/// That no receipt is lost between the journal and the records: every one has exactly one outcome, or waits.
package struct Conservation: Sendable, Equatable {
    /// All receipts of the journal, counted when they were read.
    package let receipts: Int
    package let outcomes: [EventOutcome: Int]
    /// Receipts that are not projected yet.
    package let waiting: Int

    /// Receipts = outcomes + waiting.
    package var holds: Bool { receipts == outcomes.values.reduce(waiting, +) }

    package func count(_ outcome: EventOutcome) -> Int { outcomes[outcome] ?? 0 }

    static func fetch(_ database: Database, _ source: EntrySource) throws -> Conservation {
        let position = try Position(from: database)
        var outcomes: [EventOutcome: Int] = [:]
        for row in try CheckedRow.fetchAll(database, sql: "SELECT outcome, sum(count) FROM counters GROUP BY outcome HAVING sum(count) != 0") {
            guard let outcome = EventOutcome(rawValue: try row[0]) else { continue }
            outcomes[outcome] = try row[1]
        }
        let waiting = try receipts(after: position.entry, through: source.watermark(), of: source)
        return Conservation(receipts: Int(clamping: position.receipts) + waiting, outcomes: outcomes, waiting: waiting)
    }

    private static func receipts(after position: UInt64, through last: UInt64, of source: EntrySource) throws -> Int {
        guard position < last else { return 0 }
        var reader = source.reader(position + 1)
        var count = 0
        while true {
            let entries = try reader.entries(limit: 1024, maxBytes: 8 << 20)
            count += entries.count { $0.number <= last && $0.kind == .receipt }
            if (entries.last?.number ?? last) >= last { break }
        }
        // What the journal cannot read counts as receipts, here as in the projection.
        let range = position + 1...last
        return count + reader.skipped.filter { $0.overlaps(range) }.reduce(0) { $0 + Int(clamping: $1.clamped(to: range).count) }
    }
}
