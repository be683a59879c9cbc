import JSONDocument
import Journal

/// The body of a `notice` entry that says that the journal has lost entries which state.db had taken in.
///
/// What those entries made stays in that state.db, and shows in what it makes of later ones; one that is made anew never had it.
struct LossNote: Equatable, Sendable {
    private static let kind = "recovery"

    /// What was found, in words.
    let reason: String
    /// The last entry that both had.
    let after: UInt64

    init(reason: String, after: UInt64) {
        self.reason = reason
        self.after = after
    }

    /// Reads the body of a `notice` entry; nothing when it says something else.
    init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["kind"]?.stringValue == Self.kind,
            let after = value["details"]?["lost_after"]?.unsignedValue
        else { return nil }
        self.init(reason: value["details"]?["reason"]?.stringValue ?? "", after: after)
    }

    var notice: GatewayNotice {
        GatewayNotice(kind: Self.kind, summary: "Entries of the journal are lost: \(reason)") { writer in
            writer.key("reason")
            writer.string(reason)
            writer.key("lost_after")
            writer.unsigned(after)
        }
    }
}
