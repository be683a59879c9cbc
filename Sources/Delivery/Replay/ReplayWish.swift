import FindingModel
import State

/// What a person wants sent once more.
package struct ReplayWish: Hashable, Sendable {
    package let sink: String
    /// The changes of which entries: from here on, and before this end when there is one.
    package let from: ReceiptBound
    package let to: ReceiptBound?
    /// Types of changes, with wildcards; none for all.
    package let types: [String]
    /// Changes within a second at most.
    package let rate: Int?
    package let who: String

    package init(sink: String, from: ReceiptBound, to: ReceiptBound?, types: [String], rate: Int?, who: String) {
        self.sink = sink
        self.from = from
        self.to = to
        self.types = types
        self.rate = rate
        self.who = who
    }

    /// The first of the types that no change has; a word for notices may be anything.
    package var unknownType: String? {
        types.first { word in
            let pattern = WildcardPattern(word)
            return !word.utf8.starts(with: "notice.".utf8) && !(["notice.any"] + ChangeType.words).contains { pattern.matches($0) }
        }
    }
}
