import FindingModel
import JSONDocument
import State

extension GatewayNotice {
    /// A sink waits for a person.
    static func sinkPaused(_ sink: String, reason: String) -> GatewayNotice {
        GatewayNotice(kind: "sink_paused", summary: "Sink \(sink) is paused: \(reason)") { write(sink, reason, to: &$0) }
    }

    /// A sink delivers, but not to everybody it should.
    static func sinkConcern(_ sink: String, reason: String) -> GatewayNotice {
        GatewayNotice(kind: "sink_concern", summary: "Sink \(sink): \(reason)") { write(sink, reason, to: &$0) }
    }

    /// Nothing is delivered before a person has done something.
    package static func ledgerDamaged(_ damage: LedgerError) -> GatewayNotice {
        GatewayNotice(kind: "ledger_damaged", summary: "ledger.db is damaged, so nothing is delivered; events are received and kept") { writer in
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
