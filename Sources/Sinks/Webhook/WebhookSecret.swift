import Digests

/// A Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes.
package struct WebhookSecret: Sendable {
    private let key: HMACKey

    /// Reads the text form; the error says what is wrong with it and not what it is.
    package init(_ text: String) throws(SinkError) {
        let prefix = "whsec_"
        guard text.utf8.starts(with: prefix.utf8) else { throw SinkError("secret", "a webhook's secret begins with whsec_") }
        guard let bytes = Base64.decode(text.utf8.dropFirst(prefix.utf8.count)) else {
            throw SinkError("secret", "what follows whsec_ is not base64")
        }
        guard (24...64).contains(bytes.count) else {
            throw SinkError("secret", "a webhook's secret has 24 to 64 bytes, and this one has \(bytes.count)")
        }
        key = HMACKey(bytes, algorithm: .sha256)
    }

    /// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
    func signature(id: String, timestamp: String, body: [UInt8]) -> String {
        let head = Array("\(id).\(timestamp).".utf8)
        let code = head.withUnsafeBytes { head in body.withUnsafeBytes { key.code(for: head, $0) } }
        return "v1," + Base64.encode(code)
    }
}
