import FindingModel

/// What a field of a record can hold, and so what an expression for it may be.
struct FieldShape {
    /// What the mapper reads a value as.
    enum Kind {
        case text, integer, decimal, time, duration, port, address, identifiers, severity, findingStatus, scanStatus
    }

    /// Which words of the manifest are values.
    enum Constants: Equatable {
        case none, any
        case words([String])
    }

    /// As the manifest writes it, for messages.
    var name: String
    var kind: Kind
    var isList = false
    var constants = Constants.none
    /// A key, for which parts can be hashed.
    var isKey = false
    /// Read from the whole request, headers included.
    var isOfEvent = false

    static func text(_ name: String) -> FieldShape { FieldShape(name: name, kind: .text) }
    static func texts(_ name: String) -> FieldShape { FieldShape(name: name, kind: .text, isList: true) }
    /// A type or a name, for which a word of the manifest is a value.
    static func word(_ name: String) -> FieldShape { FieldShape(name: name, kind: .text, constants: .any) }
    static func key(_ name: String) -> FieldShape { FieldShape(name: name, kind: .text, isKey: true) }
    static func keys(_ name: String) -> FieldShape { FieldShape(name: name, kind: .text, isList: true, isKey: true) }
    static func integer(_ name: String) -> FieldShape { FieldShape(name: name, kind: .integer) }
    static func time(_ name: String) -> FieldShape { FieldShape(name: name, kind: .time) }

    static let severity = FieldShape(name: "severity", kind: .severity, constants: .words(Severity.allCases.map(\.word)))
    static let findingStatus = FieldShape(name: "status", kind: .findingStatus, constants: .words(FindingStatus.allCases.map(\.word)))
    static let scanStatus = FieldShape(name: "status", kind: .scanStatus, constants: .words(ScanStatus.allCases.map(\.word)))

    /// The shape of what a step takes: text of any kind, of which the step makes what the field holds.
    var input: FieldShape { FieldShape(name: name, kind: .text, isList: isList, isOfEvent: isOfEvent) }

    /// The shape of one part of a joined or hashed text.
    var part: FieldShape { FieldShape(name: name, kind: .text, isList: isList, isKey: isKey, isOfEvent: isOfEvent) }
}
