import FindingModel
import GRDB
import Journal

/// What a shadow is projected by: what was decided up to one entry about the receipts before it.
///
/// An entry decides from its own place on. What an entry behind that decided has no part in it: state.db, made again, would otherwise tell at an
/// entry what was only told at a later one.
package struct RebuildRules: Sendable {
    /// A `rebuild` entry that was carried out: receipts before it are mapped with the configuration in entry `generation`.
    struct Rebuild: Equatable, Sendable {
        let entry: UInt64
        let generation: UInt64

        /// Those that were carried out before entry `limit`.
        static func all(before limit: Int64, in database: Database) throws -> [Rebuild] {
            let sql = "SELECT entry, generation FROM rebuilds WHERE entry < ? ORDER BY entry"
            return try CheckedRow.fetchAll(database, sql: sql, arguments: [limit]).map {
                try Rebuild(entry: UInt64(clamping: $0[0] as Int64), generation: UInt64(clamping: $0[1] as Int64))
            }
        }
    }

    /// Stands for the entry that a preview imagines behind all others, and for the configuration that it would name.
    static let imagined = UInt64.max

    /// The entry that is carried out.
    let entry: UInt64
    /// In order of entries.
    private(set) var rebuilds: [Rebuild]
    /// Decisions that stand before it, with their entries.
    private var voids: [(entry: UInt64, decision: VoidDecision)]
    /// The decision that is carried out; nothing for others.
    private(set) var subject: VoidDecision?

    /// Reads what state.db knows to have been decided before `entry`, and adds what that entry itself is for.
    init(for work: LargeEntry, entry: UInt64, from database: Database) throws {
        self.entry = entry
        let limit = Int64(clamping: entry)
        rebuilds = try Rebuild.all(before: limit, in: database)
        voids = try VoidDecision.all(before: limit, in: database)
        switch work {
        case .rebuild(let note): rebuilds.append(Rebuild(entry: entry, generation: note.generation))
        case .again: break
        case .void(let decision): subject = decision
        }
    }

    /// The same without what entries decided that cannot be read.
    func without(_ entries: EntryRanges) -> RebuildRules {
        var rules = self
        rules.rebuilds.removeAll { entries.contains($0.entry) }
        rules.voids.removeAll { entries.contains($0.entry) }
        return rules
    }

    /// Whether the decision that is carried out is what leaves the receipt out: none did before.
    func isSubject(_ receipt: Entry) -> Bool { subject?.covers(receipt) ?? false && !isLeftOutBefore(receipt) }

    /// Whether the receipt is left out.
    func isVoid(_ receipt: Entry) -> Bool { subject?.covers(receipt) ?? false || isLeftOutBefore(receipt) }

    private func isLeftOutBefore(_ receipt: Entry) -> Bool {
        voids.contains { void in
            guard void.decision.covers(receipt) else { return false }
            if let subject, !subject.takesWaiting { return true }
            // One of an older version has left out what came after it, and what stands before it as soon as there was a rebuild.
            return void.decision.reachesBack || void.entry < receipt.number || rebuilds.contains { $0.entry > void.entry }
        }
    }
}

/// Says with which configuration a receipt is mapped in a shadow.
struct ReceiptGenerations {
    private let rebuilds: [RebuildRules.Rebuild]
    private var known: [String: [RebuildRules.Rebuild]] = [:]

    init(_ rules: RebuildRules?) { self.init(rules?.rebuilds ?? []) }

    init(_ rebuilds: [RebuildRules.Rebuild]) { self.rebuilds = rebuilds }

    /// The configuration of the newest rebuild behind `receipt` that has its source; without one, the receipt's own.
    ///
    /// A source that has left the configuration so keeps what its receipts said.
    mutating func generation(of receipt: Entry, _ mapper: inout any ReceiptMapper) throws(StateError) -> UInt64 {
        guard let last = rebuilds.last, last.entry > receipt.number else { return receipt.generation }
        return try rebuilds(with: receipt.source, &mapper).last { $0.entry > receipt.number }?.generation ?? receipt.generation
    }

    private mutating func rebuilds(with source: String, _ mapper: inout any ReceiptMapper) throws(StateError) -> [RebuildRules.Rebuild] {
        if let rebuilds = known[source] { return rebuilds }
        var found: [RebuildRules.Rebuild] = []
        for rebuild in rebuilds where try mapper.knows(source, generation: rebuild.generation) { found.append(rebuild) }
        known[source] = found
        return found
    }
}
