import FindingModel

/// How a receipt's sender was proved: kept with the receipt, so that it can be told later.
package struct Verdict: Hashable, Sendable {
    /// `hmac`, `bearer`, `basic`, `secret-url` or `header`.
    package let scheme: String
    /// The label of the secret that matched, never the secret.
    package let secretLabel: String
    /// The time that the sender signed, if its scheme has one.
    package let signedTime: Timestamp?

    package init(scheme: String, secretLabel: String, signedTime: Timestamp? = nil) {
        self.scheme = scheme
        self.secretLabel = secretLabel
        self.signedTime = signedTime
    }
}
