import ArgumentParser

/// Headers given as `--header 'Name: value'`.
enum HeaderOption {
    static func fields(_ texts: [String]) throws -> [(String, String)] {
        try texts.map { text in
            let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, !name.isEmpty else { throw ValidationError("--header '\(text)' is not of the form 'name: value'") }
            let value = parts[1].drop { $0 == UInt8(ascii: " ") }
            return (String(decoding: Array(name), as: UTF8.self), String(decoding: Array(value), as: UTF8.self))
        }
    }
}
