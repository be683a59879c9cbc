/// A `config` entry that receipts refer to; kept so that every segment can begin with it.
struct ConfigurationInForce: Sendable {
    /// The number by which drafts refer to it.
    let number: UInt64
    let draft: EntryDraft
    /// The number of its copy in the present segment.
    private(set) var here: UInt64

    init(number: UInt64, draft: EntryDraft) {
        self.number = number
        self.draft = draft
        here = number
    }

    mutating func move(to number: UInt64) { here = number }
}

/// The configurations that receipts may still refer to: the one in force, and the one before it, whose requests may be under way.
struct ConfigurationsInForce: Sendable {
    private(set) var present: ConfigurationInForce?
    private(set) var past: ConfigurationInForce?
    /// Whether the one before stands at a segment's beginning by now: another segment later, nobody refers to it any more.
    private var isPastRepeated = false

    init(_ present: ConfigurationInForce?) { self.present = present }

    /// Puts the entry `number` in force, which has just become durable.
    mutating func replace(by draft: EntryDraft, number: UInt64) {
        past = present
        isPastRepeated = false
        present = ConfigurationInForce(number: number, draft: draft)
    }

    /// What a new segment begins with.
    var drafts: [EntryDraft] { [present, isPastRepeated ? nil : past].compactMap { $0?.draft } }

    /// Says that `drafts` stand in a new segment, from entry `first` on.
    mutating func repeated(from first: UInt64) {
        if isPastRepeated { past = nil }
        present?.move(to: first)
        past?.move(to: first + 1)
        isPastRepeated = true
    }

    /// The number in the present segment of the configuration that drafts know as `generation`.
    func here(_ generation: UInt64) -> UInt64 {
        if let present, present.number == generation { return present.here }
        if let past, past.number == generation { return past.here }
        return generation
    }
}
