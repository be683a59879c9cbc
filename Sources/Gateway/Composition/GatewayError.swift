/// Why the gateway cannot start or go on: one sentence for a person.
package struct GatewayError: Error, Equatable, Sendable, CustomStringConvertible {
    package let message: String
    /// What to do about it, where that is known.
    package let hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message }
}
