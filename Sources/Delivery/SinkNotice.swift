import FindingModel
import JSONDocument
import State

extension GatewayNotice {
    /// A sink waits for a person.
    static func sinkPaused(_ sink: String, reason: String) -> GatewayNotice {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sink")
        writer.string(sink)
        writer.key("reason")
        writer.string(reason)
        writer.endObject()
        return GatewayNotice(kind: "sink_paused", summary: "Sink \(sink) is paused: \(reason)", details: RawJSON(bytes: writer.bytes))
    }
}
