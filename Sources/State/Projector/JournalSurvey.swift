import Journal

/// What later entries say about earlier receipts that cannot be projected as they were: found by reading ahead.
///
/// Beside that, which configurations they refer to, and which tag changes bear that are made again by other rules. Nothing else is read ahead: what an
/// entry decides has its effect at that entry.
struct JournalSurvey {
    /// Receipts that are left out of every projection.
    private var quarantined: Set<UInt64> = []
    /// Receipts that are left out when the entry of that number, or a later one, is carried out.
    private var quarantinedDuring: [UInt64: UInt64] = [:]
    /// How many changes receipts had made that were erased afterwards.
    private(set) var erasedChanges: [UInt64: UInt64] = [:]
    /// The decisions that keep what stayed of erased receipts.
    private(set) var husks: [UInt64: UInt64] = [:]
    /// The last entry that was read.
    private(set) var through: UInt64 = 0
    /// By configuration, the last receipt that refers to it.
    private(set) var lastReceipts: [UInt64: UInt64] = [:]
    /// By configuration, the first of them behind the position.
    private(set) var firstReceipts: [UInt64: UInt64] = [:]
    /// The `config` entries, in order.
    private(set) var configurations: [UInt64] = []
    /// What the newest entry about it says was made again, and by which rules.
    private(set) var remade: Remade?
    private(set) var remadeRules: Int?
    /// Which entries are left out though they may be readable.
    private(set) var unread = UnreadHistory()
    /// What cannot be read now: numbers that are missing, and bodies, unless one of the same content stands for that of a configuration.
    private(set) var unreadable = EntryRanges()
    /// Entries whose work concerns all that stands before them.
    private(set) var large: [UInt64] = []

    /// Whether the receipt is left out; `entry` is the one that is being carried out, if any.
    func isQuarantined(_ receipt: UInt64, during entry: UInt64?) -> Bool {
        if quarantined.contains(receipt) { return true }
        guard let entry, let first = quarantinedDuring[receipt] else { return false }
        return first <= entry
    }

    mutating func add(_ note: QuarantineNote) {
        if let entry = note.during {
            quarantinedDuring[note.receipt] = min(entry, quarantinedDuring[note.receipt] ?? .max)
        } else {
            quarantined.insert(note.receipt)
        }
    }

    mutating func add(_ entry: Entry) {
        if LargeEntry(entry) != nil { large.append(entry.number) }
        switch entry.kind {
        case .quarantine: QuarantineNote(parsing: entry.body.bytes ?? []).map { add($0) }
        case .decision: EraseDecision(parsing: entry.body.bytes ?? []).map { add($0, entry: entry.number) }
        case .receipt:
            lastReceipts[entry.generation] = entry.number
            if firstReceipts[entry.generation] == nil { firstReceipts[entry.generation] = entry.number }
        case .config: configurations.append(entry.number)
        case .recovery: RecoveryNote(parsing: entry.body.bytes ?? []).map { add($0) }
        case .notice: UnreadNote(parsing: entry.body.bytes ?? []).map { unread.add($0) }
        case .rebuild: RereadNote(parsing: entry.body.bytes ?? []).map { unread.add($0, entry: entry.number) }
        default: break
        }
    }

    mutating func add(_ note: UnreadNote) { unread.add(note) }

    mutating func add(_ note: RecoveryNote) {
        guard case .remade(let entry, let rules) = note.reason else { return }
        remade = Remade(last: entry, tag: note.tag)
        remadeRules = rules
    }

    /// The first decision counts: a second one about the same receipt found its changes gone if state.db was made again between the two.
    private mutating func add(_ decision: EraseDecision, entry: UInt64) {
        if !decision.husk.isEmpty, husks[decision.number] == nil { husks[decision.number] = entry }
        if erasedChanges[decision.number, default: 0] == 0 { erasedChanges[decision.number] = decision.changes }
    }

    /// Reads the journal from entry `first` through `last`; stops early when `isStopping` says so.
    mutating func read(_ source: EntrySource, from first: UInt64, through last: UInt64, isStopping: () -> Bool) throws(StateError) {
        guard first <= last else { return }
        var reader = source.reader(first), damaged: [ClosedRange<UInt64>] = []
        defer { unreadable = unreadable.union(EntryRanges(damaged + reader.skipped).through(last)) }
        while !isStopping() {
            let entries = try reader.entries(limit: 1024, maxBytes: 8 << 20)
            guard !entries.isEmpty else { return }
            for entry in entries {
                if entry.number > last { return }
                through = entry.number
                if try source.mended(entry).isDamaged { damaged.append(entry.number...entry.number) }
                add(entry)
            }
        }
    }
}
