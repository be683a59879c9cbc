import FindingModel
import Formats
import JSONDocument

/// The envelope of one event: `time`, `host`, `source`, `sourcetype`, `index` and `event`
/// (help.splunk.com, "Format events for HTTP Event Collector").
struct HECEvent {
    let options: SplunkHECOptions

    /// Writes one object; a request's body is many of them one after the other, with nothing between.
    func write(_ change: Change, _ event: EncodedEvent, to body: inout [UInt8]) {
        var writer = JSONWriter(capacity: event.bytes.count + 256)
        writer.beginObject()
        // Seconds with three decimals; a time before 1970 is none that an index has.
        let stamp = options.events.stamp(of: change)
        if stamp.milliseconds >= 0 {
            writer.key("time")
            writer.number(verbatim: Self.seconds(stamp.milliseconds))
        }
        writer.field("host", options.host)
        writer.required("source", change.source)
        writer.required("sourcetype", options.sourcetype ?? (options.events.format.isJSON ? "_json" : "cef"))
        writer.field("index", options.index)
        writer.key("event")
        if options.events.format.isJSON {
            writer.raw(event.bytes)
        } else {
            event.bytes.withUnsafeBytes { writer.string(utf8: $0) }
        }
        writer.endObject()
        body += writer.bytes
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
