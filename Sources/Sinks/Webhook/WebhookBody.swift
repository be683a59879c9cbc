import FindingModel
import JSONDocument

/// A request's body in the receiver's own format: JSON whose texts are templates, so that whatever is put in, it is JSON.
package struct WebhookBody: Hashable, Sendable {
    private let value: FieldValue

    /// `value` is an object or a list.
    package init(_ value: FieldValue) { self.value = value }

    /// The body for a change; `parser` is used again.
    ///
    /// The error says that its record is not one that this version knows.
    func json(of change: Change, _ parser: inout JSONParser) throws(RecordError) -> JSONValue {
        let record = try Record(kind: change.kind, parsing: change.data, parser: &parser)
        let subject = TemplateSubject(change: change, record: record)
        // A member of this name is a document only to Jira.
        let found = value.json(for: subject) { .members([("adf", .string(BlockText.clean($0, units: FieldValue.unitsMax)))]) }
        if let found { return found }
        if case .list = value { return .array([]) }
        return .object([])
    }
}
