import FindingModel
import GRDB
import JSONDocument
import Journal

/// What a rebuild would change, without changing anything.
package struct RebuildPreview {
    /// How one record would differ.
    package struct Difference: Sendable, Equatable {
        package let uid: String
        package let kind: RecordKind
        /// The record as it is; nothing if it is not known.
        package let before: RawJSON?
        /// The record as it would be; nothing if it would not be made.
        package let after: RawJSON?
        /// The change that `rebuild --apply` would make; nothing where no sink would be told.
        package let changeType: String?
    }

    /// Stands for today's configuration, which has no entry.
    package static let generation = RebuildRules.imagined

    private let store: StateStore
    private let source: EntrySource
    private let journal: any Journal
    private let options: ProjectorOptions

    /// - Parameter journal: Only takes notes about receipts that end the process; entries are read from `source`.
    package init(store: StateStore, source: EntrySource, journal: any Journal, options: ProjectorOptions = ProjectorOptions()) {
        self.store = store
        self.source = source
        self.journal = journal
        self.options = options
    }

    /// Projects the whole journal into a shadow beside state.db, and gives every record that differs to `onDifference`, in order of uids. Blocks
    /// the calling thread.
    ///
    /// - Parameters:
    ///   - void: A decision that is not made yet, as if it were; left out, a rebuild is.
    ///   - makeMapper: Its mapper takes `RebuildPreview.generation` for today's configuration.
    /// - Returns: How many records differ; nothing if it was stopped.
    package func run(
        void: VoidDecision? = nil, makeMapper: @escaping @Sendable () -> any ReceiptMapper, shouldStop: @escaping () -> Bool = { false },
        onDifference: (Difference) throws -> Void
    ) throws -> Int? {
        let end = try store.read { try Position(from: $0) }.entry
        let work = void.map { LargeEntry.void($0) } ?? .rebuild(RebuildNote(generation: Self.generation))
        let rules = try store.read { try RebuildRules(for: work, entry: RebuildRules.imagined, from: $0) }
        let shadow = try Shadow(path: store.path + "-preview", entry: end, generation: RebuildRules.imagined)
        defer { shadow.remove() }
        var plan = shadow.plan(
            source, journal: journal, makeMapper: makeMapper, options: options, rules: rules, through: end,
            shouldStop: shouldStop)
        plan.writesNotes = false
        let run = ProjectionRun(plan)
        guard try run.run(), !shouldStop() else { return nil }
        let isTouchedOnly = void != nil && !run.isWithoutWhatCounted
        return try store.read { live in
            try shadow.store.read { try Self.compare(RecordPairs(before: live, after: $0, isTouchedOnly: isTouchedOnly), onDifference) }
        }
    }

    private static func compare(_ pairs: RecordPairs, _ onDifference: (Difference) throws -> Void) throws -> Int {
        var count = 0
        var uid = ""
        var parser = JSONParser()
        while true {
            let page = try pairs.page(after: uid)
            guard let last = page.last else { return count }
            for pair in page {
                guard let difference = try difference(pair, &parser), try !pairs.isOutOfReach(pair) else { continue }
                count += 1
                try onDifference(difference)
            }
            uid = last.uid
        }
    }

    private static func difference(_ pair: RecordPairs.Pair, _ parser: inout JSONParser) throws -> Difference? {
        guard pair.before?.data != pair.after?.data, let kind = pair.after?.kind ?? pair.before?.kind else { return nil }
        let before = try pair.before?.decoded(&parser), after = try pair.after?.decoded(&parser)
        let toldProgress: Int64? = if case .scan(let scan)? = before { scan.toldProgress } else { nil }
        let correction = Correction.of(after.flatMap { before?.comparable(with: $0) } ?? before?.record, after?.record, toldProgress: toldProgress)
        return Difference(
            uid: pair.uid, kind: kind, before: pair.before?.data.map { RawJSON(bytes: [UInt8]($0)) },
            after: pair.after?.data.map { RawJSON(bytes: [UInt8]($0)) }, changeType: correction?.type)
    }
}
