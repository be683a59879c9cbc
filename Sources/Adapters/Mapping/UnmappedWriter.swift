import FindingModel
import JSONDocument

/// Writes what no field used: objects without their used members, elements of arrays whole or not at all.
struct UnmappedWriter: ~Copyable {
    /// Levels of containers in `unmapped`; what lies deeper is written as a string that holds its JSON, so that a record stays within the
    /// depth that every reader of it allows.
    static let depthLimit = 40

    private let evaluator: Evaluator
    private var marks: [UInt8]
    private var documentIsWritten = false
    private var items: Set<Int> = []

    /// Begins for a document of whose `items`, by number, records were made.
    init(_ evaluator: consuming Evaluator, items: [Int]) {
        var evaluator = evaluator
        marks = evaluator.marks
        // Held once, they are changed in place.
        evaluator.marks = []
        for item in items where item != 0 { marks[evaluator.bindings.node(of: item)] |= Evaluator.Mark.recorded }
        self.evaluator = evaluator
        _ = markRest(0)
    }

    /// What is left over for the next record, in the order of the records: the rest of its item, and for the first the rest of the
    /// document too.
    mutating func rest(of item: Int) -> RawJSON? {
        let isFirst = !documentIsWritten
        documentIsWritten = true
        let hasItem = item != 0 && items.insert(item).inserted
        let node = evaluator.bindings.node(of: item)
        var writer = JSONWriter()
        writer.beginObject()
        let empty = writer.count
        if item == 0, isFirst, evaluator.tape.kind(0) == .object {
            writeMembers(of: 0, to: &writer)
        } else {
            if hasItem { writeItem(node, to: &writer) }
            if isFirst, hasRest(0) {
                writer.key("$")
                writeRest(0, depth: 2, to: &writer)
            }
        }
        guard writer.count > empty else { return nil }
        writer.endObject()
        return RawJSON(bytes: writer.bytes)
    }

    private func hasRest(_ node: Int) -> Bool { marks[node] & Evaluator.Mark.rest != 0 }

    private func isKept(_ node: Int) -> Bool { marks[node] & (Evaluator.Mark.dropped | Evaluator.Mark.recorded) == 0 && !evaluator.isRedacted(node: node) }

    /// Marks the nodes that hold something unused; whether `node` does for the container around it.
    private mutating func markRest(_ node: Int) -> Bool {
        guard marks[node] & Evaluator.Mark.dropped == 0 else { return false }
        var hasRest = false
        switch evaluator.tape.kind(node) {
        case .object, .array:
            let end = evaluator.tape.next(node)
            var child = node + 1
            while child < end {
                if markRest(child) { hasRest = true }
                child = evaluator.tape.next(child)
            }
        case .string, .number, .true, .false, .null:
            hasRest = marks[node] & Evaluator.Mark.used == 0 && !evaluator.isNothing(node)
        }
        if hasRest { marks[node] |= Evaluator.Mark.rest }
        return hasRest && marks[node] & Evaluator.Mark.recorded == 0
    }

    private func writeItem(_ node: Int, to writer: inout JSONWriter) {
        guard hasRest(node) else { return }
        if evaluator.tape.kind(node) == .object {
            writeMembers(of: node, to: &writer)
        } else {
            writer.key(".")
            writeRest(node, depth: 2, to: &writer)
        }
    }

    /// Writes the members of a record's item; a name of `$` only gets one more, because `$` holds the document's rest.
    private func writeMembers(of node: Int, to writer: inout JSONWriter) {
        let end = evaluator.tape.next(node)
        var child = node + 1
        while child < end {
            if hasRest(child), marks[child] & Evaluator.Mark.recorded == 0 {
                let name = evaluator.tape.key(child)
                if !name.isEmpty, name.allSatisfy({ $0 == UInt8(ascii: "$") }) {
                    writer.key(String(decoding: name, as: UTF8.self) + "$")
                } else {
                    writer.key(utf8: name)
                }
                writeRest(child, depth: 2, to: &writer)
            }
            child = evaluator.tape.next(child)
        }
    }

    /// Writes a node that holds something unused, without what was used.
    private func writeRest(_ node: Int, depth: Int, to writer: inout JSONWriter) {
        let tape = evaluator.tape
        let kind = tape.kind(node)
        guard kind == .object || kind == .array else {
            tape.write(node, to: &writer)
            return
        }
        guard depth <= Self.depthLimit else {
            writer.string(text(of: node) { writeRest(node, depth: 1, to: &$0) })
            return
        }
        if kind == .object { writer.beginObject() } else { writer.beginArray() }
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            if hasRest(child), marks[child] & Evaluator.Mark.recorded == 0 {
                if kind == .object {
                    writer.key(utf8: tape.key(child))
                    writeRest(child, depth: depth + 1, to: &writer)
                } else {
                    writeWhole(child, depth: depth + 1, to: &writer)
                }
            }
            child = tape.next(child)
        }
        if kind == .object { writer.endObject() } else { writer.endArray() }
    }

    /// Writes an element of an array with everything in it but what is dropped, redacted, or in a record of its own.
    private func writeWhole(_ node: Int, depth: Int, to writer: inout JSONWriter) {
        let tape = evaluator.tape
        let kind = tape.kind(node)
        guard kind == .object || kind == .array else {
            tape.write(node, to: &writer)
            return
        }
        guard depth <= Self.depthLimit else {
            writer.string(text(of: node) { writeWhole(node, depth: 1, to: &$0) })
            return
        }
        if kind == .object { writer.beginObject() } else { writer.beginArray() }
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            if isKept(child) {
                if kind == .object { writer.key(utf8: tape.key(child)) }
                writeWhole(child, depth: depth + 1, to: &writer)
            }
            child = tape.next(child)
        }
        if kind == .object { writer.endObject() } else { writer.endArray() }
    }

    private func text(of node: Int, _ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
