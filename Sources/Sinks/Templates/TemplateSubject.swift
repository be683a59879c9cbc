import FindingModel
import JSONDocument

/// What a template's names stand for: a finding on its own, or a change with its record.
protocol TemplateValues {
    /// The value as text; nothing when there is none.
    func templateText(_ name: TemplateName) -> String?
    /// The value as JSON, for a text that is nothing but the name of one that is no text; nothing when there is none.
    func templateValue(_ name: TemplateName) -> JSONValue?
}

/// A name between `{{` and `}}`.
package enum TemplateName: Hashable, Sendable {
    case record(TemplateField)
    case change(ChangeField)

    /// Which names a template may use.
    package enum Scope: Sendable { case finding, change }

    init?(_ word: String, scope: Scope) {
        if let field = TemplateField(rawValue: word) {
            self = .record(field)
        } else if scope == .change, let field = ChangeField(rawValue: word) {
            self = .change(field)
        } else {
            return nil
        }
    }

    static func known(in scope: Scope) -> [String] {
        (TemplateField.allCases.map(\.rawValue) + (scope == .change ? ChangeField.allCases.map(\.rawValue) : [])).sorted()
    }

    /// Whether the value is a number or an object, so that a text that is only its name is no text.
    var isValue: Bool {
        switch self {
        case .record(let field): field.isNumber
        case .change(let field): field == .sequence || field == .record
        }
    }
}

/// A value of a change that a template can name; the raw values are the words.
package enum ChangeField: String, Hashable, Sendable, CaseIterable {
    case id = "change.id"
    case type = "change.type"
    case source = "change.source"
    case time = "change.time"
    case receivedTime = "change.received_time"
    /// A number.
    case sequence = "change.sequence"
    /// `finding`, `scan` or `notice`.
    case kind
    /// The whole record as a JSON object.
    case record
}

extension Finding: TemplateValues {
    func templateText(_ name: TemplateName) -> String? {
        if case .record(let field) = name { field.value(of: self) } else { nil }
    }

    func templateValue(_ name: TemplateName) -> JSONValue? { templateText(name).flatMap { FieldValue.isNumber($0) ? .number($0) : nil } }
}

/// A change and its record.
struct TemplateSubject: TemplateValues {
    let change: Change
    let record: Record

    func templateText(_ name: TemplateName) -> String? {
        switch name {
        case .change(let field): text(field)
        case .record(let field):
            switch record {
            case .finding(let finding): field.value(of: finding)
            case .scan(let scan): field.value(of: scan)
            case .notice(let notice): field.value(of: notice)
            }
        }
    }

    func templateValue(_ name: TemplateName) -> JSONValue? {
        if name == .change(.record) { return try? JSONValue(parsing: change.data.bytes) }
        return templateText(name).flatMap { FieldValue.isNumber($0) ? .number($0) : nil }
    }

    private func text(_ field: ChangeField) -> String? {
        switch field {
        case .id: change.id
        case .type: change.type
        case .source: change.source
        case .time: change.time.rfc3339
        case .receivedTime: change.receivedTime.rfc3339
        case .sequence: String(change.sequence)
        case .kind: change.kind.rawValue
        case .record: nil
        }
    }
}

extension TemplateField {
    /// The scan's value: its name is the title, its targets are the resources.
    func value(of scan: Scan) -> String? {
        switch self {
        case .uid, .scanUID: scan.uid
        case .title: scan.name
        case .desc: scan.errors.isEmpty ? nil : scan.errors.joined(separator: "\n")
        case .status: scan.status.word
        case .vendor: scan.scanner.vendorName
        case .scanner: scan.scanner.name
        case .feature: scan.scanner.feature
        case .resources: scan.scope.flatMap { $0.targets.isEmpty ? nil : $0.targets.joined(separator: ", ") }
        case .resource: scan.scope?.targets.first
        case .url: scan.srcURL
        case .firstSeen: scan.startTime?.rfc3339
        case .lastSeen: scan.endTime?.rfc3339
        default: nil
        }
    }

    /// The notice's value: its summary is the title.
    func value(of notice: Notice) -> String? {
        switch self {
        case .uid: notice.uid
        case .title: notice.summary
        default: notice.resource.flatMap { value(of: $0) }
        }
    }

    /// The value of the first, or only, resource.
    func value(of resource: Resource) -> String? {
        switch self {
        case .resource, .resources: resource.displayName
        case .hostname: resource.hostname
        case .ip: resource.ip
        case .port: resource.port.map { String($0) }
        case .url: resource.url
        case .path: resource.path
        default: nil
        }
    }
}
