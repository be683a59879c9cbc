import Journal

/// What later entries say about earlier ones, found by reading ahead: which receipts are left out, which a person voided, and what erased ones had
/// made.
struct JournalSurvey {
    /// Receipts that are left out of every projection.
    private(set) var quarantined: Set<UInt64> = []
    /// Receipts that are left out of a projection with another configuration than their own, by its number.
    private(set) var quarantinedByGeneration: [UInt64: Set<UInt64>] = [:]
    private(set) var voids: [VoidDecision] = []
    /// How many changes receipts had made that were erased afterwards.
    private(set) var erasedChanges: [UInt64: UInt64] = [:]

    /// Whether the receipt is left out when it is projected with `generation`, or with its own for nothing.
    func isQuarantined(_ receipt: UInt64, generation: UInt64?) -> Bool {
        if quarantined.contains(receipt) { return true }
        guard let generation else { return false }
        return quarantinedByGeneration[generation]?.contains(receipt) ?? false
    }

    mutating func add(_ note: QuarantineNote) {
        if let generation = note.generation {
            quarantinedByGeneration[generation, default: []].insert(note.receipt)
        } else {
            quarantined.insert(note.receipt)
        }
    }

    mutating func add(_ entry: Entry) {
        switch entry.kind {
        case .quarantine: QuarantineNote(parsing: entry.body.bytes ?? []).map { add($0) }
        case .decision:
            let body = entry.body.bytes ?? []
            if let decision = VoidDecision(parsing: body) { voids.append(decision) }
            if let decision = EraseDecision(parsing: body) { add(decision) }
        default: break
        }
    }

    /// The first decision counts: a second one about the same receipt found its changes gone if state.db was made again between the two.
    private mutating func add(_ decision: EraseDecision) {
        if erasedChanges[decision.number, default: 0] == 0 { erasedChanges[decision.number] = decision.changes }
    }

    /// Reads the journal from entry `first` through `last`; stops early when `isStopping` says so.
    mutating func read(_ source: EntrySource, from first: UInt64, through last: UInt64, isStopping: () -> Bool) throws(StateError) {
        guard first <= last else { return }
        var reader = source.reader(first)
        while !isStopping() {
            let entries = try reader.entries(limit: 1024, maxBytes: 8 << 20)
            guard !entries.isEmpty else { return }
            for entry in entries {
                if entry.number > last { return }
                if entry.kind == .quarantine || entry.kind == .decision { add(entry) }
            }
        }
    }
}
