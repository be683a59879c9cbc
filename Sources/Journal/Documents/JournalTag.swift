import Digests

/// The journal's name for itself: 8 of `a`–`z`, `0`–`9`; changes' ids begin with it.
package enum JournalTag {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Whether `text` has the form of a tag.
    package static func isValid(_ text: String) -> Bool { text.utf8.count == 8 && text.utf8.allSatisfy(letters.contains) }

    /// The tag that bytes of a random source make: those of 252 and above are passed over, so that every letter is equally likely.
    static func make(random: (Int) -> [UInt8]) -> String {
        var tag: [UInt8] = []
        while tag.count < 8 {
            for byte in random(16) where byte < 252 && tag.count < 8 { tag.append(letters[Int(byte) % letters.count]) }
        }
        return String(decoding: tag, as: UTF8.self)
    }
}
