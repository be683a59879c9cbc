import FindingModel
import GRDB
import Journal

/// Compares state.db's position with the journal, and finds where the two part if they do.
struct JournalLossSearch {
    let store: StateStore
    let source: EntrySource

    /// A receipt as state.db remembers it.
    private struct Known {
        let entry: UInt64
        let received: Int64
        let source: String
    }

    /// The loss, if there is one; one entry is read when there is none.
    ///
    /// - Parameters:
    ///   - end: The journal's last entry.
    ///   - first: The oldest entry that is kept.
    func run(end: UInt64, first: UInt64) throws(StateError) -> JournalLoss? {
        let position = try store.read { try Position(from: $0) }
        guard position.entry > 0 else { return nil }
        if position.entry > end {
            return JournalLoss(position: position.entry, common: try lastInCommon(through: end, first: first))
        }
        // What cannot be read, or was dropped for its age, was not given to another.
        guard let proof = position.proof, let entry = try source.entry(position.entry), EntryProof(of: entry) != proof else { return nil }
        return JournalLoss(position: position.entry, common: try lastInCommon(through: position.entry - 1, first: first))
    }

    /// The last receipt or large entry up to `limit` that is the same in both; 0 when none is.
    private func lastInCommon(through limit: UInt64, first: UInt64) throws(StateError) -> UInt64 {
        var common = try lastReceiptInCommon(through: limit, first: first)
        // Whatever is carried out once more changes records and tells of it once more.
        for large in try carriedOut(after: common, through: limit) {
            guard let entry = try source.entry(large.entry), EntryProof(of: entry) == large.proof else { break }
            common = large.entry
        }
        return common
    }

    private func carriedOut(after low: UInt64, through high: UInt64) throws(StateError) -> [(entry: UInt64, proof: EntryProof)] {
        try store.read { database in
            let sql = "SELECT entry, proof FROM carried_out WHERE entry > ? AND entry <= ? ORDER BY entry"
            return try CheckedRow.fetchAll(database, sql: sql, arguments: [Int64(clamping: low), Int64(clamping: high)]).map { row in
                (UInt64(clamping: try row[0] as Int64), EntryProof(try row[1]))
            }
        }
    }

    /// Once one differs, all later ones do: a search in halves over the receipts that state.db has.
    private func lastReceiptInCommon(through limit: UInt64, first: UInt64) throws(StateError) -> UInt64 {
        var common: UInt64 = 0, limit = limit
        while common < limit {
            let middle = common + (limit - common + 1) / 2
            var probe = try receipt(after: common, through: middle, newestFirst: true)
            if probe == nil { probe = try receipt(after: middle, through: limit, newestFirst: false) }
            guard let known = probe else { break }
            // What retention dropped cannot be compared, and was there before everything that can.
            let isSame = known.entry < first ? true : try isInJournal(known)
            if isSame { common = known.entry } else { limit = known.entry - 1 }
        }
        return common
    }

    private func isInJournal(_ known: Known) throws(StateError) -> Bool {
        guard let entry = try source.entry(known.entry) else { return false }
        return entry.kind == .receipt && entry.receivedTime.milliseconds == known.received && entry.source == known.source
    }

    private func receipt(after low: UInt64, through high: UInt64, newestFirst: Bool) throws(StateError) -> Known? {
        guard low < high else { return nil }
        let sql = """
            SELECT e.entry, e.received, s.name FROM events e JOIN sources s ON s.id = e.source
            WHERE e.entry > ? AND e.entry <= ? ORDER BY e.entry \(newestFirst ? "DESC" : "ASC") LIMIT 1
            """
        return try store.read { database in
            try CheckedRow.fetchOne(database, sql: sql, arguments: [Int64(clamping: low), Int64(clamping: high)]).map { row in
                try Known(entry: UInt64(clamping: row[0] as Int64), received: row[1], source: row[2])
            }
        }
    }
}
