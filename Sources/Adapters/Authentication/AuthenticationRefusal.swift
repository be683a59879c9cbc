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
    /// More for the log: a header's name, or how far the signed time is from now (`-47 s`: 47 s old); never a credential.
    package let detail: String?

    package init(_ code: Code, detail: String? = nil) {
        self.code = code
        self.detail = detail
    }
}
