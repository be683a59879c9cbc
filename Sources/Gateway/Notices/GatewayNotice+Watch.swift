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
            writer.key("count")
            writer.unsigned(total)
        }
    }

    /// - Parameters:
    ///   - isLow: Whether the disk has less room than the reserve, or has room again.
    ///   - switches: How often that changed since it was told last.
    static func disk(_ volume: StorageVolumes.Volume, isLow: Bool, switches: Int) -> GatewayNotice {
        let (name, means) = volume == .journal ? ("journal's", "events are accepted") : ("data folder's", "what was kept is understood and delivered")
        let need = volume == .journal ? "events are answered 503 until there is more" : "when it is full, events are kept and not delivered until there is more"
        let summary = isLow ? "The \(name) disk has less room left than the reserve: \(need)" : "The \(name) disk has room again: \(means)"
        let times = switches > 1 ? " (it changed \(switches) times since the last notice)" : ""
        return GatewayNotice(kind: "disk_low", summary: summary + times) { writer in
            writer.key("low")
            writer.bool(isLow)
            writer.text("volume", volume.rawValue)
            writer.key("count")
            writer.integer(Int64(switches))
        }
    }

    static func configuration(_ replaced: ReplacedConfiguration) -> GatewayNotice {
        let stands =
            replaced.used.map { "that of entry \($0) stands for it" } ?? "there is no other, so that its receipts count as unreadable"
        let summary = "The configuration in entry \(replaced.generation) of the journal cannot be used, \(replaced.reason): \(stands)"
        return GatewayNotice(kind: "configuration", summary: summary) { writer in
            writer.key("entry")
            writer.unsigned(replaced.generation)
            if let used = replaced.used {
                writer.key("used")
                writer.unsigned(used)
            }
        }
    }

    static func clockStep(milliseconds: Int64) -> GatewayNotice {
        let seconds = "\(milliseconds.magnitude / 1000).\(milliseconds.magnitude % 1000 / 100)"
        return GatewayNotice(kind: "clock_step", summary: "The machine's clock was set \(milliseconds < 0 ? "back" : "forward") by \(seconds) s") { writer in
            writer.key("milliseconds")
            writer.integer(milliseconds)
        }
    }

}

extension JSONWriter {
    fileprivate mutating func text(_ name: String, _ value: String) {
        key(name)
        string(value)
    }
}
