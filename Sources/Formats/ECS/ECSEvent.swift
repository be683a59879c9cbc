import Digests
import FindingModel
import JSONDocument

/// Documents of the Elastic Common Schema 9.4 (https://www.elastic.co/docs/reference/ecs); what it has no field for stands under `weir`.
///
/// An index refuses a document for one value that its mapping cannot take, and vendors' values are anything. So addresses and scores stand
/// in their fields only when they are that, numbers as the vendor wrote them are text, and what the vendor said beside all fields is one
/// text, because its member names would become the index's fields.
enum ECSEvent {
    static let version = "9.4.0"

    static func write(_ content: EventContent, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("@timestamp", content.stamp)
        writer.key("ecs")
        writer.beginObject()
        writer.required("version", version)
        writer.endObject()
        switch content.record {
        case .finding(let finding): ECSFinding(content: content, finding: finding).write(to: &writer)
        case .scan(let scan): ECSScan(content: content, scan: scan).write(to: &writer)
        case .notice(let notice): ECSNotice(content: content, notice: notice).write(to: &writer)
        }
        writer.endObject()
    }
}

/// The field set `event`.
struct ECSEventFields {
    let content: EventContent
    /// Findings and scans are about vulnerabilities; notices fit no category.
    var isAboutVulnerability = true
    var severity: Severity?
    var outcome: String?
    var start: Timestamp?
    var end: Timestamp?
    var durationMilliseconds: Int64?
    var reference: String?
    var raw: RawReference?

    init(_ content: EventContent) { self.content = content }

    func write(to writer: inout JSONWriter) {
        let change = content.change
        writer.key("event")
        writer.beginObject()
        writer.required("kind", "event")
        if isAboutVulnerability { writer.field("category", ["vulnerability"]) }
        writer.field("type", ["info"])
        writer.required("action", change.type)
        writer.field("outcome", outcome)
        writer.required("id", change.id)
        writer.key("sequence")
        writer.unsigned(change.sequence)
        writer.required("provider", change.source)
        writer.required("module", "weir")
        writer.required("dataset", "weir.\(change.kind.rawValue)")
        writer.required("created", change.receivedTime)
        writer.field("start", start)
        writer.field("end", end)
        // Nanoseconds; one that no 64 bits hold stands only under `weir`.
        if let nanoseconds = durationMilliseconds?.multipliedReportingOverflow(by: 1_000_000), !nanoseconds.overflow, nanoseconds.partialValue >= 0 {
            writer.required("duration", nanoseconds.partialValue)
        }
        if let severity { writer.required("severity", Int64(severity.rawValue)) }
        writer.field("reference", reference)
        writer.field("hash", raw?.sha256.hex)
        writer.endObject()
    }
}

extension JSONWriter {
    /// What stands in every `weir` object.
    mutating func weirFields(_ content: EventContent, uid: String, raw: RawReference?, unmapped: RawJSON?) {
        required("uid", uid)
        if let raw {
            required("receipt", String(raw.receipt))
            required("size", Int64(raw.size))
        }
        field("unmapped", unmapped?.text)
        if content.stamp != content.change.time { required("time", content.change.time) }
        field("cut", content.cut)
        if content.change.isLate {
            key("late")
            bool(true)
        }
    }
}
