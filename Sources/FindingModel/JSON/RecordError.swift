/// Why some JSON is not a record's canonical form.
package struct RecordError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// Not JSON at all.
        case json
        /// A member that is always present is not where it belongs.
        case missing
        /// A member that the record does not have, or not at this place: members stand in one order.
        case unexpected
        /// A member's value is of another type, or not one of its words.
        case invalid
    }

    package let code: Code
    /// The member's name, or empty.
    package let field: String
    package let message: String

    package init(code: Code, field: String, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    package var description: String { message }
}

extension RecordError {
    static func missing(_ name: StaticString) -> RecordError { RecordError(code: .missing, field: "\(name)", message: "the record has no \(name)") }

    static func invalid(_ name: StaticString) -> RecordError {
        RecordError(code: .invalid, field: "\(name)", message: "the record's \(name) has a value of the wrong kind")
    }
}
