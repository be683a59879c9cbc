/// Shortens text by the bytes that it takes in JSON.
enum TextCut {
    /// What stands at the end of a text that was cut.
    static let mark = "… [cut]"

    /// The longest beginning of `text` that takes `limit` bytes in JSON together with `mark`; nothing when all of `text` does without it.
    static func shortened(_ text: String, limit: Int) -> String? {
        // No scalar takes less than a byte, so most texts are known to fit without looking at them.
        if text.utf8.count <= limit / 6 { return nil }
        var kept = String.UnicodeScalarView()
        var bytes = 0
        var rest = 0
        for scalar in text.unicodeScalars {
            let size = size(of: scalar)
            rest += size
            if bytes == rest - size, rest + mark.utf8.count <= limit {
                bytes = rest
                kept.append(scalar)
            }
            if rest > limit { return String(kept) + mark }
        }
        return nil
    }

    /// Bytes of the scalar inside a JSON string, as `JSONWriter` writes it.
    private static func size(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x22, 0x5c, 0x08, 0x09, 0x0a, 0x0c, 0x0d: 2
        case 0..<0x20: 6
        default: UTF8.width(scalar)
        }
    }
}
