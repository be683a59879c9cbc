import FindingModel
import GRDB
import JSONDocument
import Journal

/// Brings state.db in line with a shadow, in short transactions, each of which says how far it came.
struct RebuildSwap {
    let store: StateStore
    let shadow: StateStore
    let entry: Entry
    let note: RebuildNote

    private var number: Int64 { Int64(clamping: entry.number) }

    /// Where an interrupted swap goes on: after this record, with so many changes made.
    private struct Progress {
        var uid: String
        var changes: Int64
    }

    /// Returns the position afterwards, or nothing if it was stopped.
    func run(shouldStop: () -> Bool) throws(StateError) -> Position? {
        while !shouldStop() {
            if try step() { continue }
            return try finish()
        }
        return nil
    }

    /// Takes over one page of records; whether there may be more.
    private func step() throws(StateError) -> Bool {
        try both { live, other in
            var progress = try progress(in: live)
            let pairs = try RecordPairs.page(after: progress.uid, before: live, after: other)
            guard let last = pairs.last else { return false }
            try live.inTransaction(.immediate) {
                let projection = try Projection(from: live)
                let before = projection.position
                let work = projection.begin(entry, after: progress.changes)
                var parser = JSONParser()
                for pair in pairs where pair.before != pair.after {
                    try take(pair, into: projection, work: work, parser: &parser, live: live)
                }
                progress = Progress(uid: last.uid, changes: projection.changes.number)
                // The entry itself is not done before the last page.
                try projection.flush(to: live, asOf: before)
                try live.execute(
                    sql: "INSERT OR REPLACE INTO rebuilds VALUES (?, ?, ?, ?)",
                    arguments: [number, Int64(clamping: note.generation), progress.uid, progress.changes])
                return .commit
            }
            return true
        }
    }

    private func progress(in live: Database) throws -> Progress {
        let row = try Row.fetchOne(live, sql: "SELECT uid, changes FROM rebuilds WHERE entry = ?", arguments: [number])
        return row.map { Progress(uid: $0[0], changes: $0[1]) } ?? Progress(uid: "", changes: 0)
    }

    private func take(
        _ pair: RecordPairs.Pair, into projection: Projection, work: ProjectedEntry, parser: inout JSONParser, live: Database
    ) throws {
        guard let kind = pair.after?.kind ?? pair.before?.kind else { return }
        let record = try projection.records.record(pair.uid, kind: kind)
        let before = record.state.record
        let toldProgress: Int64? = if case .scan(let scan) = record.state { scan.toldProgress } else { nil }
        let after = try pair.after?.decoded(&parser) ?? .empty(kind)
        let source = try projection.sources.number(of: pair.after?.source ?? pair.before?.source ?? "", in: live)
        if let (type, told) = Correction.of(before, after.record, toldProgress: toldProgress) {
            if !record.isStored {
                record.state = after
                projection.records.touch(record, source: source, received: work.received)
            }
            try projection.changes.write(
                type, of: record, as: told, large: after.large, source: source, time: entry.receivedTime, entry: work)
        }
        record.state = after
        projection.records.touch(record, source: source, received: pair.after?.received ?? work.received)
    }

    /// Takes over what was counted, and moves on to the entry.
    private func finish() throws(StateError) -> Position {
        try both { live, other in
            var position = try Position(from: live)
            try live.inTransaction(.immediate) {
                let projection = try Projection(from: live)
                let numbers = try ShadowSources.numbers(of: other, in: projection, live)
                try ShadowTables.copy(from: other, to: live, sources: numbers)
                _ = projection.begin(entry)
                try projection.flush(to: live)
                let receipts = try Position(from: other).receipts
                try live.execute(sql: "UPDATE projection SET receipts = ?", arguments: [receipts])
                position = try Position(from: live)
                return .commit
            }
            return position
        }
    }

    private func both<T>(_ body: (_ live: Database, _ shadow: Database) throws -> T) throws(StateError) -> T {
        try store.withWriter { live in try shadow.read { try body(live, $0) } }
    }
}
