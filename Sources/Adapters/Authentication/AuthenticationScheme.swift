/// How a vendor proves that a request is its own.
package enum AuthenticationScheme: Equatable, Sendable {
    /// A signature over headers and the raw body.
    case hmac(SignatureScheme)
    /// `Authorization: Bearer <secret>` (RFC 6750).
    case bearer
    /// `Authorization: Basic <user:password in base64>` (RFC 7617); the secret is `user:password`.
    case basic
    /// The secret is the last part of the path.
    case secretURL
    /// The secret is the value of a header of that name.
    case header(String)

    /// The word in receipts and tables: `hmac bearer basic secret-url header`.
    package var word: String {
        switch self {
        case .hmac: "hmac"
        case .bearer: "bearer"
        case .basic: "basic"
        case .secretURL: "secret-url"
        case .header: "header"
        }
    }

    /// Headers whose values must never be kept or logged, in lower case.
    package var credentialHeaders: [String] {
        switch self {
        case .hmac(let signature): ["authorization", signature.header.lowercased()]
        case .bearer, .basic, .secretURL: ["authorization"]
        case .header(let name): ["authorization", name.lowercased()]
        }
    }

    /// Headers that the signature covers, in lower case: with them and the body it can be proved again.
    package var signedHeaders: [String] {
        if case .hmac(let signature) = self { signature.signedHeaders.map { $0.lowercased() } } else { [] }
    }

    /// Whether the credential covers the time of sending, so that a tolerance means something.
    package var signsTime: Bool {
        if case .hmac(let signature) = self { signature.time != nil } else { false }
    }

    /// Whether the credential stands before the body, so that a refusal needs no body.
    package var isDecidedByHead: Bool {
        if case .hmac = self { false } else { true }
    }

    /// What keeps `secret` from ever matching, as the end of a sentence about it; nothing when it can be used.
    package func problem(withSecret secret: [UInt8]) -> String? {
        if secret.isEmpty { return "is empty" }
        switch self {
        case .hmac:
            return nil
        case .bearer, .header:
            let visible = secret.allSatisfy { (0x21...0x7e).contains($0) }
            return visible ? nil : "holds a space, a control character or a character outside ASCII, which no header carries as it is"
        case .basic:
            return secret.contains(UInt8(ascii: ":")) ? nil : "is not of the form user:password"
        case .secretURL:
            let plain = secret.allSatisfy { $0.isLetter || $0.isDigit || "-._~".utf8.contains($0) }
            return plain ? nil : "holds a character that a URL would escape: use A-Z, a-z, 0-9, '-', '.', '_' and '~'"
        }
    }
}
