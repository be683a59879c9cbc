import FindingModel
import JSONDocument
import State

/// The notices of the running gateway about itself.
extension GatewayNotice {
    static func sourceSilent(_ source: String, since: Timestamp, limit: String) -> GatewayNotice {
        GatewayNotice(kind: "source_silent", summary: "Source \(source) has sent nothing for \(limit), since \(since.rfc3339)") { writer in
            writer.text("source", source)
            writer.text("last_received_time", since.rfc3339)
        }
    }

    /// - Parameter counts: The refused requests that were not told yet, by reason.
    static func refusals(source: String, counts: [String: UInt64]) -> GatewayNotice {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let total = counts.values.reduce(0, &+)
        let words = sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return GatewayNotice(kind: "refusals", summary: "Source \(source): \(total) request\(total == 1 ? "" : "s") refused: \(words)") { writer in
            writer.text("source", source)
            writer.key("reasons")
            writer.beginObject()
            for (reason, count) in sorted {
                writer.key(reason)
                writer.unsigned(count)
            }
            writer.endObject()
        }
    }

    static func diskLow(_ isLow: Bool) -> GatewayNotice {
        let summary =
            isLow
            ? "The disk has less room left than the reserve: events are answered 503 until there is more" : "The disk has room again: events are accepted"
        return GatewayNotice(kind: "disk_low", summary: summary) { writer in
            writer.key("low")
            writer.bool(isLow)
        }
    }

    static func clockStep(milliseconds: Int64) -> GatewayNotice {
        let seconds = "\(milliseconds.magnitude / 1000).\(milliseconds.magnitude % 1000 / 100)"
        return GatewayNotice(kind: "clock_step", summary: "The machine's clock was set \(milliseconds < 0 ? "back" : "forward") by \(seconds) s") { writer in
            writer.key("milliseconds")
            writer.integer(milliseconds)
        }
    }

    private init(kind: String, summary: String, details: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.beginObject()
        details(&writer)
        writer.endObject()
        self.init(kind: kind, summary: summary, details: RawJSON(bytes: writer.bytes))
    }
}

extension JSONWriter {
    fileprivate mutating func text(_ name: String, _ value: String) {
        key(name)
        string(value)
    }
}
