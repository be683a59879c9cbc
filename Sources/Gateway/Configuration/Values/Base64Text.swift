/// Base64 in the URL-safe alphabet (RFC 4648 section 5), without padding.
package enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func encodeURLSafe(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32((3 - group.count) * 8)
            for index in 0...group.count { text.append(alphabet[Int(truncatingIfNeeded: bits >> UInt32(18 - index * 6) & 63)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
