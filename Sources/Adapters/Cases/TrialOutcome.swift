import JSONDocument

/// What became of a request that was tried out.
package enum TrialOutcome: Equatable, Sendable {
    /// Why it was not taken.
    package struct Refusal: Equatable, Sendable {
        /// The word in logs and counters.
        package let code: String
        package let detail: String?

        package init(code: String, detail: String? = nil) {
            self.code = code
            self.detail = detail
        }

        init(_ refusal: AuthenticationRefusal) { self.init(code: refusal.code.rawValue, detail: refusal.detail) }

        init(_ error: JSONError) {
            let code =
                switch error.code {
                case .empty: "empty_body"
                case .syntax: "invalid_json"
                case .tooLarge: "body_too_large"
                case .invalidUTF8, .duplicateKey, .tooDeep: error.code.rawValue
                }
            self.init(code: code, detail: "at byte \(error.offset)")
        }
    }

    case refused(Refusal)
    /// What the event meant, the body as the journal would keep it, and the places at which something was redacted.
    case mapped(MappedEvent, kept: [UInt8], redacted: [String])
}
