import JSONDocument

extension JSONValue {
    /// A member as a table shows it: texts and numbers as they are, lists joined, nothing for what is absent.
    func word(_ name: String) -> String { self[name]?.cell ?? "" }

    /// A member that is a time, to the second.
    func time(_ name: String) -> String {
        guard let text = self[name]?.stringValue else { return "" }
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[10] == UInt8(ascii: "T") else { return text }
        return String(decoding: bytes[..<10], as: UTF8.self) + " " + String(decoding: bytes[11..<19], as: UTF8.self) + "Z"
    }

    /// The sum of the members that are whole numbers.
    var sumOfMembers: Int64 {
        (objectValue ?? []).reduce(0) { sum, member in
            let (next, overflow) = sum.addingReportingOverflow(member.value.integerValue ?? 0)
            return overflow ? .max : next
        }
    }

    private var cell: String {
        switch self {
        case .null: ""
        case .bool(let value): value ? "yes" : "no"
        case .number(let text), .string(let text): text
        case .array(let items): items.map(\.cell).joined(separator: ", ")
        case .object: String(decoding: bytes, as: UTF8.self)
        }
    }
}
