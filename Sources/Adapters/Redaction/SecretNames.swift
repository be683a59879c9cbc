/// Names that say that a member holds a secret, whoever the vendor is.
enum SecretNames {
    /// Whether a word of the name, or two that follow one another, is one of: password, passwd, secret, token, api key,
    /// authorization, cookie, otp.
    ///
    /// Words end at anything but letters and digits, between small and capital letters, and at digits.
    static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
        // No word is shorter than "otp".
        guard name.count >= 3 else { return false }
        var start = 0
        var previousIsAPI = false
        while start < name.count {
            guard kind(name[start]) != .other else {
                start += 1
                continue
            }
            let end = wordEnd(name, from: start)
            let word = UnsafeRawBufferPointer(rebasing: name[start..<end])
            if isSecret(word) || previousIsAPI && equal(word, "key") { return true }
            previousIsAPI = equal(word, "api")
            start = end
        }
        return false
    }

    private enum Kind { case lower, upper, digit, other }

    private static func kind(_ byte: UInt8) -> Kind {
        if byte &- 0x61 < 26 || byte >= 0x80 { return .lower }
        if byte &- 0x41 < 26 { return .upper }
        return byte.isDigit ? .digit : .other
    }

    /// Where the word that begins at `start` ends: `api|Key`, `API|Key`, `TOKEN`, `Token`, `token|2`.
    private static func wordEnd(_ name: UnsafeRawBufferPointer, from start: Int) -> Int {
        var end = start + 1
        var previous = kind(name[start])
        while end < name.count {
            let current = kind(name[end])
            switch (previous, current) {
            case (.lower, .lower), (.digit, .digit):
                break
            case (.upper, .lower):
                // In "APIKey" the K belongs to what follows.
                if end - start > 1 { return end - 1 }
            case (.upper, .upper):
                break
            default:
                return end
            }
            previous = current
            end += 1
        }
        return end
    }

    private static func isSecret(_ word: UnsafeRawBufferPointer) -> Bool {
        switch word.count {
        case 3: equal(word, "otp")
        case 5: equal(word, "token")
        case 6: equal(word, "secret") || equal(word, "passwd") || equal(word, "cookie") || equal(word, "apikey")
        case 8: equal(word, "password")
        case 13: equal(word, "authorization")
        default: false
        }
    }

    /// Whether both are the same in any ASCII case; `wanted` is in lower case.
    private static func equal(_ word: UnsafeRawBufferPointer, _ wanted: StaticString) -> Bool {
        guard word.count == wanted.utf8CodeUnitCount else { return false }
        for index in 0..<word.count where word[index].lowercasedASCII != wanted.utf8Start[index] { return false }
        return true
    }
}
