/// Hexadecimal text (RFC 4648 section 8).
package enum Hex {
    /// Two lower-case digits a byte, behind `prefix`.
    package static func encode(_ bytes: UnsafeRawBufferPointer, prefix: StaticString = "") -> String {
        let length = prefix.utf8CodeUnitCount + 2 * bytes.count
        return String(unsafeUninitializedCapacity: length) { text in
            var place = text.initialize(fromContentsOf: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
            let digits = Self.digits.utf8Start
            for byte in bytes {
                text.initializeElement(at: place, to: digits[Int(byte >> 4)])
                text.initializeElement(at: place + 1, to: digits[Int(byte & 15)])
                place += 2
            }
            return place
        }
    }

    /// Two lower-case digits a byte.
    package static func encode(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { encode($0) } }

    private static let digits: StaticString = "0123456789abcdef"

    /// The bytes that `text` spells in digits of either case; nothing for an odd length or any other character.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        // A string's bytes are nearly always in one piece, and walking them one by one through `Collection` costs ten times as much.
        text.withContiguousStorageIfAvailable { decode(UnsafeRawBufferPointer($0)) } ?? Array(text).withUnsafeBytes { decode($0) }
    }

    private static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            guard let digit = value(of: character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
