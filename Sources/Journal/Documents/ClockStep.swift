import FindingModel
import JSONDocument

/// The body of the `notice` entry at which receipt times go back, because the clock that gave the last of them had been ahead.
package struct ClockStep: Equatable, Sendable {
    /// The notice's kind, `gateway_clock_step` in the changes.
    package static let kind = "clock_step"

    /// The last receipt time before it.
    package let from: Timestamp
    /// The wall clock, from which receipt times go on.
    package let to: Timestamp

    /// Reads the body of a `notice` entry; nothing when it says something else.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["kind"]?.stringValue == Self.kind, let details = value["details"],
            let from = details["from"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) }),
            let to = details["to"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) })
        else { return nil }
        self.init(from: from, to: to)
    }

    init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("kind")
        writer.string(Self.kind)
        writer.key("summary")
        writer.string("The clock had been ahead: receipt times go back from \(from.rfc3339) to \(to.rfc3339)")
        writer.key("details")
        writer.beginObject()
        writer.key("from")
        writer.string(from.rfc3339)
        writer.key("to")
        writer.string(to.rfc3339)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
