import FindingModel

/// Proof that a request came from whoever holds a secret.
package struct AuthenticationVerdict: Equatable, Sendable {
    /// The scheme's word: `hmac bearer basic secret-url header`.
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
