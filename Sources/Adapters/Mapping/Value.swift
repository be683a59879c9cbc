import FindingModel

/// One candidate for a field, on its way from the document through the steps of an expression.
struct Value {
    enum Content {
        case node(Int)
        case text(String)
        /// A word of the manifest.
        case constant(Int)
        case severity(Severity)
        case time(TimeReading)
        /// Milliseconds.
        case duration(Int64)
    }

    /// The nodes that it was made from: used, once a field takes it.
    enum Origin {
        case none
        case node(Int)
        case nodes([Int])
    }

    var content: Content
    var origin: Origin
    /// In `PlanTables.places`; negative for none.
    var place: Int
    /// A word went into a map; it is `origin`'s text, or this where a step made it.
    var wasMapped = false
    var entered: String?
    /// The map has no such word: what stands here is the word that went in.
    var isUnmatched = false
    /// Made of several parts, so that it is no id of the vendor's.
    var isComposed = false

    init(_ content: Content, origin: Origin = .none, place: Int = -1) {
        self.content = content
        self.origin = origin
        self.place = place
    }

    /// What `content` becomes of this value, with the same history.
    func replaced(by content: Content) -> Value {
        var value = self
        value.content = content
        return value
    }
}

/// What a field makes of a candidate.
enum Verdict {
    /// The field cannot read it.
    case rejected
    /// It is not for this field, and that is no drift.
    case skipped
    /// The field has its value.
    case taken
    /// A list field took it and goes on.
    case more
    /// The field has no value, and no other candidate may give it one.
    case ended
}

/// What an expression came to.
enum Outcome {
    case nothing
    /// A list field took something.
    case some
    /// The field has what it gets.
    case done
}
