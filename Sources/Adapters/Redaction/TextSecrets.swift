import Foundation

/// What goes from every text, wherever it stands: the source's own secrets, and user names and passwords in URLs.
struct TextSecrets: Sendable {
    /// Absent when no text can hold one.
    private let own: SecretOccurrences?
    private let seeksURLs: Bool

    init(own: SecretOccurrences?, seeksURLs: Bool = true) {
        self.own = own
        self.seeksURLs = seeksURLs
    }

    /// Those that texts of the JSON in `body` can hold; nothing when they can hold none.
    func possible(in body: UnsafeRawBufferPointer) -> TextSecrets? {
        let own = own.flatMap { Self.mayOccur($0, in: body) ? $0 : nil }
        let seeksURLs = seeksURLs && URLCredentials.mayOccur(in: body)
        return own != nil || seeksURLs ? TextSecrets(own: own, seeksURLs: seeksURLs) : nil
    }

    /// Without a backslash the bytes as they came hold whatever the texts hold.
    private static func mayOccur(_ secrets: SecretOccurrences, in body: UnsafeRawBufferPointer) -> Bool {
        if let base = body.baseAddress, memchr(base, 0x5c, body.count) != nil { return true }
        return secrets.isFound(in: body)
    }

    /// Whether one of them is in `text`.
    func isFound(in text: UnsafeRawBufferPointer) -> Bool {
        seeksURLs && URLCredentials.isFound(in: text) || own?.isFound(in: text) ?? false
    }

    /// `text` with `[redacted]` in place of each; nothing when there is none.
    func replaced(in text: UnsafeRawBufferPointer) -> [UInt8]? {
        let withoutOwn = own?.replaced(in: text)
        guard seeksURLs else { return withoutOwn }
        guard let withoutOwn else { return URLCredentials.replaced(in: text) }
        return withoutOwn.withUnsafeBytes { URLCredentials.replaced(in: $0) } ?? withoutOwn
    }
}
