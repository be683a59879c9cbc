import YAMLDocument

/// Turns a manifest's tree into a plan, gathering everything that is wrong with it.
///
/// Expressions are numbered as they are read; paths go into the tree of names of the entry at hand.
struct ManifestCompiler {
    static let keys = [
        "adapter", "vendor", "product", "names", "timezone", "absent", "authenticate", "secret-by", "json", "redact", "clear", "event", "ignore", "known",
        "drop",
        "records",
    ]

    var issues: IssueCollector
    var tables = PlanTables()
    /// The paths of the event, or of the entry of `records` at hand.
    var trie: PathTrieBuilder
    /// The frame of the items that paths with a leading point begin at.
    var frame = 0
    /// Whether an `each` is in force.
    var hasItem = false
    /// What the manifest calls the member whose value the item at hand is.
    var memberName: String?
    /// In lower case, as they are first read.
    var headers: [String] = []
    /// Whether the event's own expressions are being read.
    var isInEvent = false
    /// Every path that the event reads.
    var eventPaths: [Path] = []
    let names: NameMatching
    private var placeNumbers: [String: Int] = [:]

    init(issues: IssueCollector, names: NameMatching) {
        self.issues = issues
        self.names = names
        trie = PathTrieBuilder(matching: names)
    }

    /// The number of a place that drift can name.
    mutating func place(_ text: String) -> Int {
        if let number = placeNumbers[text] { return number }
        tables.places.append(text)
        placeNumbers[text] = tables.places.count - 1
        return tables.places.count - 1
    }

    /// Adds an expression and gives its number.
    mutating func add(_ expression: Expression) -> ExpressionID {
        tables.expressions.append(expression)
        return tables.expressions.count - 1
    }

    /// Adds a list of expressions.
    mutating func add(_ list: [ExpressionID]) -> ExpressionList {
        tables.lists += list
        return ExpressionList(start: tables.lists.count - list.count, count: list.count)
    }

    /// The tree of names of everything read since the last one, and a new one to go on with.
    mutating func finishTrie() -> PathTrie {
        let finished = trie
        trie = PathTrieBuilder(matching: names)
        frame = 0
        hasItem = false
        return finished.trie { place($0) }
    }
}
