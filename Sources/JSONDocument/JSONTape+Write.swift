extension JSONTape {
    /// Writes the subtree as compact JSON: numbers as they stand, strings escaped as `JSONWriter` does.
    package func write(_ node: Int, to writer: inout JSONWriter) {
        switch kind(node) {
        case .object:
            writer.beginObject()
            forEachChild(node) { child in
                writer.key(utf8: key(child))
                write(child, to: &writer)
            }
            writer.endObject()
        case .array:
            writer.beginArray()
            forEachChild(node) { write($0, to: &writer) }
            writer.endArray()
        case .string: writer.string(utf8: text(node))
        case .number: writer.number(utf8: text(node))
        case .true: writer.bool(true)
        case .false: writer.bool(false)
        case .null: writer.null()
        }
    }

    /// Calls `body` with each child, in the document's order.
    @inlinable package func forEachChild(_ node: Int, _ body: (Int) throws -> Void) rethrows {
        let end = next(node)
        var child = node + 1
        while child < end {
            try body(child)
            child = next(child)
        }
    }
}
