/// Path and query of a request line (RFC 3986).
struct RequestTarget: Equatable {
    var path: [String]
    var query: [Field]

    struct Field: Equatable {
        var name: String
        var value: String
    }

    /// Nothing when an escape is cut short or the text is not UTF-8.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first else { return nil }
        path = []
        query = []
        for part in first.split(separator: UInt8(ascii: "/")) {
            guard let decoded = Self.decoded(part) else { return nil }
            path.append(decoded)
        }
        guard parts.count == 2 else { return }
        for field in parts[1].split(separator: UInt8(ascii: "&")) {
            let sides = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let nameBytes = sides.first, let name = Self.decoded(nameBytes), let value = sides.count == 2 ? Self.decoded(sides[1]) : "" else {
                return nil
            }
            query.append(Field(name: name, value: value))
        }
    }

    private static func decoded(_ bytes: Substring.UTF8View) -> String? {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
