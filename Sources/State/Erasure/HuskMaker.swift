import Adapters
import FindingModel
import GRDB
import Journal

/// Makes a receipt's husk while its body is there and its configurations can be read.
struct HuskMaker {
    let store: StateStore
    let source: EntrySource
    let makeMapper: @Sendable () -> any ReceiptMapper
    /// The configuration that the next rebuild would name.
    var active: UInt64?

    /// What state.db knows of a receipt.
    private struct Known {
        let outcome: EventOutcome?
        /// The `quarantine` entry by which it is left out.
        let quarantine: UInt64?
        let rebuilds: [(entry: UInt64, generation: UInt64)]
        let changes: [Husk.Made]
    }

    /// What every configuration that receipt `number` was projected with makes of it; nothing for one that was never mapped, or is gone already.
    ///
    /// Of a receipt whose body cannot be read it is what state.db remembers.
    func husk(of number: UInt64) throws(StateError) -> Husk? {
        guard let entry = try source.entry(number), entry.kind == .receipt else { return nil }
        let known = try store.read { try Self.known(of: entry, $0) }
        guard let outcome = known.outcome else { return nil }
        guard let body = entry.body.bytes else {
            guard case .unreadable = entry.body, outcome == .mapped || outcome == .ignored || !known.changes.isEmpty else { return nil }
            return try store.read { try RememberedHusk(entry, changes: known.changes, isIgnored: outcome == .ignored).husk(from: $0) }
        }
        // What ended the process is not mapped again: only what was made of it before is.
        var end = UInt64.max
        if outcome == .quarantined {
            guard
                let note = try known.quarantine.flatMap({ number throws(StateError) in try source.entry(number) })
                    .flatMap({ QuarantineNote(parsing: $0.body.bytes ?? []) }), let during = note.during
            else { return nil }
            end = during
        }
        var mapper = makeMapper()
        var events: [(generation: UInt64, event: MappedEvent, scope: KeyScope)] = [], blank: [UInt64] = []
        var generations = [entry.generation]
        let later = known.rebuilds.filter { $0.entry < end }.map(\.generation) + (end == .max ? active.map { [$0] } ?? [] : [])
        for generation in later where !generations.contains(generation) {
            if try mapper.knows(entry.source, generation: generation) { generations.append(generation) }
        }
        for generation in generations {
            if case .event(let event, let scope) = try mapper.map(entry, body: body, generation: generation) {
                events.append((generation, event, scope))
            } else {
                blank.append(generation)
            }
        }
        let gone = ErasedPlace.all(events.lazy.flatMap(\.event.drift).map { DriftPlace($0) }, of: number)
        let forms = events.map { Husk.Form($0.event, scope: $0.scope, generation: $0.generation, gone: gone) }
        return Husk(forms: forms, blank: blank, changes: known.changes)
    }

    private static func known(of entry: Entry, _ database: Database) throws -> Known {
        let number = Int64(clamping: entry.number)
        let event = try CheckedRow.fetchOne(database, sql: "SELECT outcome, source FROM events WHERE entry = ?", arguments: [number])
        let rebuilds = try CheckedRow.fetchAll(database, sql: "SELECT entry, generation FROM rebuilds WHERE entry > ? ORDER BY entry", arguments: [number])
        let sql = "SELECT tag, entry, number, sequence, type, time FROM changes WHERE sequence >= ? AND sequence < ? AND entry = ? ORDER BY sequence"
        let changes = try ChangeOrder.ranges(ofEntry: entry.number, in: database).flatMap { range in
            try CheckedRow.fetchAll(database, sql: sql, arguments: [range.lowerBound, range.upperBound, number])
        }.map { row in
            try Husk.Made(
                id: "\(row[0] as String)-\(row[1] as Int64)-\(row[2] as Int64)", sequence: UInt64(clamping: row[3] as Int64), type: row[4],
                time: Timestamp(milliseconds: row[5]))
        }
        return Known(
            outcome: (try event?[0] as Int64?).flatMap { EventOutcome(rawValue: $0) },
            quarantine: try Int64.fetchOne(database, sql: "SELECT entry FROM quarantined WHERE receipt = ?", arguments: [number]).map { UInt64(clamping: $0) },
            rebuilds: try rebuilds.map { try (UInt64(clamping: $0[0] as Int64), UInt64(clamping: $0[1] as Int64)) }, changes: changes)
    }
}

extension Projector {
    /// What stays of receipt `number` when its body is erased; it must have been projected.
    ///
    /// - Parameters:
    ///   - active: The configuration in force.
    ///   - revealed: The journal, where the body stands although the receipt counts as erased.
    package func husk(of number: UInt64, active: UInt64, revealing revealed: SegmentJournal? = nil) async throws(StateError) -> Husk? {
        let source = revealed.map { EntrySource(revealing: $0) } ?? EntrySource(journal)
        let maker = HuskMaker(store: store, source: source, makeMapper: makeMapper, active: active)
        return try await onThread { () throws(StateError) in try maker.husk(of: number) }
    }
}
