/// How a configuration names a secret without holding it.
package enum SecretReference: Equatable, Sendable {
    /// An environment variable.
    case environment(String)
    /// A file; a relative path is relative to the configuration's folder.
    case file(String)
    /// The secret itself, which whoever reads the configuration then knows.
    case literal(String)

    /// Reads `env:NAME`, `file:PATH` or `literal:TEXT`.
    package init?(_ text: String) {
        if let name = text.dropping(prefix: "env:") {
            let valid = name.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
                default: false
                }
            }
            guard valid, !name.isEmpty else { return nil }
            self = .environment(name)
        } else if let path = text.dropping(prefix: "file:"), !path.isEmpty {
            self = .file(path)
        } else if let value = text.dropping(prefix: "literal:"), !value.isEmpty {
            self = .literal(value)
        } else {
            return nil
        }
    }
}

extension String {
    /// What follows `prefix`, compared byte by byte.
    package func dropping(prefix: String) -> String? {
        let bytes = Array(utf8), start = Array(prefix.utf8)
        return bytes.starts(with: start) ? String(decoding: bytes.dropFirst(start.count), as: UTF8.self) : nil
    }
}
