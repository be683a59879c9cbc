/// The number of an expression in `PlanTables.expressions`.
typealias ExpressionID = Int

/// Where a value comes from.
///
/// Trivial, so that the mapper copies it without counting references; texts and lists stand in `PlanTables`.
enum Expression: Sendable {
    /// A path.
    case slot(SlotReference)
    /// A word of the manifest.
    case constant(Int)
    /// The first that the field can read.
    case alternatives(ExpressionList)
    /// Lists one after another.
    case all(ExpressionList)
    /// Texts one after another; nothing if one of them is nothing.
    case join(ExpressionList, separator: Int)
    /// One key for a tuple; nothing only if every part is nothing.
    case hash(ExpressionList)
    /// A header of the request, by the number of its name.
    case header(Int)
    /// The name of an object's only member.
    case onlyKey(SlotReference)
    /// The name of the member that the item is the value of, or stands in.
    case memberName
    /// A word replaced by another.
    case map(from: ExpressionID, map: Int)
    /// A part of a text.
    case pattern(from: ExpressionID, pattern: Int)
    /// A text cut into several.
    case split(from: ExpressionID, separator: Int)
    /// A text in the form by which it is compared.
    case form(from: ExpressionID, form: NormalForm)
    /// A count since 1970.
    case time(from: ExpressionID, unit: TimeUnit)
    /// A number that is a span of time.
    case duration(from: ExpressionID, unit: DurationUnit)
    /// `then`, if the condition holds.
    case conditional(Int, then: ExpressionID)
}

/// Consecutive entries of `PlanTables.lists`.
struct ExpressionList: Sendable {
    var start: Int
    var count: Int

    var range: Range<Int> { start..<start + count }
}

/// The nodes that a path leads to.
struct SlotReference: Sendable {
    /// The slot's number in its frame.
    var slot: Int
    /// Whether the path begins at the document's root and not at the item.
    var ofDocument: Bool
    /// The path's number in `PlanTables.places`, for drift.
    var place: Int
}

/// A word of the manifest.
struct Constant: Sendable {
    var text: String
    /// Its position in the closed set that it belongs to; -1 for a word that belongs to none.
    var code: Int
}

/// What `map` says.
struct WordMap: Sendable {
    /// Words and the constants they become.
    var table: WordTable
    /// What any other word becomes; then it is no drift.
    var otherwise: ExpressionID?
    /// A severity's map: the plain words need no entry.
    var fallsBackToPlainWords = false
}

/// What `when` and `unless` ask.
struct Condition: Sendable {
    /// One path and what it may lead to.
    struct Test: Sendable {
        var path: SlotReference
        /// Any of these words; without words, anything but nothing (`has`).
        var words: WordTable?
    }

    /// All of these hold.
    var when: [Test]
    /// Not all of these hold.
    var unless: [Test]
}

/// What expressions refer to by number; one set for an adapter.
struct PlanTables: Sendable {
    var expressions: [Expression] = []
    var lists: [ExpressionID] = []
    var constants: [Constant] = []
    var texts: [String] = []
    var maps: [WordMap] = []
    var patterns: [Pattern] = []
    var conditions: [Condition] = []
    /// Paths as drift names them: `$.data.id`.
    var places: [String] = []
}
