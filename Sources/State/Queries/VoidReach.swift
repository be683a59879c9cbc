import FindingModel
import GRDB

/// What a void takes in.
package struct VoidReach: Sendable, Equatable {
    /// Receipts that count so far and would be left out: without those that are erased or quarantined.
    package let receipts: Int
    /// Receipts that are left out, by it or by another.
    package let leftOut: Int
    /// The entry of an equal decision that was carried out, whose reason and author may be others: nothing is left to decide.
    package let madeBy: UInt64?
    /// Whether nothing of the source stands there, read or unread: then there is nothing to decide about, unless something can still come.
    package var isEmpty = false

    static func fetch(_ decision: VoidDecision, from database: Database) throws -> VoidReach {
        let stretch = """
            FROM events e WHERE e.source = (SELECT id FROM sources WHERE name = ?1)
                AND \(decision.beginning.begins(before: "e", entry: "e.entry", "?2")) AND \(decision.end.ends(behind: "e", entry: "e.entry", "?3"))
            """
        let arguments: StatementArguments = [decision.source, decision.beginning.value, decision.end.value, EventOutcome.voided.rawValue]
        // What is left out for another reason, or erased, stays what it is.
        let others = [EventOutcome.voided, .quarantined, .erased].map { "\($0.rawValue)" }.joined(separator: ", ")
        let sql = """
            SELECT count(*) FILTER (WHERE e.outcome NOT IN (\(others))), count(*) FILTER (WHERE e.outcome = ?4),
                count(*) + EXISTS (SELECT 1 FROM skipped) \(stretch)
            """
        let counts = try CheckedRow.fetchOne(database, sql: sql, arguments: arguments)
        // One of an older version has left nothing out before its rebuild.
        let equal = """
            SELECT min(entry) FROM voids v WHERE source = ? AND beginning_by = ? AND beginning = ? AND end_by = ? AND end = ?
                AND (past = 1 OR EXISTS (SELECT 1 FROM rebuilds r WHERE r.entry > v.entry))
            """
        let ends: StatementArguments = [
            decision.source, decision.beginning.code, decision.beginning.value, decision.end.code, decision.end.value,
        ]
        let entry = try Int64.fetchOne(database, sql: equal, arguments: ends)
        return try VoidReach(
            receipts: counts?[0] ?? 0, leftOut: counts?[1] ?? 0, madeBy: entry.map { UInt64(clamping: $0) }, isEmpty: (counts?[2] ?? 0) == 0)
    }
}

extension VoidDecision {
    /// Why nothing is decided, where nothing stands in the range that `reach` was found for and nothing can come any more; nothing otherwise.
    package func refusal(_ reach: VoidReach, now: Timestamp) -> String? {
        guard reach.isEmpty, reach.madeBy == nil, !end.isAhead(of: now) else { return nil }
        return "no receipt of '\(source)' lies in that range: there is nothing to leave out, and nothing was added"
    }
}

/// What a void did.
package struct VoidReport: Sendable, Equatable {
    /// Its entry, or that of the equal one that was made before.
    package let decision: UInt64
    /// How many receipts it left out that counted until then.
    package let receipts: Int
    /// How many changes tell the sinks so.
    package let changes: UInt64
    /// False where an equal decision was there: then nothing was added.
    package let isNew: Bool

    package init(decision: UInt64, receipts: Int, changes: UInt64, isNew: Bool) {
        self.decision = decision
        self.receipts = receipts
        self.changes = changes
        self.isNew = isNew
    }
}
