import GRDB

/// Receipts by source and outcome, counted in memory during a batch and added in its transaction.
struct OutcomeCounters {
    private struct Place: Hashable {
        let source: Int64
        let outcome: EventOutcome
    }

    private var pending: [Place: Int64] = [:]

    mutating func count(_ outcome: EventOutcome, source: Int64, by number: Int64 = 1) {
        pending[Place(source: source, outcome: outcome), default: 0] += number
    }

    mutating func flush(to database: Database) throws {
        for (place, count) in pending {
            try database.cachedStatement(
                sql: "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (source, outcome) DO UPDATE SET count = count + excluded.count"
            ).execute(arguments: [place.source, place.outcome.rawValue, count])
        }
        pending.removeAll(keepingCapacity: true)
    }
}
