import Digests

/// The journal's name for itself: 8 of `a`–`z`, `0`–`9`; changes' ids begin with it.
package enum JournalTag {
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// Whether `text` has the form of a tag.
    package static func isValid(_ text: String) -> Bool { text.utf8.count == 8 && text.utf8.allSatisfy(letters.contains) }

    /// A tag for what is made once more while the journal ends at entry `end`: one that no other opening has, nor this one elsewhere.
    package static func derived(from tag: String, end: UInt64) -> String {
        var count = 0
        return make { _ in
            count += 1
            return Array(SHA256Hash.digest(of: Array("\(tag)-\(end)-\(count)".utf8)).bytes)
        }
    }

    /// The tag that bytes of a random source make: those of 252 and above are passed over, so that every letter is equally likely.
    static func make(random: (Int) -> [UInt8]) -> String {
        var tag: [UInt8] = []
        while tag.count < 8 {
            for byte in random(16) where byte < 252 && tag.count < 8 { tag.append(letters[Int(byte) % letters.count]) }
        }
        return String(decoding: tag, as: UTF8.self)
    }
}
