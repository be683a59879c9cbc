import JSONDocument

/// Writes a document again without what has to go.
struct RedactionRewriter {
    /// Places in the report of one body.
    static let placeLimit = 100

    let plan: RedactionPlan
    let secrets: TextSecrets?
    let inner: InnerParser?
    private(set) var writer: JSONWriter
    private(set) var changed = false
    /// Where something went, each place once.
    private(set) var removed: [String] = []
    private var path: [UnsafeRawBufferPointer]

    /// - Parameter path: the names that lead to what is written, which must stay where they are in memory.
    init(plan: RedactionPlan, secrets: TextSecrets?, inner: InnerParser?, capacity: Int, path: [UnsafeRawBufferPointer] = []) {
        self.path = path
        self.plan = plan
        self.secrets = secrets
        self.inner = inner
        writer = JSONWriter(capacity: capacity)
    }

    mutating func write(_ tape: JSONTape, _ node: Int, _ context: RedactionPlan.Context) {
        switch tape.kind(node) {
        case .object:
            writer.beginObject()
            writeMembers(tape, node, context)
            writer.endObject()
        case .array:
            writer.beginArray()
            let end = tape.next(node)
            var child = node + 1
            while child < end {
                write(tape, child, context)
                child = tape.next(child)
            }
            writer.endArray()
        case .string:
            if let new = RedactedText.of(tape, node, context, plan: plan, secrets: secrets, inner: inner, path: path) {
                if new.places.isEmpty { note() } else { note(new.places) }
                new.text.withUnsafeBytes { writer.string(utf8: $0) }
            } else {
                tape.write(node, to: &writer)
            }
        case .number, .true, .false:
            let isSecret = secrets?.isFound(in: tape.text(node)) ?? false
            if context.keeps != 0 || isSecret && tape.kind(node) == .number { redact() } else { tape.write(node, to: &writer) }
        case .null:
            writer.null()
        }
    }

    private mutating func writeMembers(_ tape: JSONTape, _ node: Int, _ context: RedactionPlan.Context) {
        var taken: [[UInt8]: Int] = [:]
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            path.append(tape.key(child))
            switch plan.decide(tape, child, in: context) {
            case .gone:
                note()
            case .redacted:
                writeName(tape, child, of: node, taken: &taken)
                if RedactedText.isMark(tape, child) { tape.write(child, to: &writer) } else { redact() }
            case .walked(let below):
                writeName(tape, child, of: node, taken: &taken)
                write(tape, child, below)
            }
            path.removeLast()
            child = tape.next(child)
        }
    }

    /// Writes the member's name, without a secret in it and still unlike the object's other names.
    ///
    /// - Parameter taken: the object's names, each with the number that the last one like it got.
    private mutating func writeName(_ tape: JSONTape, _ member: Int, of object: Int, taken: inout [[UInt8]: Int]) {
        guard let name = secrets?.replaced(in: tape.key(member)) else { return writer.key(utf8: tape.key(member)) }
        if taken.isEmpty { tape.forEachChild(object) { taken[Array(tape.key($0))] = 1 } }
        var unique = name
        // Counted on from name to name, so that many that become one cost no more than their number.
        var count = taken[name] ?? 1
        while taken[unique] != nil {
            count += 1
            unique = name + Array(" \(count)".utf8)
        }
        taken[name] = count
        if unique != name { taken[unique] = 1 }
        note()
        unique.withUnsafeBytes { writer.key(utf8: $0) }
    }

    private mutating func redact() {
        note()
        writer.string(utf8: RedactionMark.removed.bytes)
    }

    /// Remembers that something at these places went.
    private mutating func note(_ places: [String]) {
        changed = true
        for place in places where removed.count < Self.placeLimit && !removed.contains(place) { removed.append(place) }
    }

    /// Remembers that something here went.
    private mutating func note() {
        changed = true
        guard removed.count < Self.placeLimit else { return }
        var place = "$"
        for name in path {
            let name = secrets?.replaced(in: name) ?? Array(name)
            place += "." + PathText.written(String(decoding: name, as: UTF8.self))
        }
        note([place])
    }
}
