/// Keeps secrets out of what a receiver is quoted with: some repeat in an error what they were sent.
struct SecretMask: Sendable {
    /// The longest first, so that one that holds another is hidden as a whole.
    private var secrets: [[UInt8]] = []
    /// Fewer bytes are no secret, and would be found anywhere.
    private static let bytesMin = 4

    init(_ texts: [String]) {
        for text in texts { add(text) }
    }

    /// Hides `text`, also as it stands in JSON, in a URL and in Base64.
    mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        let escaped = ["\"\\", "\"\\/"].map { special in bytes.flatMap { special.utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] } }
        let forms = [bytes] + escaped + [Array(PercentEncoding.encode(text).utf8), Array(Base64.encode(bytes).utf8)]
        secrets += forms.filter { $0.count >= Self.bytesMin && !secrets.contains($0) }
        secrets.sort { $0.count > $1.count }
    }

    /// `bytes` with `***` in the place of each secret; `isCut` says that what followed is missing, so that a secret's beginning may stand at
    /// the end.
    func masked(_ bytes: [UInt8], isCut: Bool = false) -> [UInt8] {
        guard !secrets.isEmpty else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                result += "***".utf8
                index += secret.count
            } else if isCut, secrets.contains(where: { $0.count > rest.count && rest.count >= Self.bytesMin && $0.starts(with: rest) }) {
                return result + "***".utf8
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
