import FindingModel
import JSONDocument

/// A CloudEvents event; one that was shortened has the extension attribute `cut` with the fields' names.
enum CanonicalEvent {
    static func write(_ content: EventContent, to writer: inout JSONWriter) {
        var change = content.change
        guard !content.cut.isEmpty else { return change.cloudEvent(to: &writer) }
        change.data = content.record.json
        change.cloudEvent(to: &writer)
        // The attribute stands at the end, after `data`.
        writer.reopenObject()
        writer.required("cut", content.cut.joined(separator: " "))
        writer.endObject()
    }
}
