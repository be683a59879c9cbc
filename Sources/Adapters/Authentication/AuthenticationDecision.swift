import FindingModel

/// Proof that a request came from whoever holds a secret.
package struct AuthenticationVerdict: Equatable, Sendable {
    /// `hmac bearer basic secret-url header`
    package let scheme: String
    /// The label of the secret that matched.
    package let secretLabel: String
    /// When the vendor signed, where the signature covers a time.
    package let signedTime: Timestamp?

    package init(scheme: String, secretLabel: String, signedTime: Timestamp? = nil) {
        self.scheme = scheme
        self.secretLabel = secretLabel
        self.signedTime = signedTime
    }
}

/// Why a request was not taken for the vendor's; the sender is never told which.
package struct AuthenticationRefusal: Equatable, Sendable {
    /// The raw value is the word in logs and counters.
    package enum Code: String, Sendable, CaseIterable {
        case missingCredential = "missing_credential"
        case doubledHeader = "doubled_header"
        case malformedCredential = "malformed_credential"
        case wrongSecret = "wrong_secret"
        /// The path goes on where the source takes no secret there.
        case unexpectedPath = "unexpected_path"
        case malformedSignature = "malformed_signature"
        case malformedSignedHeader = "malformed_signed_header"
        case malformedTimestamp = "malformed_timestamp"
        case badSignature = "bad_signature"
        case timestampSkew = "timestamp_skew"
    }

    package let code: Code
    /// More for the log: a header's name, or how far the signed time is from now (`-47 s`: 47 s old). Never a credential.
    package let detail: String?

    package init(_ code: Code, detail: String? = nil) {
        self.code = code
        self.detail = detail
    }
}

/// What the head of a request says about its sender.
package enum HeadDecision: Sendable {
    case authentic(AuthenticationVerdict)
    /// The signature can only be checked with the body.
    case needsBody(PendingSignature)
    case refused(AuthenticationRefusal)
}

/// What head and body together say about the sender.
package enum BodyDecision: Equatable, Sendable {
    case authentic(AuthenticationVerdict)
    case refused(AuthenticationRefusal)
}

/// A well-formed signature that waits for the body.
package struct PendingSignature: Equatable, Sendable {
    /// The code's bytes, as many as the algorithm makes.
    let code: [UInt8]
    /// What the signed message holds before the body.
    let beforeBody: [UInt8]
    /// What the signed message holds after the body.
    let afterBody: [UInt8]
    let signedTime: Timestamp?
}
