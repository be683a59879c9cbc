import FindingModel
import GRDB
import Journal

/// Compares state.db's position with the journal, and finds where the two part if they do.
struct JournalLossSearch {
    let store: StateStore
    let source: EntrySource

    /// What state.db knows of the number of an entry that stands in the journal.
    private enum Verdict { case same, different, unknown }

    /// Entries of the journal that are read at once.
    private static let pageSize = 16

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

    /// The last entry up to `limit` that is the same in both; 0 when none is.
    ///
    /// Once one differs, all later ones do, since what is written behind a loss begins with an entry of its own: a search in halves.
    private func lastInCommon(through limit: UInt64, first: UInt64) throws(StateError) -> UInt64 {
        // What retention dropped cannot be compared, and was there before everything that can.
        var common = min(limit, max(first, 1) - 1), high = limit
        while common < high {
            let middle = common + (high - common + 1) / 2
            if let same = try firstKnown(from: middle, through: high), same.verdict == .same { common = same.number } else { high = middle - 1 }
        }
        return try afterWhatIsLeftOut(common, through: limit)
    }

    /// The first entry of the journal of which state.db can tell whether it is the one that it had taken in.
    private func firstKnown(from first: UInt64, through last: UInt64) throws(StateError) -> (number: UInt64, verdict: Verdict)? {
        var reader = source.reader(first)
        while case let entries = try reader.entries(limit: Self.pageSize, maxBytes: 1 << 20), !entries.isEmpty {
            for entry in entries {
                if entry.number > last { return nil }
                let verdict = try verdict(on: entry)
                if verdict != .unknown { return (entry.number, verdict) }
            }
        }
        return nil
    }

    /// The last entry behind `common` up to which state.db had left out whatever can be read: it is taken in again by an entry of its own, and never at
    /// its place.
    private func afterWhatIsLeftOut(_ common: UInt64, through limit: UInt64) throws(StateError) -> UInt64 {
        var common = common, reader = source.reader(common + 1)
        while case let entries = try reader.entries(limit: Self.pageSize, maxBytes: 1 << 20), !entries.isEmpty {
            for entry in entries {
                guard entry.number == common + 1, entry.number <= limit, try verdict(on: entry) == .unknown else { return common }
                common = entry.number
            }
        }
        return common
    }

    private func verdict(on entry: Entry) throws(StateError) -> Verdict {
        let number = Int64(clamping: entry.number)
        return try store.read { database in
            if entry.kind == .receipt {
                let sql = "SELECT e.received, s.name FROM events e JOIN sources s ON s.id = e.source WHERE e.entry = ?"
                if let row = try CheckedRow.fetchOne(database, sql: sql, arguments: [number]) {
                    return try row[0] as Int64 == entry.receivedTime.milliseconds && row[1] as String == entry.source ? .same : .different
                }
            } else if let row = try CheckedRow.fetchOne(database, sql: "SELECT proof FROM own_entries WHERE entry = ?", arguments: [number]) {
                return EntryProof(try row[0]) == EntryProof(of: entry) ? .same : .different
            } else if number <= (try Int64.fetchOne(database, sql: "SELECT after FROM own_entries_known") ?? 0) {
                return .unknown
            }
            let sql = """
                SELECT EXISTS (SELECT 1 FROM skipped WHERE first <= :number AND last >= :number UNION ALL SELECT 1 FROM unread WHERE entry = :number)
                """
            let isLeftOut = try Bool.fetchOne(database, sql: sql, arguments: ["number": number])
            return isLeftOut ?? false ? .unknown : .different
        }
    }
}

extension StateStore {
    /// The last entry that the database at `path` has taken in, if `files` have that very entry: what was read was durable. 0 where they do not, or where it
    /// cannot be told; blocks the calling thread.
    package static func provenPosition(path: String, in files: JournalFiles?) -> UInt64 {
        guard let files, let store = try? openReadOnly(path: path, ofAnyVersion: true) else { return 0 }
        defer { store.close() }
        guard let position = try? store.read({ try Position(from: $0) }), let proof = position.proof,
            let entry = try? EntrySource(files).entry(position.entry), EntryProof(of: entry) == proof
        else { return 0 }
        return position.entry
    }
}
