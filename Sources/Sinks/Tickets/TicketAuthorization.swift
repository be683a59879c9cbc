/// The value of the `Authorization` header.
package enum TicketAuthorization {
    /// `Basic` with a user's name, `Bearer` without one (RFC 7617, RFC 6750).
    package static func header(user: String?, secret: String) -> String {
        guard let user else { return "Bearer \(secret)" }
        return "Basic \(Base64.encode(Array("\(user):\(secret)".utf8)))"
    }
}
