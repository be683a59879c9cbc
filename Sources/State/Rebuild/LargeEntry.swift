import Journal

/// What an entry asks for whose work may concern every record: it is worked off in parts, on its own.
package enum LargeEntry: Sendable {
    /// Every earlier receipt is to be mapped with one configuration.
    case rebuild(RebuildNote)
    /// Earlier receipts are to count for nothing.
    case void(VoidDecision)

    /// Reads what `entry` asks for; nothing when its work is small.
    init?(_ entry: Entry) {
        let body = entry.body.bytes ?? []
        switch entry.kind {
        case .rebuild:
            guard let note = RebuildNote(parsing: body) else { return nil }
            self = .rebuild(note)
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
        case .void: 0
        }
    }
}

/// Where the work on a large entry stands: one part begins, or is done and stored.
package enum PartMark: Sendable { case begins, ends }
