/// Text for ServiceNow's fields.
enum ServiceNowText {
    /// `text` with its `[code]` tags made harmless: between them a journal field (work notes, comments) shows HTML as HTML
    /// (https://www.servicenow.com/docs/r/australia/platform-administration/render-journal-field-entries-as-html.html).
    ///
    /// A zero-width space stands behind every `[` that begins such a tag, in any case of letters.
    static func plain(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            plain.append(byte)
            if byte == UInt8(ascii: "["), isTag(bytes[(index + 1)...]) { plain += Array("\u{200b}".utf8) }
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func isTag(_ rest: ArraySlice<UInt8>) -> Bool {
        let blank = { (byte: UInt8) in byte == UInt8(ascii: "/") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let word = rest.drop(while: blank).prefix(4)
        return word.count == 4 && zip(word, "code".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
}
