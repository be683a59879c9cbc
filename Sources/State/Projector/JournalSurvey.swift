import Journal

/// What later entries say about earlier receipts that cannot be projected as they were: found by reading ahead.
///
/// Beside that, which configurations they refer to, and which tag changes bear that are made again by other rules. Nothing else is read ahead: what an
/// entry decides has its effect at that entry. What is left out says nothing, though it may be readable by now.
struct JournalSurvey {
    /// What an entry decided about a receipt that stands before it.
    private struct Said<Content> {
        let entry: UInt64
        let content: Content
    }

    /// The large entry that is being carried out; nothing where entries are projected at their own place.
    private let during: UInt64?
    /// By receipt, the entries that have it left out.
    private var quarantines: [UInt64: [Said<QuarantineNote>]] = [:]
    /// By receipt, the decisions that erased it.
    private var erasures: [UInt64: [Said<EraseDecision.Kept>]] = [:]
    /// The entries that are left out, though they may be readable.
    private(set) var leftOut = EntryRanges()
    /// Receipts of which their husk does not keep all, unless what follows from that was told since.
    private(set) var partial: Set<UInt64> = []
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
    /// The last entry that says that some were lost, unless all up to it is made again without them.
    private(set) var loss: UInt64?
    /// What is said of entries that cannot be read.
    private(set) var unread = UnreadHistory()
    /// What cannot be read now: numbers that are missing, and bodies, unless one of the same content stands for that of a configuration.
    private(set) var unreadable = EntryRanges()
    /// Entries whose work concerns all that stands before them.
    private(set) var large: [UInt64] = []

    init(during entry: UInt64? = nil) { during = entry }

    /// Whether the receipt is left out, for a quarantine.
    func isQuarantined(_ receipt: UInt64) -> Bool {
        (quarantines[receipt] ?? []).contains { said in
            !leftOut.contains(said.entry) && (said.content.during.map { $0 <= during ?? 0 } ?? true)
        }
    }

    /// The receipts whose erasure a decision says that can be read, left out or not.
    var erased: Set<UInt64> { Set(erasures.keys) }

    /// The last entry that decides an erasure of one of the receipts up to `last`; 0 for none.
    func lastErasure(ofReceiptsThrough last: UInt64) -> UInt64 {
        erasures.lazy.filter { $0.key <= last }.flatMap { $0.value.map(\.entry) }.max() ?? 0
    }

    func isErased(_ receipt: UInt64) -> Bool { erasures[receipt] != nil }

    /// Whether a receipt was there as a whole when the large entry `number` was carried out, and is there in part by now.
    func isPartial(before number: UInt64) -> Bool { partial.contains { $0 < number && number < husk(of: $0) ?? 0 } }

    /// The decision that keeps what stayed of the erased receipt.
    ///
    /// The first one counts: a second one about the same receipt found its changes gone if state.db was made again between the two.
    func husk(of receipt: UInt64) -> UInt64? { erasures[receipt]?.first { $0.content.hasHusk && !leftOut.contains($0.entry) }?.entry }

    /// How many changes the receipt had made before it was erased.
    func erasedChanges(of receipt: UInt64) -> UInt64 {
        erasures[receipt]?.first { $0.content.changes > 0 && !leftOut.contains($0.entry) }?.content.changes ?? 0
    }

    mutating func add(_ note: QuarantineNote, entry: UInt64) { quarantines[note.receipt, default: []].append(Said(entry: entry, content: note)) }

    mutating func add(_ entry: Entry) {
        if LargeEntry(entry) != nil { large.append(entry.number) }
        switch entry.kind {
        case .quarantine: QuarantineNote(parsing: entry.body.bytes ?? []).map { add($0, entry: entry.number) }
        case .decision: EraseDecision(parsing: entry.body.bytes ?? []).map { add($0, entry: entry.number) }
        case .receipt:
            lastReceipts[entry.generation] = entry.number
            if firstReceipts[entry.generation] == nil { firstReceipts[entry.generation] = entry.number }
        case .config: configurations.append(entry.number)
        case .recovery: RecoveryNote(parsing: entry.body.bytes ?? []).map { add($0) }
        case .notice: add(notice: entry)
        case .rebuild: RereadNote(parsing: entry.body.bytes ?? []).map { unread.add($0, entry: entry.number) }
        default: break
        }
    }

    private mutating func add(notice entry: Entry) {
        let body = entry.body.bytes ?? []
        if let note = UnreadNote(parsing: body) { unread.add(note, entry: entry.number) } else if LossNote(parsing: body) != nil { loss = entry.number }
    }

    mutating func add(_ told: [(note: UnreadNote, entry: UInt64)]) {
        for (note, entry) in told { unread.add(note, entry: entry) }
        leftOut = unread.leftOut(during: during)
    }

    mutating func add(_ note: RecoveryNote) {
        guard case .remade(let entry, let rules) = note.reason else { return }
        remade = Remade(last: entry, tag: note.tag)
        partial = partial.filter { $0 > entry }
        remadeRules = rules
        if note.lost == nil, let loss, loss <= entry { self.loss = nil }
    }

    private mutating func add(_ decision: EraseDecision, entry: UInt64) {
        let isFirst = !(erasures[decision.number] ?? []).contains { $0.content.hasHusk }
        if isFirst, decision.isPartial { partial.insert(decision.number) }
        erasures[decision.number, default: []].append(Said(entry: entry, content: decision.kept))
    }

    /// Reads the journal from entry `first` through `last`; stops early when `isStopping` says so.
    mutating func read(_ source: EntrySource, from first: UInt64, through last: UInt64, isStopping: () -> Bool) throws(StateError) {
        guard first <= last else { return }
        var reader = source.reader(first), damaged: [ClosedRange<UInt64>] = []
        // What was erased is not damaged, whether or not the reader knew of it.
        defer {
            unreadable = unreadable.union(EntryRanges(damaged.filter { erasures[$0.lowerBound] == nil } + reader.skipped).through(last))
            leftOut = unread.leftOut(during: during)
        }
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

extension EraseDecision {
    /// What is remembered of it while the journal is read: a husk may be large.
    fileprivate struct Kept {
        let hasHusk: Bool
        let changes: UInt64
    }

    fileprivate var kept: Kept { Kept(hasHusk: !husk.isEmpty, changes: changes) }
}
