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

    /// Projects the whole journal with `makeMapper`'s mapper into a shadow beside state.db, and gives every record that differs to `onDifference`,
    /// in order of uids. Blocks the calling thread.
    ///
    /// - Parameter voids: Decisions that are not made yet, as if they were.
    /// - Returns: How many records differ; nothing if it was stopped.
    package func run(
        voids: [VoidDecision] = [], makeMapper: @escaping @Sendable () -> any ReceiptMapper, shouldStop: @escaping () -> Bool = { false },
        onDifference: (Difference) throws -> Void
    ) throws -> Int? {
        let end = try store.read { try Position(from: $0) }.entry
        let shadow = try Shadow(path: store.path + "-preview", entry: end, generation: .max)
        defer { shadow.remove() }
        let isWhole = try shadow.project(
            source, journal: journal, through: end, generation: .max, options: options, makeMapper: makeMapper, writesNotes: false,
            voids: voids, shouldStop: shouldStop)
        guard isWhole else { return nil }
        return try store.read { live in try shadow.store.read { try Self.compare(live, $0, onDifference) } }
    }

    private static func compare(_ live: Database, _ shadow: Database, _ onDifference: (Difference) throws -> Void) throws -> Int {
        var count = 0
        var uid = ""
        var parser = JSONParser()
        while true {
            let pairs = try RecordPairs.page(after: uid, before: live, after: shadow)
            guard let last = pairs.last else { return count }
            for pair in pairs {
                guard let difference = try difference(pair, &parser) else { continue }
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
        let correction = Correction.of(before?.record, after?.record, toldProgress: toldProgress)
        return Difference(
            uid: pair.uid, kind: kind, before: pair.before?.data.map { RawJSON(bytes: [UInt8]($0)) },
            after: pair.after?.data.map { RawJSON(bytes: [UInt8]($0)) }, changeType: correction?.type)
    }
}
