import JSONDocument

/// Reads the members of one object in the order in which records are written, each looked at once.
struct RecordReader {
    let tape: JSONTape
    private var node: Int
    private let end: Int

    /// A reader of the object `node`; `name` is what an error calls it.
    init(_ tape: JSONTape, node: Int, as name: StaticString) throws(RecordError) {
        guard tape.kind(node) == .object else { throw .invalid(name) }
        self.tape = tape
        self.node = node + 1
        end = tape.next(node)
    }

    /// The node of the next member if that is its name.
    mutating func take(_ name: StaticString) -> Int? {
        guard node < end, tape.keyEquals(node, name) else { return nil }
        defer { node = tape.next(node) }
        return node
    }

    /// Throws when members are left.
    func finish() throws(RecordError) {
        guard node < end else { return }
        let name = String(decoding: tape.key(node), as: UTF8.self)
        throw RecordError(code: .unexpected, field: name, message: "a record has no member \(name) at this place")
    }

    mutating func require(_ name: StaticString) throws(RecordError) -> Int {
        guard let node = take(name) else { throw .missing(name) }
        return node
    }

    mutating func string(_ name: StaticString) throws(RecordError) -> String {
        guard let text = try optionalString(name) else { throw .missing(name) }
        return text
    }

    mutating func optionalString(_ name: StaticString) throws(RecordError) -> String? {
        guard let node = take(name) else { return nil }
        guard tape.kind(node) == .string else { throw .invalid(name) }
        return tape.string(node)
    }

    mutating func strings(_ name: StaticString) throws(RecordError) -> [String] {
        guard let array = take(name) else { return [] }
        guard tape.kind(array) == .array else { throw .invalid(name) }
        var strings: [String] = []
        strings.reserveCapacity(tape.childCount(array))
        var child = array + 1
        while child < tape.next(array) {
            guard tape.kind(child) == .string else { throw .invalid(name) }
            strings.append(tape.string(child))
            child += 1
        }
        return strings
    }

    /// The digits of a number as they stand.
    mutating func optionalNumber(_ name: StaticString) throws(RecordError) -> String? {
        guard let node = take(name) else { return nil }
        guard tape.kind(node) == .number else { throw .invalid(name) }
        return tape.string(node)
    }

    mutating func optionalInteger(_ name: StaticString) throws(RecordError) -> Int64? {
        guard let text = try optionalNumber(name) else { return nil }
        guard let value = Int64(text) else { throw .invalid(name) }
        return value
    }

    mutating func timestamp(_ name: StaticString) throws(RecordError) -> Timestamp {
        guard let time = try optionalTimestamp(name) else { throw .missing(name) }
        return time
    }

    mutating func optionalTimestamp(_ name: StaticString) throws(RecordError) -> Timestamp? {
        guard let node = take(name) else { return nil }
        guard tape.kind(node) == .string, let time = Timestamp(rfc3339: tape.text(node)) else { throw .invalid(name) }
        return time
    }

    mutating func optionalObject<Part>(
        _ name: StaticString, _ read: (JSONTape, Int) throws(RecordError) -> Part
    ) throws(RecordError) -> Part? {
        guard let node = take(name) else { return nil }
        return try read(tape, node)
    }

    mutating func objects<Part>(_ name: StaticString, _ read: (JSONTape, Int) throws(RecordError) -> Part) throws(RecordError) -> [Part] {
        guard let array = take(name) else { return [] }
        guard tape.kind(array) == .array else { throw .invalid(name) }
        var parts: [Part] = []
        parts.reserveCapacity(tape.childCount(array))
        var child = array + 1
        while child < tape.next(array) {
            parts.append(try read(tape, child))
            child = tape.next(child)
        }
        return parts
    }

    /// As `objects`, for a member that stands there also when it is empty.
    mutating func requiredObjects<Part>(_ name: StaticString, _ read: (JSONTape, Int) throws(RecordError) -> Part) throws(RecordError) -> [Part] {
        guard node < end, tape.keyEquals(node, name) else { throw .missing(name) }
        return try objects(name, read)
    }

    /// An object that nobody looks into, as compact JSON.
    mutating func optionalRaw(_ name: StaticString) throws(RecordError) -> RawJSON? {
        guard let node = take(name) else { return nil }
        guard tape.kind(node) == .object else { throw .invalid(name) }
        var writer = JSONWriter(capacity: tape.source(node).count)
        tape.write(node, to: &writer)
        return RawJSON(bytes: writer.bytes)
    }
}
