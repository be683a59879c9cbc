import FindingModel
import Formats
import JSONDocument

/// The body of a `_bulk` request: two lines a document, the action and the document.
enum BulkBody {
    static func of(_ events: [(change: Change, event: EncodedEvent)], format: EventFormat) -> [UInt8] {
        var writer = JSONWriter(capacity: events.reduce(0) { $0 + $1.event.bytes.count + 128 })
        for (change, event) in events {
            // `create` with an id of ours: a data stream takes nothing else, and a repetition is answered 409.
            writer.beginObject()
            writer.key("create")
            writer.beginObject()
            writer.required("_id", change.id)
            writer.endObject()
            writer.endObject()
            writer.newline()
            writer.raw(format == .ecs ? event.bytes : stamped(event.bytes, change.time))
            writer.newline()
        }
        return writer.bytes
    }

    /// The object with `@timestamp`, which a data stream asks for.
    private static func stamped(_ object: [UInt8], _ time: Timestamp) -> [UInt8] {
        Array("{\"@timestamp\":\"".utf8) + time.rfc3339Bytes + Array("\",".utf8) + object.dropFirst()
    }
}
