import State

/// The two ends of a stretch of receipts, as somebody named them: `since` and `until`, or `from` and `to`.
package struct StretchEnds {
    /// One end: what it is called, what was written, and what that means.
    package struct End {
        let name: String
        let text: String
        let bound: ReceiptBound

        package init(_ name: String, _ text: String, _ bound: ReceiptBound) {
            self.name = name
            self.text = text
            self.bound = bound
        }
    }

    private let first: End
    private let last: End
    /// Whether the moment that the last one names is part of the stretch.
    private let isInclusive: Bool

    package init(_ first: End, _ last: End, isInclusive: Bool = false) {
        self.first = first
        self.last = last
        self.isInclusive = isInclusive
    }

    /// What is wrong, and what to do, where nothing can lie between them.
    package var problem: (message: String, hint: String)? {
        guard !first.bound.isBefore(isInclusive ? last.bound.through : last.bound) else { return nil }
        let names = "\(first.name) '\(first.text)'", others = "\(last.name) '\(last.text)'"
        guard first.bound == last.bound else {
            return ("\(names) is later than \(others), so nothing lies between them", "exchange the two: \(first.name) is the earlier one")
        }
        return ("\(names) is not before \(others), so nothing lies between them", "\(last.name) is the first moment that no longer counts: name a later one")
    }

    /// Throws when nothing can lie between them.
    func check() throws(OperatorError) {
        if let problem { throw OperatorError(.badRequest, problem.message, hint: problem.hint) }
    }
}
