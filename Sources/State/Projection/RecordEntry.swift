import FindingModel

/// The entry that touched a record last.
struct Touch: Equatable {
    /// Before any did.
    static let none = Touch(received: 0)

    /// Receipt time in milliseconds since 1970.
    var received: Int64
    /// What the wall clock said, where that is another time.
    var wall: Int64?
    /// Its number; nothing where an older version took it in.
    var entry: Int64?

    init(received: Int64, wall: Int64? = nil, entry: Int64? = nil) {
        self.received = received
        self.wall = wall
        self.entry = entry
    }

    init(_ entry: ProjectedEntry) { self.init(received: entry.received, wall: entry.wall, entry: entry.number) }
}

/// A record in the projector's hands: its state, and what of it is not written yet.
final class RecordEntry {
    /// The record's number in state.db, in the order in which the journal first names records; 0 before its first write.
    var number: Int64
    let uid: String
    var state: RecordState
    /// The source whose event touched it last, and that event.
    var source: Int64
    var touch = Touch.none
    /// Whether state.db has a row for it.
    var isStored: Bool
    var isDirty = false
    /// The record as JSON, while it is known to be that of `state`.
    var encoded: [UInt8]? { didSet { if let encoded { size = encoded.count } } }
    /// Bytes of the JSON as it was known last.
    private(set) var size = 0
    /// The sequence of the change that told exactly that; nothing when none did.
    var told: Int64?

    /// The columns by which queries filter and order, as state.db has them.
    var storedFilter: Filter?

    struct Filter: Equatable {
        let known: Int64
        let status: Int64
        let severity: Int64
        let seen: Int64
    }

    var filter: Filter {
        Filter(known: state.isKnown ? 1 : 0, status: state.statusCode, severity: state.severityCode, seen: state.seenCode)
    }

    init(number: Int64, uid: String, state: RecordState, source: Int64, isStored: Bool) {
        self.number = number
        self.uid = uid
        self.state = state
        self.source = source
        self.isStored = isStored
    }

    /// About how many bytes it takes up: its text stands in the state and in the JSON.
    var weight: Int { 1024 + 2 * size }

    /// The record as canonical JSON, nothing while it is not known.
    func json() -> [UInt8]? {
        if let encoded { return encoded }
        encoded = state.json
        return encoded
    }
}
