import GRDB
import Journal

/// What an entry asks for whose work may concern every record: it is worked off in parts, on its own.
package enum LargeEntry: Sendable {
    /// Every earlier receipt is to be mapped with one configuration.
    case rebuild(RebuildNote)
    /// Earlier entries are to count that could not be read before.
    case again(RereadNote)
    /// Earlier receipts are to count for nothing.
    case void(VoidDecision)

    /// Reads what `entry` asks for; nothing when its work is small.
    init?(_ entry: Entry) {
        let body = entry.body.bytes ?? []
        switch entry.kind {
        case .rebuild:
            if let note = RebuildNote(parsing: body) {
                self = .rebuild(note)
            } else if let note = RereadNote(parsing: body) {
                self = .again(note)
            } else {
                return nil
            }
        case .decision:
            guard let decision = VoidDecision(parsing: body), decision.reachesBack else { return nil }
            self = .void(decision)
        default: return nil
        }
        // Nothing stands before it.
        if entry.number < 2 { return nil }
    }

    var isVoid: Bool {
        if case .void = self { true } else { false }
    }

    /// The configuration that a rebuild names; 0 for others.
    var generation: UInt64 {
        switch self {
        case .rebuild(let note): note.generation
        case .again, .void: 0
        }
    }
}

extension LargeEntry {
    /// Keeps what it decided, and how many changes that made.
    func insert(entry: Int64, changes: Int64, into database: Database) throws {
        switch self {
        case .rebuild(let note):
            try database.execute(
                sql: "INSERT OR REPLACE INTO rebuilds VALUES (?, ?, '', ?)", arguments: [entry, Int64(clamping: note.generation), changes])
        case .again: break
        case .void(let decision): try decision.insert(entry: entry, into: database)
        }
    }
}

/// Where the work on a large entry stands: one part begins, or is done and stored.
package enum PartMark: Sendable { case begins, ends }
