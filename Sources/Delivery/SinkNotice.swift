import FindingModel
import JSONDocument
import State

extension GatewayNotice {
    /// A sink waits for a person.
    static func sinkPaused(_ sink: String, reason: String) -> GatewayNotice {
        GatewayNotice(kind: "sink_paused", summary: "Sink \(sink) is paused: \(reason)", details: details(sink, reason))
    }

    /// A sink delivers, but not to everybody it should.
    static func sinkConcern(_ sink: String, reason: String) -> GatewayNotice {
        GatewayNotice(kind: "sink_concern", summary: "Sink \(sink): \(reason)", details: details(sink, reason))
    }

    /// Nothing is delivered before a person has done something.
    package static func ledgerDamaged(_ damage: LedgerError) -> GatewayNotice {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("reason")
        writer.string(damage.message)
        writer.endObject()
        return GatewayNotice(
            kind: "ledger_damaged", summary: "ledger.db is damaged, so nothing is delivered; events are received and kept",
            details: RawJSON(bytes: writer.bytes))
    }

    private static func details(_ sink: String, _ reason: String) -> RawJSON {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sink")
        writer.string(sink)
        writer.key("reason")
        writer.string(reason)
        writer.endObject()
        return RawJSON(bytes: writer.bytes)
    }
}
