/// A reader of CEF lines, written from the standard's rules alone: header fields end at a bar that no backslash precedes, keys are what stands
/// before an equals sign that no backslash precedes.
struct CEFParser {
    var header: [String] = []
    var extensions: [(key: String, value: String)] = []

    init?(_ bytes: [UInt8]) {
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
        var field: [UInt8] = []
        var index = 0
        while index < bytes.count, header.count < 7 {
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\\") || bytes[index + 1] == UInt8(ascii: "|") else { return nil }
                field.append(bytes[index + 1])
                index += 1
            case UInt8(ascii: "|"):
                header.append(String(decoding: field, as: UTF8.self))
                field = []
            default: field.append(bytes[index])
            }
            index += 1
        }
        guard header.count == 7, header[0] == "CEF:0", readExtensions(Array(bytes[index...])) else { return nil }
    }

    subscript(_ key: String) -> String? { extensions.first { $0.key == key }?.value }

    private mutating func readExtensions(_ bytes: [UInt8]) -> Bool {
        // Where the unescaped equals signs are.
        var signs: [Int] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\") { index += 1 } else if bytes[index] == UInt8(ascii: "=") { signs.append(index) }
            index += 1
        }
        var start = 0
        for (number, sign) in signs.enumerated() {
            let key = bytes[start..<sign]
            guard !key.isEmpty, key.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || $0 >= 0x30 && $0 <= 0x39 }) else { return false }
            let end: Int
            if number + 1 < signs.count {
                guard let space = bytes[sign..<signs[number + 1]].lastIndex(of: UInt8(ascii: " ")) else { return false }
                end = space
            } else {
                end = bytes.count
            }
            guard let value = Self.unescape(bytes[(sign + 1)..<end]) else { return false }
            extensions.append((String(decoding: key, as: UTF8.self), value))
            start = end + 1
        }
        return true
    }

    private static func unescape(_ bytes: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case let escaped? where escaped == UInt8(ascii: "\\") || escaped == UInt8(ascii: "="): result.append(escaped)
            default: return nil
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
