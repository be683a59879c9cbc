/// What the journal says about entries that could not be read: since when they are left out, and where they are taken in.
struct UnreadHistory {
    private enum Event {
        case told(UnreadNote)
        case takenIn(EntryRanges, at: UInt64)
    }

    /// In order of entries.
    private var events: [Event] = []
    /// What was taken in though nothing tells of it: the journal's end was lost, and what told of it with that.
    private var untold = EntryRanges()

    mutating func add(_ note: UnreadNote) { events.append(.told(note)) }

    mutating func add(_ note: RereadNote, entry: UInt64) {
        let told = events.reduce(EntryRanges()) { all, event in
            if case .told(let note) = event { all.union(note.entries) } else { all }
        }
        untold = untold.union(note.entries.subtracting(told))
        events.append(.takenIn(note.entries, at: entry))
    }

    /// The next entry behind `entry` from which on others are left out; nothing where they stay the same.
    func nextChange(after entry: UInt64) -> UInt64? {
        events.compactMap { event in
            switch event {
            case .told(let note): note.during
            case .takenIn(_, let number): number
            }
        }.filter { $0 > entry }.min()
    }

    /// The entries that are left out at their own place, or when the large entry `during` is carried out.
    func leftOut(during entry: UInt64?) -> EntryRanges {
        events.reduce(untold) { left, event in
            switch event {
            case .told(let note) where note.during.map({ $0 <= entry ?? 0 }) ?? true: left.union(note.entries)
            case .takenIn(let entries, let number) where number <= entry ?? 0: left.subtracting(entries)
            default: left
            }
        }
    }
}
