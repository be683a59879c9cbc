/// A JSON value on its own, for places where convenience counts more than speed.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The digits as written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order in which they were written.
    case object([JSONMember])
}

/// One member of an object.
package struct JSONMember: Equatable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// The value that `bytes` hold, read as `JSONParser` reads.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser()
        let result = bytes.withUnsafeBytes { buffer -> Result<JSONValue, JSONError> in
            do throws(JSONError) { return .success(JSONValue(try parser.parse(buffer), node: 0)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    /// The value of a node and all below it.
    package init(_ tape: JSONTape, node: Int) {
        switch tape.kind(node) {
        case .object:
            var members: [JSONMember] = []
            members.reserveCapacity(tape.childCount(node))
            tape.forEachChild(node) {
                members.append(JSONMember(name: String(decoding: tape.key($0), as: UTF8.self), value: JSONValue(tape, node: $0)))
            }
            self = .object(members)
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(tape.childCount(node))
            tape.forEachChild(node) { elements.append(JSONValue(tape, node: $0)) }
            self = .array(elements)
        case .string: self = .string(tape.string(node))
        case .number: self = .number(tape.string(node))
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .null: self = .null
        }
    }

    package func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.number(verbatim: text)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.name)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The value as compact JSON.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The member of that name; nothing when there is none or this is no object.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A number without fraction and exponent that fits.
    package var integerValue: Int64? {
        if case .number(let text) = self { Int64(text) } else { nil }
    }

    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var objectValue: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }
}
