import Journal

/// What the journal says about entries that could not be read: since when they are left out, and where they are taken in.
///
/// An entry that says so and that could not be read itself says nothing, even when it can be read again: what was projected without it is projected so
/// for ever, and what is missing since then is told by a later one.
struct UnreadHistory {
    private enum Event {
        case told(UnreadNote)
        case takenIn(EntryRanges)
    }

    /// With the numbers of their entries, in order of these.
    private var events: [(entry: UInt64, event: Event)] = []

    mutating func add(_ note: UnreadNote, entry: UInt64) { events.append((entry, .told(note))) }

    mutating func add(_ note: RereadNote, entry: UInt64) { events.append((entry, .takenIn(note.entries))) }

    /// The next entry behind `entry` from which on others are left out; nothing where they stay the same.
    func nextChange(after entry: UInt64) -> UInt64? {
        events.compactMap { said in
            switch said.event {
            case .told(let note): note.during
            case .takenIn: said.entry
            }
        }.filter { $0 > entry }.min()
    }

    /// The entries that are left out at their own place, or when the large entry `during` is carried out.
    func leftOut(during entry: UInt64?) -> EntryRanges {
        let heard = heard(during: entry)
        let told = EntryRanges(heard.flatMap { said -> [ClosedRange<UInt64>] in if case .told(let note) = said.event { note.entries.ranges } else { [] } })
        // What was taken in though nothing tells of it: the journal's end was lost, and what told of it with that.
        var left = heard.flatMap { said -> [ClosedRange<UInt64>] in if case .takenIn(let entries) = said.event { entries.subtracting(told).ranges } else { [] }
        }
        for said in heard {
            switch said.event {
            case .told(let note) where note.holds(during: entry): left += note.entries.ranges
            case .takenIn(let entries) where said.entry <= entry ?? 0: left = EntryRanges(left).subtracting(entries).ranges
            default: break
            }
        }
        return EntryRanges(left)
    }

    /// What is said by entries that could be read: only a later one can say that an earlier one could not.
    private func heard(during entry: UInt64?) -> [(entry: UInt64, event: Event)] {
        var unheard: [EntryRanges] = []
        let heard = events.reversed().filter { said in
            if unheard.contains(where: { $0.contains(said.entry) }) { return false }
            if case .told(let note) = said.event, note.holds(during: entry) { unheard.append(note.entries) }
            return true
        }
        return heard.reversed()
    }
}

extension UnreadNote {
    /// Whether what it names is missing at its own place, or when the large entry `entry` is carried out.
    fileprivate func holds(during entry: UInt64?) -> Bool { during.map { $0 <= entry ?? 0 } ?? true }
}
