import FindingModel
import GRDB
import Journal

/// What commands and the console ask of state.db; every answer comes from one snapshot.
package struct StateQueries: Sendable {
    let store: StateStore
    let archive: ReceiptArchive?

    /// - Parameter archive: Puts large parts back into single records; without it they are shown without.
    package init(store: StateStore, archive: ReceiptArchive? = nil) {
        self.store = store
        self.archive = archive
    }

    /// The newest receipts first.
    package func events(_ filter: EventFilter) async throws -> [EventSummary] {
        try await eventPage(filter).rows
    }

    /// A page of receipts.
    package func eventPage(_ filter: EventFilter) async throws -> EventPage {
        try await store.readAsync { try EventLister(filter: filter).page($0) }
    }

    /// Whether any receipt is of `kind`, in the vendor's words; and if none is, which kinds there are.
    package func kinds(besides kind: String) async throws -> [String]? {
        try await store.readAsync { database in
            if try Bool.fetchOne(database, sql: "SELECT 1 FROM events WHERE kind = ? LIMIT 1", arguments: [kind]) ?? false { return nil }
            return try String.fetchAll(database, sql: "SELECT DISTINCT kind FROM events WHERE kind IS NOT NULL ORDER BY kind LIMIT 100")
        }
    }

    /// A page of known records; nothing when there is no record to go on after.
    package func records(_ filter: RecordFilter) async throws -> RecordPage? {
        try await store.readAsync { try RecordLister(filter: filter).page($0) }
    }

    /// What is known of the receipt with this number; nothing when there is none.
    package func receipt(_ number: UInt64) async throws -> ReceiptDetail? {
        let archive = archive
        return try await store.readAsync { try ReceiptDetail.fetch(number, archive: archive, from: $0) }
    }

    /// What the entry with this number says, whatever its kind, and what it made; nothing when the journal has none.
    package func entry(_ number: UInt64) async throws -> EntryDetail? {
        let archive = archive
        return try await store.readAsync { try EntryDetail.fetch(number, archive: archive, from: $0) }
    }

    /// What `decision` takes in, or would.
    package func reach(of decision: VoidDecision) async throws -> VoidReach { try await store.readAsync { try VoidReach.fetch(decision, from: $0) } }

    /// What became of the record called `uid`, where it is not known any more.
    package func leftOut(_ uid: String) async throws -> LeftOutRecord? {
        let archive = archive
        return try await store.readAsync { try LeftOutRecord.fetch(uid, archive: archive, from: $0) }
    }

    /// Which entries the changes with these sequences come from, of those from `from` on and before `to`; nothing when there are none.
    package func stretch(_ sequences: ClosedRange<UInt64>, from: ReceiptBound?, to: ReceiptBound?) async throws -> ChangeStretch? {
        try await store.readAsync { try ChangeStretch.fetch(sequences, from: from, to: to, $0) }
    }

    /// The sequence of the newest change; 0 when there is none.
    package func lastSequence() async throws -> UInt64 { try await store.readAsync { UInt64(clamping: try Position(from: $0).sequence) } }

    /// The last entry that was projected.
    package func position() async throws -> UInt64 { try await store.readAsync { try Position(from: $0).entry } }

    /// The record called `uid`, with its large parts; nothing while nobody has spoken of it.
    package func record(_ uid: String) async throws -> RecordSummary? {
        let archive = archive
        return try await store.readAsync { database in
            let sql = "SELECT \(RecordSummary.columns) FROM \(RecordSummary.tables) WHERE r.uid = ? AND r.known = 1"
            guard let row = try CheckedRow.fetchOne(database, sql: sql, arguments: [uid]) else { return nil }
            var summary = try RecordSummary(row)
            if let archive, let large = try RecordStamps.fetch(uid, from: database)?.large, !large.isEmpty {
                summary.data = try archive.restored(summary.data, kind: summary.kind, uid: uid, large)
            }
            return summary
        }
    }

    /// Which receipts decided what of the record; nothing if no event ever named it.
    package func stamps(of uid: String) async throws -> RecordStamps? {
        try await store.readAsync { try RecordStamps.fetch(uid, from: $0) }
    }

    /// A page of the changes of one record.
    package func history(_ filter: HistoryFilter) async throws -> HistoryPage { try await store.readAsync { try filter.fetch($0) } }

    /// The change whose id is `id`.
    package func change(_ id: String) async throws -> Change? {
        guard let wanted = ChangeID(id) else { return nil }
        return try await store.readAsync { try wanted.fetch($0) }
    }

    /// The changes that the receipt `entry` made, in order.
    package func changes(ofEntry entry: UInt64) async throws -> [Change] {
        try await store.readAsync { database in
            let sql = "SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables) WHERE c.sequence >= ? AND c.sequence < ? AND c.entry = ? ORDER BY c.sequence"
            return try ChangeOrder.ranges(ofEntry: entry, in: database).flatMap { range in
                try CheckedRow.fetchAll(database, sql: sql, arguments: [range.lowerBound, range.upperBound, Int64(clamping: entry)])
            }.map { try ChangeRow($0).change }
        }
    }

    /// Whether entry `number` was projected as a receipt, or as one of those that could not be read at all.
    package func isReceipt(_ number: UInt64) async throws -> Bool {
        try await store.readAsync { database in
            let sql = "SELECT 1 FROM events WHERE entry = ?1 UNION ALL SELECT 1 FROM skipped WHERE first <= ?1 AND last >= ?1 LIMIT 1"
            return try Int64.fetchOne(database, sql: sql, arguments: [Int64(clamping: number)]) != nil
        }
    }

    /// How many changes the receipt `entry` has made; 0 when it is not projected yet.
    package func changeCount(ofEntry entry: UInt64) async throws -> UInt64 {
        try await store.readAsync { database in
            // After a loss, other entries may have had the number under another tag.
            let sql = """
                SELECT count(*) FROM changes WHERE sequence >= ?1 AND sequence < ?3 AND entry = ?2
                    AND tag = coalesce(?4, (SELECT tag FROM tags WHERE entry <= ?2 ORDER BY entry DESC LIMIT 1), tag)
                """
            let tag = try Remade.tag(of: entry, in: database)
            return try ChangeOrder.ranges(ofEntry: entry, in: database).reduce(0) { count, range in
                let some = try Int64.fetchOne(database, sql: sql, arguments: [range.lowerBound, Int64(clamping: entry), range.upperBound, tag])
                return count + UInt64(clamping: some ?? 0)
            }
        }
    }

    /// Receipts by source and outcome, and what each source drifted in.
    package func sources() async throws -> [SourceCounts] {
        try await store.readAsync { try SourceCounts.fetch($0) }
    }

    /// When the newest receipt of the source `name` came; nothing when none ever did.
    package func lastReceived(ofSource name: String) async throws -> Timestamp? {
        try await store.readAsync { database in
            let sql = "SELECT received FROM events WHERE source = (SELECT id FROM sources WHERE name = ?) ORDER BY entry DESC LIMIT 1"
            return try Int64.fetchOne(database, sql: sql, arguments: [name]).map { Timestamp(milliseconds: $0) }
        }
    }

    /// The drift of one source, the most frequent places first.
    package func drift(ofSource name: String, limit: Int = 1000) async throws -> [DriftCount] {
        try await store.readAsync { try DriftCount.fetch(source: name, limit: limit, from: $0) }
    }

    /// The receipts that are left out because they ended the process.
    package func quarantined() async throws -> [QuarantinedReceipt] {
        try await store.readAsync { try QuarantinedReceipt.fetch($0) }
    }

    /// What became of all receipts, with those of `source` that wait.
    package func conservation(_ source: EntrySource) async throws -> Conservation {
        try await store.readAsync { try Conservation.fetch($0, source) }
    }
}

/// A receipt that is left out of every projection.
package struct QuarantinedReceipt: Sendable, Equatable {
    package let receipt: UInt64
    /// The `quarantine` entry.
    package let entry: UInt64
    package let deaths: Int
    package let reason: String

    static func fetch(_ database: Database) throws -> [QuarantinedReceipt] {
        try CheckedRow.fetchAll(database, sql: "SELECT receipt, entry, deaths, reason FROM quarantined ORDER BY receipt").map { row in
            try QuarantinedReceipt(receipt: UInt64(clamping: row[0] as Int64), entry: UInt64(clamping: row[1] as Int64), deaths: row[2], reason: row[3])
        }
    }
}
