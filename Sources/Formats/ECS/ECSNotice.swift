import FindingModel
import JSONDocument

/// A notice: its words as the message, its kind as the action.
struct ECSNotice {
    let content: EventContent
    let notice: Notice

    func write(to writer: inout JSONWriter) {
        writer.required("message", notice.summary)
        var event = ECSEventFields(content)
        event.isAboutVulnerability = false
        event.raw = notice.raw
        event.write(to: &writer)
        let resource = notice.resource.flatMap { $0 == Resource() ? nil : $0 }
        ECSResources(resource.map { [$0] } ?? []).write(to: &writer)
        writer.key("weir")
        writer.beginObject()
        writer.weirFields(content, uid: notice.uid, raw: notice.raw, unmapped: notice.unmapped)
        writer.required("kind", notice.kind)
        if let resource {
            writer.key("resource")
            resource.write(to: &writer)
        }
        writer.endObject()
    }
}
