import JSONDocument

extension JSONValue {
    /// An object of the members that have a value, in their order.
    static func members(_ pairs: [(name: String, value: JSONValue?)]) -> JSONValue {
        .object(pairs.compactMap { pair in pair.value.map { JSONMember(name: pair.name, value: $0) } })
    }

    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// A list of texts; nothing when there are none.
    static func strings(_ texts: [String]) -> JSONValue? { texts.isEmpty ? nil : .array(texts.map { .string($0) }) }
}
