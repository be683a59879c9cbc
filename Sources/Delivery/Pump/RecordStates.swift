import FindingModel
import State

/// What a sink that keeps one state of each record has, and what it is to have: it must not get an older state after a newer one.
struct RecordStates: Sendable {
    /// A change as far as its place among those of its record goes.
    struct Mark: Sendable {
        let sequence: UInt64
        let uid: String

        init(_ change: Change) { (sequence, uid) = (change.sequence, change.subject) }
        init(_ item: OpenItem) { (sequence, uid) = (item.sequence, item.uid) }
    }

    /// What a replay hands over for the changes of its stretch.
    struct Present: Sendable {
        /// The newest change of each record, with the sequence of the one that it is sent for.
        var changes: [(hint: UInt64, change: Change)] = []
        /// Those of whose records the sink has something newer than may be sent.
        var overtaken: Set<UInt64> = []
        /// Those whose states would be too much for one call.
        var left: Set<UInt64> = []
    }

    /// Whether a change came later cannot be said before the projector has come to it.
    private struct NotProjectedYet: Error {}

    let sink: String
    let limits: SinkLimits
    let ledger: Ledger
    let feed: any ChangeFeed
    let filter: SinkFilter

    /// Of a record's later changes, the newest so many are looked at.
    private static let laterChangesMax = 50

    /// Those of the changes, by their sequences, of whose records the sink has a newer state already; what it has is in the ledger by now.
    func overtaken(_ marks: [Mark]) async throws -> Set<UInt64> {
        guard !marks.isEmpty else { return [] }
        let told = try await ledger.told(sink, of: Set(marks.map(\.uid)))
        var overtaken: Set<UInt64> = []
        for mark in marks {
            if let told = told[mark.uid], try await isOvertaken(mark, told) { overtaken.insert(mark.sequence) }
        }
        return overtaken
    }

    private func isOvertaken(_ mark: Mark, _ told: LedgerTold.Known) async throws -> Bool {
        if let change = told.change {
            switch try await feed.place(of: change) {
            case .at(let sequence): return sequence > mark.sequence
            // It was told, and is no longer there: what stands behind where it was came later.
            case .gone(let sequence): return sequence >= mark.sequence
            case .notYet: throw NotProjectedYet()
            }
        }
        // Up to there nothing was noted: what a route takes now and has no row was told, as far as anybody knows.
        guard let before = told.before else { return false }
        let end = try await end(before)
        guard mark.sequence < end else { return false }
        let changes = try await feed.changes(of: mark.uid, after: mark.sequence, limit: Self.laterChangesMax).filter { !$0.isErased }
        let rows = try await ledger.rowIDs(of: sink, about: mark.uid)
        return zip(changes, filter.takes(changes)).contains { $1 && $0.sequence <= end && !rows.contains($0.id) }
    }

    private func end(_ change: String) async throws -> UInt64 {
        switch try await feed.place(of: change) {
        case .at(let sequence), .gone(let sequence): return sequence
        case .notYet: throw NotProjectedYet()
        }
    }

    /// What the records of `hints`, one of each, say now.
    func present(_ hints: [Change]) async throws -> Present {
        var present = Present()
        var bytes = 0
        for hint in hints {
            let change = try await newest(hint)
            if !(try await overtaken([Mark(change)])).isEmpty {
                present.overtaken.insert(hint.sequence)
                continue
            }
            bytes += change.approximateBytes
            if !present.changes.isEmpty, bytes > limits.bytes {
                present.left.insert(hint.sequence)
            } else {
                present.changes.append((hint.sequence, change))
            }
        }
        return present
    }

    /// The newest change of the record that the sink's routes take.
    private func newest(_ hint: Change) async throws -> Change {
        guard let newest = try await feed.newestChange(of: hint.subject), newest.sequence > hint.sequence else { return hint }
        if !newest.isErased, filter.takes([newest])[0] { return newest }
        let later = try await feed.changes(of: hint.subject, after: hint.sequence, limit: Self.laterChangesMax)
        guard let found = zip(later, filter.takes(later)).first(where: { $1 && !$0.isErased })?.0 else { return hint }
        // With the evidence that stayed in its receipt.
        return try await feed.changes(after: found.sequence - 1, limit: 1, maxBytes: 1).first { $0.id == found.id } ?? hint
    }
}

extension Pump {
    /// What the sink has of each record, where that is the engine's affair.
    var states: RecordStates? {
        guard sink.keepsOneState, !sink.looksStatesUp else { return nil }
        return RecordStates(sink: sink.name, limits: sink.limits, ledger: surroundings.ledger, feed: surroundings.feed, filter: filter)
    }

    /// Those of the items, by their sequences, of whose records the sink has a newer state already.
    func overtaken(_ items: [OpenItem]) async throws -> Set<UInt64> { try await states?.overtaken(items.map { .init($0) }) ?? [] }

    /// Which of the changes a replay sends: those that its types and the sink's routes take. A sink that keeps one state of each record gets it once,
    /// for the last of them.
    func takes(_ page: [Change], of job: ReplayJob) async throws -> [Bool] {
        var takes = zip(page, filter.takes(page)).map { $1 && job.takes($0) }
        guard sink.keepsOneState else { return takes }
        var seen: Set<String> = []
        for index in page.indices.reversed() where takes[index] {
            let isLast = seen.insert(page[index].subject).inserted
            if isLast { takes[index] = !(try await hasLater(than: page[index], of: job, behind: page.last?.sequence ?? 0)) } else { takes[index] = false }
        }
        return takes
    }

    /// Whether a later change of the record behind `end` is sent by the replay.
    private func hasLater(than change: Change, of job: ReplayJob, behind end: UInt64) async throws -> Bool {
        guard end < job.last else { return false }
        var limit = 8
        while true {
            let later = try await surroundings.feed.changes(of: change.subject, after: end, limit: limit)
            if zip(later, filter.takes(later)).contains(where: { $1 && job.takes($0) }) { return true }
            guard later.count == limit else { return false }
            limit *= 8
        }
    }
}
