import FindingModel
import GRDB
import JSONDocument
import Journal

/// Brings state.db in line with a shadow, in short transactions, each of which says how far it came.
struct RebuildSwap {
    /// Nanoseconds of processor time that one part takes at most.
    private static let partNanoseconds: Int64 = 20_000_000

    let store: StateStore
    let shadow: StateStore
    let entry: Entry
    let work: LargeEntry
    /// Entries that the shadow is without.
    let leftOut: EntryRanges
    /// Whether every record is compared, and not only those that a void's receipts had to do with.
    let comparesAll: Bool

    private var number: Int64 { Int64(clamping: entry.number) }

    /// Where an interrupted swap goes on: after this record, with so many changes made.
    private struct Progress {
        var uid: String
        var changes: Int64

        init(of number: Int64, in live: Database) throws {
            let row = try CheckedRow.fetchOne(live, sql: "SELECT place, changes FROM parts WHERE entry = ?", arguments: [number])
            (uid, changes) = try row.map { try ($0[0], $0[1]) } ?? ("", 0)
        }

        func write(of number: Int64, to live: Database) throws {
            try live.cachedStatement(sql: "INSERT OR REPLACE INTO parts VALUES (1, ?, ?, ?)").execute(arguments: [number, uid, changes])
        }
    }

    /// Returns the position afterwards, or nothing if it was stopped.
    ///
    /// - Parameter mark: Called before and after each transaction.
    func run(shouldStop: () -> Bool, mark: (PartMark) throws(StateError) -> Void) throws(StateError) -> Position? {
        let projection = try store.withWriter { try Projection(from: $0, options: Projection.Options(remade: try Remade.covering(entry.number, in: $0))) }
        let beginning = projection.position
        var progress = try store.read { try Progress(of: number, in: $0) }
        let making = projection.begin(entry, after: progress.changes)
        var isDone = false
        while !isDone {
            if shouldStop() { return nil }
            try mark(.begins)
            isDone = try both { try step(&progress, in: projection, making: making, asOf: beginning, live: $0, shadow: $1) }
            try mark(.ends)
        }
        for table in ShadowTables.large {
            var sync = TableSync(table)
            var isLast = false
            while !isLast {
                if shouldStop() { return nil }
                try mark(.begins)
                isLast = try both { live, other in try sync.step(from: other, to: live, sources: try ShadowSources.numbers(of: other, in: projection, live)) }
                try mark(.ends)
            }
        }
        try mark(.begins)
        let position = try finish(projection, changes: progress.changes)
        try mark(.ends)
        return position
    }

    /// Takes over the next records, as many as one part may; whether there are no more.
    private func step(
        _ progress: inout Progress, in projection: Projection, making: ProjectedEntry, asOf beginning: Position, live: Database, shadow: Database
    ) throws -> Bool {
        let records = RecordPairs(before: live, after: shadow, isTouchedOnly: !comparesAll)
        let pairs = try records.page(after: progress.uid)
        guard !pairs.isEmpty else { return true }
        var next = progress
        try live.inTransaction(.immediate) {
            let began = BatchSize.threadTime()
            var parser = JSONParser()
            for (index, pair) in pairs.enumerated() {
                if try pair.before != pair.after && !records.isOutOfReach(pair) { try take(pair, into: projection, work: making, parser: &parser, live: live) }
                next.uid = pair.uid
                if index % BatchSize.entriesBetweenLooks == 0, BatchSize.threadTime() - began >= Self.partNanoseconds { break }
            }
            next.changes = projection.changes.number
            // The entry itself is not done before the last page.
            try projection.flush(to: live, asOf: beginning)
            try next.write(of: number, to: live)
            return .commit
        }
        progress = next
        return false
    }

    private func take(
        _ pair: RecordPairs.Pair, into projection: Projection, work: ProjectedEntry, parser: inout JSONParser, live: Database
    ) throws {
        guard let kind = pair.after?.kind ?? pair.before?.kind else { return }
        let record = try projection.records.record(pair.uid, kind: kind)
        let before = record.state
        let toldProgress: Int64? = if case .scan(let scan) = record.state { scan.toldProgress } else { nil }
        var after = try pair.after?.decoded(&parser) ?? .empty(kind)
        // What was told was told, whatever the shadow would have.
        after.told = record.state.told
        let source = try projection.sources.number(of: pair.after?.source ?? pair.before?.source ?? "", in: live)
        if let (type, shown) = Correction.of(before.comparable(with: after), after.record, toldProgress: toldProgress) {
            if !record.isStored {
                record.state = after
                projection.records.touch(record, source: source, by: Touch(work))
            }
            try projection.changes.write(
                ToldChange(type, at: entry.receivedTime, in: &after.told), of: record, as: shown, state: after.record == nil ? before : after,
                source: source, entry: work)
        }
        record.state = after
        projection.records.touch(record, source: source, by: pair.after?.touch ?? Touch(work))
    }

    /// Takes over what was counted, and moves on to the entry.
    private func finish(_ projection: Projection, changes: Int64) throws(StateError) -> Position {
        try both { live, other in
            try live.inTransaction(.immediate) {
                try ShadowTables.replaceSmall(from: other, to: live, sources: try ShadowSources.numbers(of: other, in: projection, live))
                try work.insert(entry: number, changes: changes, into: live)
                try projection.remember(own: entry, in: live)
                if case .again = work {
                    try ShadowTables.addWhatWasMissing(from: other, to: live)
                    let position = try Position(from: other)
                    (projection.position.tag, projection.position.rules) = (position.tag, position.rules)
                }
                try ShadowTables.remove(leftOut, before: number, from: live)
                try live.execute(sql: "DELETE FROM parts")
                _ = projection.begin(entry)
                // What it has in memory of keys is that of before: only the position counts.
                try projection.pass(to: live, receipts: try Position(from: other).receipts)
                return .commit
            }
            return try Position(from: live)
        }
    }

    private func both<T>(_ body: (_ live: Database, _ shadow: Database) throws -> T) throws(StateError) -> T {
        try store.withWriter { live in try shadow.read { try body(live, $0) } }
    }
}
