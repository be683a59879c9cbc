import FindingModel
import JSONDocument

/// The object `metadata`: who says it, and under which number.
struct OCSFMetadata {
    let content: EventContent
    /// The scanner; nothing for notices, which come from the gateway.
    var scanner: Scanner?
    var raw: RawReference?
    var correlation: String?
    var labels: [String] = []
    var profiles: [String] = []

    /// The version of the schema that events are written by.
    static let version = "1.8.0"

    init(_ content: EventContent) { self.content = content }

    func write(to writer: inout JSONWriter) {
        let change = content.change
        writer.key("metadata")
        writer.beginObject()
        writer.required("version", Self.version)
        writer.field("profiles", profiles)
        writer.key("product")
        product(to: &writer)
        writer.required("uid", change.id)
        writer.required("event_code", change.type)
        writer.key("sequence")
        writer.unsigned(change.sequence)
        writer.required("source", change.source)
        writer.required("logged_time", epoch: change.receivedTime)
        writer.field("original_event_uid", raw.map { String($0.receipt) })
        writer.field("correlation_uid", correlation)
        writer.field("labels", labels)
        if !content.cut.isEmpty {
            writer.key("is_truncated")
            writer.bool(true)
            writer.required("untruncated_size", Int64((content.wholeBytes + 1023) / 1024))
        }
        writer.endObject()
    }

    private func product(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("vendor_name", scanner?.vendorName ?? "Weir")
        writer.required("name", scanner?.name ?? "Weir")
        if let feature = scanner?.feature {
            writer.key("feature")
            writer.beginObject()
            writer.required("name", feature)
            writer.endObject()
        }
        writer.endObject()
    }
}
