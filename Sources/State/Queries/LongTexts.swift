/// Lists show the beginning of long texts; the record itself has them whole.
package enum LongTexts {
    /// Bytes above which a text is cut: as much evidence as a record may hold.
    package static let max = 16 << 10
    /// Bytes that are left of it, and what says that there was more.
    private static let kept = 1024, mark = Array("…".utf8)

    /// `json` with the beginning of every text longer than `max`; nothing when there is none.
    static func cut(_ json: [UInt8]) -> [UInt8]? {
        guard json.count > max else { return nil }
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        while let quote = json[index...].firstIndex(of: UInt8(ascii: "\"")) {
            guard let end = end(of: json, from: quote + 1) else { break }
            if end - quote > max {
                result += json[copied..<boundary(json, from: quote + 1)]
                result += mark
                copied = end
            }
            index = end + 1
        }
        guard copied > 0 else { return nil }
        return result + json[copied...]
    }

    /// Where the quotation mark stands that ends the text whose first byte is at `start`.
    private static func end(of json: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < json.count, json[index] != UInt8(ascii: "\"") { index += json[index] == UInt8(ascii: "\\") ? 2 : 1 }
        return index < json.count ? index : nil
    }

    /// The end of the last whole character, or escape, within the first `kept` bytes of the text that begins at `start`.
    private static func boundary(_ json: [UInt8], from start: Int) -> Int {
        var index = start
        while true {
            let next = index + length(json, at: index)
            if next > start + kept { return index }
            index = next
        }
    }

    /// Bytes of the character or escape at `index`; two escapes that are one character (RFC 8259 section 7) stay together.
    private static func length(_ json: [UInt8], at index: Int) -> Int {
        let byte = json[index]
        if byte == UInt8(ascii: "\\") {
            guard json[index + 1] == UInt8(ascii: "u") else { return 2 }
            let isPair = isHighSurrogate(json, at: index) && json[index + 6] == UInt8(ascii: "\\") && json[index + 7] == UInt8(ascii: "u")
            return isPair ? 12 : 6
        }
        return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    }

    /// Whether the escape at `index` says the first half of a pair, `D800` to `DBFF`; one without a second half is valid JSON too.
    private static func isHighSurrogate(_ json: [UInt8], at index: Int) -> Bool {
        [UInt8(ascii: "d"), UInt8(ascii: "D")].contains(json[index + 2]) && "89abAB".utf8.contains(json[index + 3])
    }
}
