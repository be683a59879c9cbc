/// What a manifest says about events and records, in the form that the mapper runs; immutable and shared.
final class AdapterPlan: Sendable {
    let tables: PlanTables
    let vendor: String
    let product: String
    /// For times without a zone, when the source names none.
    let zone: TimeZoneRules
    /// Words that mean nothing.
    let absent: WordTable
    /// Header names in lower case, by the numbers in expressions.
    let headers: [String]
    /// Strings that hold JSON.
    let json: JSONStrings
    let event: EventPlan
    /// By the numbers in `EventPlan.kinds`.
    let entries: [EntryPlan]

    init(
        tables: PlanTables, vendor: String, product: String, zone: TimeZoneRules, absent: WordTable, headers: [String], json: JSONStrings, event: EventPlan,
        entries: [EntryPlan]
    ) {
        self.tables = tables
        self.vendor = vendor
        self.product = product
        self.zone = zone
        self.absent = absent
        self.headers = headers
        self.json = json
        self.event = event
        self.entries = entries
    }
}

/// What every event of an adapter is asked first.
struct EventPlan: Sendable {
    /// A kind of event that the adapter names.
    struct Kind: Sendable {
        var name: String
        /// The entry that maps it; nothing for an ignored kind.
        var entry: Int?
    }

    /// The paths of `key`, `kind` and `time` only, and what is known and dropped in every event.
    var trie: PathTrie
    var key: ExpressionID?
    var kind: ExpressionID?
    var time: ExpressionID?
    /// The mapped kinds in the order written, then the ignored ones.
    var kinds: [Kind]
    /// Positions in `kinds`.
    var words: WordTable
    /// The number of mapped kinds.
    var mapped: Int
}

/// One entry of `records`.
struct EntryPlan: Sendable {
    var trie: PathTrie
    var scans: [Block<ScanPlan>] = []
    var findings: [Block<FindingPlan>] = []
    var notices: [Block<NoticePlan>] = []
}
