import FindingModel
import JSONDocument

/// Runs a plan over one document: fills slots, evaluates expressions, and notes which nodes were used and which could not be read.
///
/// Not copyable, so that no step of an expression costs a reference count for each of its tables.
struct Evaluator: ~Copyable {
    /// What is known of a node, one bit each.
    enum Mark {
        static let used: UInt8 = 1
        /// Known and not kept.
        static let dropped: UInt8 = 2
        /// An item of which a record was made, whose rest stands in that record.
        static let recorded: UInt8 = 4
        /// Holds something that goes to `unmapped`.
        static let rest: UInt8 = 8
    }

    /// A node that a field could not read.
    struct Unreadable {
        var node: Int
        var place: Int
    }

    /// Steps from one value of a path to the next that an event with so many nodes may cost: more than any plan needs for what a body
    /// holds, and few enough that a body made to be slow, by long lists that every item asks again, costs no more than its size.
    static func stepLimit(nodes: Int) -> Int { 100_000 + 32 * nodes }
    /// Values that could not be read and are remembered.
    static let unreadableLimit = 200_000

    let plan: AdapterPlan
    let tables: PlanTables
    let tape: JSONTape
    let headers: [HeaderField]
    let zone: TimeZoneRules
    var bindings = Bindings()
    /// The item of each frame while the document is walked.
    var current: [Int] = []
    var marks: [UInt8]
    /// Paths of items at which an empty list stands.
    var emptied: Set<EmptyList> = []
    /// Of items that are values of a map's members: the member, whose key is the name.
    var memberNames: [Int: Int] = [:]
    /// The member of a map whose value is being walked.
    var currentMember: Int?
    /// Objects that are maps of items, and so no items themselves.
    var maps: Set<Int> = []
    var drift = DriftCollector()
    var unreadable: [Unreadable] = []
    /// What is left of `stepLimit`.
    var steps: Int
    /// How often a field took something that the event said.
    var taken = 0
    var budget: OutputBudget
    /// How many places the items of the body may take.
    let placesMax: Int

    init(plan: AdapterPlan, tape: JSONTape, headers: [HeaderField], zone: TimeZoneRules, bodyBytes: Int) {
        self.plan = plan
        tables = plan.tables
        self.tape = tape
        self.headers = headers
        self.zone = zone
        marks = [UInt8](repeating: 0, count: tape.count)
        steps = Self.stepLimit(nodes: tape.count)
        budget = OutputBudget(bodyBytes: bodyBytes)
        placesMax = OutputBudget.placesMin + bodyBytes
    }

    /// Whether a node says nothing: null, blanks, an empty container, one of the adapter's words for it, or what redaction left.
    func isNothing(_ node: Int) -> Bool {
        switch tape.kind(node) {
        case .null: true
        case .object, .array: tape.childCount(node) == 0
        case .string: isNothing(text: tape.text(node))
        case .number: !plan.absent.isEmpty && plan.absent.find(number: tape.text(node)) != nil
        case .true, .false: false
        }
    }

    /// Whether a text says nothing.
    func isNothing(text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        if plan.absent.isEmpty, !ASCII.isBlank(first), first != UInt8(ascii: "[") { return false }
        let trimmed = ASCII.trimmed(text)
        return trimmed.isEmpty || RedactionMark.isMark(trimmed) || plan.absent.find(trimmed) != nil
    }

    /// Whether a node is a value that was redacted.
    func isRedacted(node: Int) -> Bool { tape.kind(node) == .string && RedactionMark.isMark(tape.text(node)) }

    /// The item that a path begins at: the document or the item at hand.
    @inline(__always) func owner(_ reference: SlotReference, _ item: Int) -> Int { reference.ofDocument ? 0 : item }

    /// Marks what a value was made from.
    mutating func use(_ value: Value) {
        switch value.origin {
        case .none:
            if case .constant = value.content { return }
        case .node(let node): marks[node] |= Mark.used
        case .nodes(let nodes): for node in nodes { marks[node] |= Mark.used }
        }
        taken += 1
        switch value.content {
        case .node(let node) where tape.kind(node) == .string: budget.charge(OutputBudget.valueBytes + tape.text(node).count)
        case .text(let text): budget.charge(OutputBudget.valueBytes + text.utf8.count)
        case .node, .constant, .severity, .time, .duration: budget.charge(OutputBudget.valueBytes)
        }
    }

    /// The entry of a slot after `hit`; negative at the end, and once the event has cost too many steps.
    mutating func next(_ hit: Int) -> Int {
        steps -= 1
        if steps > 0, !budget.isSpent { return bindings.next(hit) }
        if steps == 0 { drift.add(.type, "other") }
        return -1
    }

    /// Notes a value that a field could not read.
    mutating func noteUnreadable(_ node: Int, place: Int) {
        if unreadable.count < Self.unreadableLimit { unreadable.append(Unreadable(node: node, place: place)) }
    }

    /// The items of a block, or the one that it stands in.
    mutating func items(_ reference: SlotReference?, within item: Int) -> [Int] {
        guard let reference else { return [item] }
        var items: [Int] = []
        var hit = bindings.first(reference.slot, of: owner(reference, item))
        while hit >= 0 {
            let item = bindings.value(hit)
            if maps.isEmpty || !maps.contains(bindings.node(of: item)) { items.append(item) }
            hit = next(hit)
        }
        return items
    }
}
