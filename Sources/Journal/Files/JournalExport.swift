import FindingModel
import JSONDocument

/// The form in which entries leave the journal: newline-delimited JSON.
package enum JournalExport {
    /// `entry` as one JSON object with a line feed: `receipt` (the number in decimal digits), `time`, `source`, `headers`, `body` (as text).
    ///
    /// Instead of a `body` that is gone stands `"erased":true` or `"unreadable":true`. An entry that is no receipt has `entry` for `receipt`, and its `kind`.
    package static func line(_ entry: Entry) -> [UInt8] {
        var writer = JSONWriter(capacity: entry.bodySize + 512)
        writer.beginObject()
        if entry.kind == .receipt {
            writer.key("receipt")
            writer.string(String(entry.number))
        } else {
            writer.key("entry")
            writer.string(String(entry.number))
            writer.key("kind")
            writer.string(entry.kind.name)
        }
        writer.key("time")
        writer.string(entry.receivedTime.rfc3339)
        writer.key("source")
        writer.string(entry.source)
        writer.key("headers")
        writer.beginObject()
        for (name, value) in joined(entry) {
            writer.key(name)
            writer.string(value)
        }
        writer.endObject()
        switch entry.body {
        case .kept(let bytes):
            writer.key("body")
            writer.string(String(decoding: bytes, as: UTF8.self))
        case .erased:
            writer.key("erased")
            writer.bool(true)
        case .unreadable:
            writer.key("unreadable")
            writer.bool(true)
        }
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// The fields in their order; values of one name are joined with a comma (RFC 9110 section 5.3).
    private static func joined(_ entry: Entry) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for header in entry.headers {
            if let index = fields.firstIndex(where: { $0.name == header.name }) {
                fields[index].value += ", " + header.value
            } else {
                fields.append((header.name, header.value))
            }
        }
        return fields
    }
}
