import FindingModel
import JSONDocument

/// A notice as a Base Event, the class for what no other class describes; its activity is the notice's kind.
struct OCSFNotice {
    let content: EventContent
    let notice: Notice

    func write(to writer: inout JSONWriter) {
        writer.classification(.base, activity: .other(notice.kind))
        writer.required("time", epoch: content.change.time)
        writer.severity(.unknown)
        writer.required("message", notice.summary)
        var metadata = OCSFMetadata(content)
        metadata.raw = notice.raw
        metadata.write(to: &writer)
        writer.rawData(notice.raw)
        writer.unmapped(content, vendor: notice.unmapped) { writer in
            writer.required("uid", notice.uid)
            guard let resource = notice.resource, resource != Resource() else { return }
            writer.key("resource")
            resource.write(to: &writer)
        }
    }
}
