import JSONDocument

extension Change {
    /// Writes the change as a CloudEvents 1.0 event in structured mode (CloudEvents JSON format 1.0.2).
    package func cloudEvent(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("specversion", "1.0")
        writer.required("id", id)
        writer.required("source", source)
        writer.required("type", type)
        writer.required("subject", subject)
        writer.required("time", time)
        writer.required("datacontenttype", "application/json")
        writer.required("dataschema", kind.schema)
        writer.required("sequence", String(sequence))
        writer.required("receivedtime", receivedTime)
        if isLate {
            writer.key("late")
            writer.bool(true)
        }
        writer.key("data")
        writer.raw(data.bytes)
        writer.endObject()
    }

    /// The change as one CloudEvents object.
    package var cloudEventJSON: [UInt8] {
        var writer = JSONWriter(capacity: data.bytes.count + 512)
        cloudEvent(to: &writer)
        return writer.bytes
    }
}
