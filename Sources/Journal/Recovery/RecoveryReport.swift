/// What was found when a journal was opened.
package struct RecoveryReport: Equatable, Sendable {
    /// The journal's tag.
    package let tag: String
    /// Whether the journal was made just now.
    package let isNew: Bool
    /// The number of the last entry.
    package let lastNumber: UInt64
    /// The unfinished end that was taken off the last segment.
    package var cut: RecoveryNote.Cut?
    /// Damaged places of the last segment that no `recovery` entry had reported before.
    package var damaged: [RecoveryNote.Damage] = []
    /// Entries of the last segment whose bodies are damaged.
    package var unreadable: [UInt64] = []

    package init(tag: String, isNew: Bool, lastNumber: UInt64) {
        self.tag = tag
        self.isNew = isNew
        self.lastNumber = lastNumber
    }

    /// Whether something was lost that should be told.
    package var foundLoss: Bool { cut != nil || !damaged.isEmpty || !unreadable.isEmpty }

    /// What was lost, a sentence each.
    package var sentences: [String] {
        var sentences: [String] = []
        if let cut {
            let kept = cut.file.isEmpty ? "there was no room to keep them" : "they are kept in \(cut.file)"
            sentences.append("\(cut.segment): the last \(cut.bytes) bytes, from byte \(cut.offset) on, were no whole batch and were cut off; \(kept)")
        }
        for damage in damaged {
            let lost = damage.numbers.map { $0.count == 1 ? "entry \($0.lowerBound) is lost" : "entries \($0.lowerBound) to \($0.upperBound) are lost" }
            sentences.append("\(damage.segment): damaged at byte \(damage.offset); \(lost ?? "no entry is lost")")
        }
        if let first = unreadable.first {
            sentences.append(
                unreadable.count == 1 ? "the body of entry \(first) is damaged" : "the bodies of \(unreadable.count) entries are damaged, the first is \(first)"
            )
        }
        return sentences
    }
}
