import JSONDocument

extension Notice {
    /// Writes the notice as one canonical JSON object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("uid", uid)
        writer.required("kind", kind)
        writer.required("summary", summary)
        if let resource, resource != Resource() {
            writer.key("resource")
            resource.write(to: &writer)
        }
        if let raw {
            writer.key("raw")
            raw.write(to: &writer)
        }
        writer.field("unmapped", unmapped)
        writer.endObject()
    }

    /// Reads what `write` wrote.
    package init(tape: JSONTape, node: Int = 0) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "notice")
        self.init(
            uid: try reader.string("uid"), kind: try reader.string("kind"), summary: try reader.string("summary"),
            resource: try reader.optionalObject("resource", Resource.init(tape:node:)), raw: try reader.optionalObject("raw", RawReference.init(tape:node:)),
            unmapped: try reader.optionalRaw("unmapped"))
        try reader.finish()
    }
}
