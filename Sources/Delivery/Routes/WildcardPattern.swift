/// A word in which `*` stands for any run of bytes, also an empty one.
package struct WildcardPattern: Hashable, Sendable {
    private let pattern: [UInt8]
    /// Whether A–Z and a–z are equal.
    private let ignoresCase: Bool

    package init(_ text: String, ignoresCase: Bool = false) {
        pattern = Array(text.utf8).map { ignoresCase ? Self.folded($0) : $0 }
        self.ignoresCase = ignoresCase
    }

    /// The pattern as it is compared.
    package var text: String { String(decoding: pattern, as: UTF8.self) }

    /// Whether there is no `*`.
    package var isLiteral: Bool { !pattern.contains(UInt8(ascii: "*")) }

    /// The bytes before the first `*`.
    package var literalPrefix: String { String(decoding: pattern.prefix { $0 != UInt8(ascii: "*") }, as: UTF8.self) }

    /// Whether the pattern describes the whole of `text`; takes time proportional to both lengths multiplied at worst.
    package func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches($0) }
    }

    private func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0, index = 0
        // Where to go on when what follows the last star does not fit: the star takes one byte more.
        var star: (index: Int, position: Int)?
        while position < text.count {
            let byte = ignoresCase ? Self.folded(text[position]) : text[position]
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                star = (index, position)
                index += 1
            } else if index < pattern.count, pattern[index] == byte {
                index += 1
                position += 1
            } else if let last = star {
                star = (last.index, last.position + 1)
                index = last.index + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
