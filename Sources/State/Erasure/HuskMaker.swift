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
        let changes: [HuskWriter.Made]
    }

    /// What every configuration that receipt `number` was projected with makes of it, as the decision holds it; nothing for one that was never mapped, or
    /// is gone already.
    ///
    /// Of a receipt whose body cannot be read it is what state.db remembers.
    func husk(of number: UInt64) throws(StateError) -> [UInt8]? {
        guard let entry = try source.entry(number), entry.kind == .receipt else { return nil }
        let known = try store.read { try Self.known(of: entry, $0) }
        guard let outcome = known.outcome else { return nil }
        guard let body = entry.body.bytes else {
            guard case .unreadable = entry.body, outcome == .mapped || outcome == .ignored || !known.changes.isEmpty else { return nil }
            return try store.read { try RememberedHusk(entry, changes: known.changes, isIgnored: outcome == .ignored).husk(from: $0) }
        }
        guard let end = try end(of: known) else { return nil }
        var mapper = makeMapper()
        return try husk(of: entry, body, by: try generations(of: entry, known, before: end, &mapper), changes: known.changes, &mapper)
    }

    /// The entry before which the receipt was mapped; nothing where it never was.
    private func end(of known: Known) throws(StateError) -> UInt64? {
        guard known.outcome == .quarantined else { return .max }
        // What ended the process is not mapped again: only what was made of it before is.
        let entry = try known.quarantine.flatMap { number throws(StateError) in try source.entry(number) }
        return entry.flatMap { QuarantineNote(parsing: $0.body.bytes ?? []) }?.during
    }

    private func generations(of entry: Entry, _ known: Known, before end: UInt64, _ mapper: inout any ReceiptMapper) throws(StateError) -> [UInt64] {
        var generations = [entry.generation]
        let later = known.rebuilds.filter { $0.entry < end }.map(\.generation) + (end == .max ? active.map { [$0] } ?? [] : [])
        for generation in later where !generations.contains(generation) {
            if try mapper.knows(entry.source, generation: generation) { generations.append(generation) }
        }
        return generations
    }

    /// One event after the other: all of them together would take up several times what the receipt did.
    private func husk(
        of entry: Entry, _ body: [UInt8], by generations: [UInt64], changes: [HuskWriter.Made], _ mapper: inout any ReceiptMapper
    ) throws(StateError) -> [UInt8] {
        var places: Set<DriftPlace> = [], blank: [UInt64] = [], records = 0, only: MappedReceipt?
        for generation in generations {
            let mapped = try mapper.map(entry, body: body, generation: generation)
            if case .event(let event, _) = mapped {
                places.formUnion(event.drift.lazy.map { DriftPlace($0) })
                records += event.records.count
            } else {
                blank.append(generation)
            }
            if generations.count == 1 { only = mapped }
        }
        // What stands for a place is the same in all forms.
        let gone = ErasedPlace.all(places, of: entry.number)
        var writer = HuskWriter(records: records)
        for generation in generations where !blank.contains(generation) {
            var mapped = only
            if only == nil { mapped = try mapper.map(entry, body: body, generation: generation) }
            if case .event(let event, let scope)? = mapped { writer.add(event, scope: scope, generation: generation, gone: gone) }
        }
        return writer.finish(blank: blank, changes: changes)
    }

    private static func known(of entry: Entry, _ database: Database) throws -> Known {
        let number = Int64(clamping: entry.number)
        let event = try CheckedRow.fetchOne(database, sql: "SELECT outcome, source FROM events WHERE entry = ?", arguments: [number])
        let rebuilds = try CheckedRow.fetchAll(database, sql: "SELECT entry, generation FROM rebuilds WHERE entry > ? ORDER BY entry", arguments: [number])
        let sql = "SELECT tag, entry, number, sequence, type, time FROM changes WHERE sequence >= ? AND sequence < ? AND entry = ? ORDER BY sequence"
        var changes: [HuskWriter.Made] = []
        for range in try ChangeOrder.ranges(ofEntry: entry.number, in: database) {
            let rows = try Row.fetchCursor(database, sql: sql, arguments: [range.lowerBound, range.upperBound, number])
            while let row = try rows.next().map({ CheckedRow($0) }) {
                changes.append(
                    try HuskWriter.Made(
                        id: "\(row[0] as String)-\(row[1] as Int64)-\(row[2] as Int64)", sequence: UInt64(clamping: row[3] as Int64), type: row[4],
                        time: Timestamp(milliseconds: row[5])))
            }
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
    package func husk(of number: UInt64, active: UInt64, revealing revealed: SegmentJournal? = nil) async throws(StateError) -> [UInt8]? {
        let source = revealed.map { EntrySource(revealing: $0) } ?? EntrySource(journal)
        let maker = HuskMaker(store: store, source: source, makeMapper: makeMapper, active: active)
        return try await onThread { () throws(StateError) in
            let husk = try maker.husk(of: number)
            // What the mapping took is not kept beside what the journal and the projector take of the decision.
            HeapMemory.giveBack()
            return husk
        }
    }
}
