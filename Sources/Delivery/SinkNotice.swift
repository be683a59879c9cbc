import FindingModel
import JSONDocument
import State

extension GatewayNotice {
    /// A sink waits for a person.
    ///
    /// The journal keeps it for ever, so it tells none of the sink's words: they may quote what is erased later, and stand where an erasure finds them.
    static func sinkPaused(_ sink: String, _ failure: DeliveryFailure) -> GatewayNotice {
        let place = failure.status == nil ? "" : " (its words: weir sinks)"
        return GatewayNotice(kind: "sink_paused", summary: "Sink \(sink) is paused: \(failure.told)\(place)") { writer in
            write(sink, failure.told, to: &writer)
            guard let status = failure.status else { return }
            writer.key("status")
            writer.integer(Int64(status))
        }
    }

    /// A sink delivers, but not to everybody it should; `reason` has none of the sink's words.
    static func sinkConcern(_ sink: String, reason: String) -> GatewayNotice {
        GatewayNotice(kind: "sink_concern", summary: "Sink \(sink): \(reason)") { write(sink, reason, to: &$0) }
    }

    /// Nothing is delivered before a person has done something, or sinks go on from another file than before.
    package static func ledgerDamaged(_ damage: LedgerError) -> GatewayNotice {
        let summary =
            damage.code == .replaced
            ? "ledger.db was moved away or replaced while it was in use, and is opened anew"
            : "ledger.db is damaged, so nothing is delivered; events are received and kept"
        return GatewayNotice(kind: damage.code == .replaced ? "ledger_replaced" : "ledger_damaged", summary: summary) { writer in
            writer.key("reason")
            writer.string(damage.message)
        }
    }

    private static func write(_ sink: String, _ reason: String, to writer: inout JSONWriter) {
        writer.key("sink")
        writer.string(sink)
        writer.key("reason")
        writer.string(reason)
    }
}
