import FindingModel
import Formats
import JSONDocument

/// The body of a `_bulk` request: two lines a document, the action and the document.
enum BulkBody {
    static func of(_ events: [(change: Change, event: EncodedEvent)], _ options: ElasticsearchOptions) -> [UInt8] {
        var writer = JSONWriter(capacity: events.reduce(0) { $0 + $1.event.bytes.count + 128 })
        for (change, event) in events {
            // The id is ours: a repetition is answered 409, or puts the same in the place of the same.
            writer.beginObject()
            writer.key(options.operation.rawValue)
            writer.beginObject()
            if options.path == .bulk { writer.required("_index", options.index) }
            writer.required("_id", change.id)
            writer.endObject()
            writer.endObject()
            writer.newline()
            writer.raw(options.events.format == .ecs ? event.bytes : stamped(event.bytes, options.events.stamp(of: change)))
            writer.newline()
        }
        return writer.bytes
    }

    /// The object with `@timestamp`, which a data stream asks for.
    private static func stamped(_ object: [UInt8], _ time: Timestamp) -> [UInt8] {
        Array("{\"@timestamp\":\"".utf8) + time.rfc3339Bytes + Array("\",".utf8) + object.dropFirst()
    }
}
